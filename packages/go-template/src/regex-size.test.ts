import { RE2JS } from 're2js';
import { expect, test } from 'vitest';
import { regexSize } from './index.ts';

test.each([
  '',
  'a',
  'node-[0-9]+',
  '^(?:kube|openshift)-.*$',
  'a{1000}',
  '(a{100}){10}',
  '((ab){10}c{3,20}){5}',
  String.raw`\pL{900}\p{Greek}{50}\x{1F600}{7}\Qa{9}\E`,
  '[a{9}]{30}[]x]{4}[^]]{4}[[:alpha:]]{5}',
  '(?i)abc(?P<name>x{20})(?<other>y)(?i:z{30})',
  'a*?b+?c??d{2,}?',
  'a{,5}b{x}',
])('%s is counted as no less than it compiles to, and not as much more', (pattern) => {
  const size = RE2JS.compile(pattern).programSize();
  expect(regexSize(pattern)).toBeGreaterThanOrEqual((size - 4) / 3);
  expect(regexSize(pattern)).toBeLessThanOrEqual(3 * size + 10);
});

test.each(['(', '))', '[', '\\', '{5}', 'a{99999}', '(?P<', '[[:'])(
  '%s, which is none, is counted too',
  (pattern) => {
    expect(regexSize(pattern)).toBeLessThan(20);
  },
);

test('ten thousand characters that would become ten million instructions are counted at once', () => {
  expect(regexSize(`(?:${'a'.repeat(9_900)}){1000}`)).toBeGreaterThan(9_000_000);
  expect(regexSize('('.repeat(100_000))).toBeLessThan(100_001);
});
