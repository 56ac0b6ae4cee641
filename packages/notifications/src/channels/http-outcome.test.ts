import { describe, expect, test } from 'vitest';
import { OutgoingError } from '../outgoing/outgoing-http.ts';
import type { OutgoingAnswer, OutgoingErrorCode } from '../outgoing/outgoing-http.ts';
import { jsonObject, outgoingFailure, providerWords, statusFailure } from './http-outcome.ts';

const answer = (status: number, headers = {}, body = ''): OutgoingAnswer => ({
  status,
  headers,
  body: Buffer.from(body),
});

describe('a status', () => {
  test.each([200, 201, 202, 204, 299])('%d is success', (status) => {
    expect(statusFailure(answer(status), 'X', 0)).toBeUndefined();
  });

  test.each([
    [429, {}, 'rate'],
    [429, { 'retry-after': '5' }, 'rate'],
    [503, { 'retry-after': '5' }, 'rate'],
    [503, {}, 'transient'],
    [408, {}, 'transient'],
    [425, {}, 'transient'],
    [500, {}, 'transient'],
    [599, {}, 'transient'],
    [300, {}, 'permanent'],
    [304, {}, 'permanent'],
    [401, {}, 'permanent'],
    [404, {}, 'permanent'],
    [410, {}, 'permanent'],
  ])('%d with %j is %s', (status, headers, fault) => {
    const failure = statusFailure(answer(status, headers), 'X', 0, 'because');
    const retryAfterMs = 'retry-after' in headers ? 5000 : undefined;
    expect(failure).toMatchObject({
      fault,
      code: `HTTP ${status}`,
      message: `X answered HTTP ${status}: because`,
    });
    expect(failure?.retryAfterMs).toBe(retryAfterMs);
  });
});

test.each<[OutgoingErrorCode, string]>([
  ['AddressRefused', 'permanent'],
  ['RequestInvalid', 'permanent'],
  ['ConnectionFailed', 'transient'],
  ['Timeout', 'transient'],
  ['AnswerTooLarge', 'transient'],
  ['AnswerBroken', 'transient'],
  ['Aborted', 'transient'],
])('a request that ends with %s is %s', (code, fault) => {
  const cause = new OutgoingError(code, 'https://x: why');
  expect(outgoingFailure(cause, 'X')).toMatchObject({ fault, code, message: 'X: https://x: why', cause });
});

test('what nobody thought of is tried again', () => {
  expect(outgoingFailure(new Error('odd'), 'X')).toMatchObject({
    fault: 'transient',
    message: 'X: the request failed',
  });
});

test.each(['', 'null', '[1]', '"text"', '{', '<html>'])(
  'only an object is read from an answer: %s',
  (body) => {
    expect(jsonObject(answer(200, {}, body))).toBeUndefined();
  },
);

test("a provider's words are one short line", () => {
  expect(providerWords('a\n\tb\u0000\u202e c')).toBe('a b c');
  expect(providerWords('x'.repeat(1000))).toHaveLength(200);
  expect(providerWords(42)).toBe('');
});
