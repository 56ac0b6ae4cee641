import { expect, test } from 'vitest';
import { invalidationRefusal, parseInvalidation } from './invalidation.ts';
import { signRequest } from './signature.ts';

test('a request to invalidate names what is to be asked again', () => {
  const parse = (text: string) => parseInvalidation('hr', Buffer.from(text));
  expect(parse('')).toEqual({ source: 'hr' });
  expect(parse('{"cluster":"c","other":1}')).toEqual({ source: 'hr', cluster: 'c' });
  expect(parse('{"source":"other","namespace":"shop"}')).toEqual({ source: 'hr', namespace: 'shop' });
  for (const bad of ['[]', 'null', '{', '{"namespace":1}', '{"cluster":null}', '['.repeat(100)]) {
    expect(() => parse(bad)).toThrow(expect.objectContaining({ code: 'Invalid' }));
  }
});

test('of a source without a secret nobody learns by asking that it is there', () => {
  const request = { method: 'POST', target: '/api/v2/sources/a/invalidate', body: '' };
  const now = Date.UTC(2026, 0, 1);
  const refusal = (headers: Readonly<Record<string, string>>, secrets: string[]) =>
    invalidationRefusal(request, headers, secrets, now);
  for (const headers of [{}, signRequest(request, ['wrong'], now), signRequest(request, [''], now)]) {
    expect(refusal(headers, [])).toBe(refusal(headers, ['right']));
    expect(refusal(headers, [])).toBeDefined();
  }
  expect(refusal(signRequest(request, ['right'], now), ['right'])).toBeUndefined();
});
