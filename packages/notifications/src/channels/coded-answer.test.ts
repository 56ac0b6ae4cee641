import { describe, expect, test } from 'vitest';
import type { OutgoingAnswer } from '../outgoing/outgoing-http.ts';
import { codedAnswer } from './coded-answer.ts';
import type { CodedProvider } from './coded-answer.ts';

const provider: CodedProvider = {
  name: 'Example',
  codes: ['code', 'status'],
  words: 'msg',
  meaning: (code) =>
    code === 7
      ? { fault: 'permanent', advice: 'do this' }
      : code === 8
        ? { fault: 'rate', retryAfterMs: 5 }
        : undefined,
};

const answer = (status: number, body: unknown, headers = {}): OutgoingAnswer => ({
  status,
  headers,
  body: new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body)),
});
const check = (...of: Parameters<typeof answer>) => codedAnswer(answer(...of), provider, 0);

test('code 0 is success', () => {
  expect(check(200, { code: 0, data: 1 })).toEqual({ code: 0, data: 1 });
  expect(check(200, { status: '0' })).toEqual({ status: '0' });
});

describe('everything else is not', () => {
  test.each<[string, Parameters<typeof answer>, object]>([
    [
      'a code of an error with HTTP 200',
      [200, { code: 7, msg: 'no' }],
      { fault: 'permanent', code: 'code 7' },
    ],
    ['a code that is not known', [200, { code: 4711 }], { fault: 'transient' }],
    ['a code that is not known, with HTTP 400', [400, { code: 4711 }], { fault: 'transient' }],
    ['a code that is not known, with HTTP 429', [429, { code: 4711 }], { fault: 'rate' }],
    ['a limit with the wait of the documents', [200, { code: 8 }], { fault: 'rate', retryAfterMs: 5 }],
    [
      'a limit with Retry-After',
      [200, { code: 8 }, { 'retry-after': '3' }],
      { fault: 'rate', retryAfterMs: 3000 },
    ],
    ['success beside an error', [200, { code: 0, status: 7 }], { fault: 'permanent', code: 'status 7' }],
    ['success with an HTTP error', [502, { code: 0 }], { fault: 'transient', code: 'HTTP 502' }],
    ['JSON without a code', [200, { ok: true }], { fault: 'transient' }],
    ['a code that is no number', [200, { code: {} }], { fault: 'transient' }],
    ['a page of a proxy', [200, '<html>'], { fault: 'transient' }],
    ['nothing', [200, ''], { fault: 'transient' }],
    ['a list', [200, []], { fault: 'transient' }],
    ['HTTP 404 without JSON', [404, 'nothing here'], { fault: 'permanent', code: 'HTTP 404' }],
    ['a redirect', [302, ''], { fault: 'permanent', code: 'HTTP 302' }],
  ])('%s', (_, of, expected) => {
    expect(() => check(...of)).toThrow(expect.objectContaining(expected));
  });
});

test('the message has the words, the code and what to do', () => {
  expect(() => check(200, { code: 7, msg: 'no\nway' })).toThrow('Example refused: no way (code 7): do this');
});
