import { expect, test } from 'vitest';
import { segment } from './segment.ts';

test('a name is one segment, whatever it holds', () => {
  expect(segment('a/b c%2F', 'node')).toBe('a%2Fb%20c%252F');
});

test.each(['', '.', '..', '\ud800', 'a\udc00'])('%j is none', (name) => {
  expect(() => segment(name, 'name of a node')).toThrow(expect.objectContaining({ code: 'Invalid' }));
});
