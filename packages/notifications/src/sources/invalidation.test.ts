import { expect, test } from 'vitest';
import { parseInvalidation } from './invalidation.ts';

test('a request to invalidate names what is to be asked again', () => {
  const parse = (text: string) => parseInvalidation('hr', Buffer.from(text));
  expect(parse('')).toEqual({ source: 'hr' });
  expect(parse('{"cluster":"c","other":1}')).toEqual({ source: 'hr', cluster: 'c' });
  expect(parse('{"source":"other","namespace":"shop"}')).toEqual({ source: 'hr', namespace: 'shop' });
  for (const bad of ['[]', 'null', '{', '{"namespace":1}', '{"cluster":null}', '['.repeat(100)]) {
    expect(() => parse(bad)).toThrow(expect.objectContaining({ code: 'Invalid' }));
  }
});
