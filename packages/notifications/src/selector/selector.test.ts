import { describe, expect, test } from 'vitest';
import { NotificationError } from '../errors.ts';
import type { LabelSelector } from '../kinds/label-selector.ts';
import { compileSelector, matchesAny, selectorCauses, type Labels } from './selector.ts';

const expression = (key: string, operator: string, values?: string[]): LabelSelector => ({
  matchExpressions: [{ key, operator, ...(values ? { values } : {}) }],
});
const match = (key: string, regexValue?: string): LabelSelector => ({
  matchExpressions: [{ key, operator: 'Match', ...(regexValue === undefined ? {} : { regexValue }) }],
});

describe('what is selected', () => {
  const labels = { severity: 'critical', team: '', 'example.com/zone': 'a' };
  const table: [string, LabelSelector | undefined, Labels | undefined, boolean][] = [
    ['no selector selects everything', undefined, labels, true],
    ['no selector selects even what has no labels at all', undefined, undefined, true],
    ['an empty selector selects everything with labels', {}, {}, true],
    ['an empty selector selects nothing without labels', {}, undefined, false],
    ['a pair that is there', { matchLabels: { severity: 'critical' } }, labels, true],
    ['a pair with another value', { matchLabels: { severity: 'warning' } }, labels, false],
    ['a pair whose key is absent', { matchLabels: { nothing: 'x' } }, labels, false],
    ['an empty value that is there', { matchLabels: { team: '' } }, labels, true],
    ['an empty value is not the same as an absent label', { matchLabels: { nothing: '' } }, labels, false],
    ['all pairs must hold', { matchLabels: { severity: 'critical', team: 'x' } }, labels, false],
    ['a key with a prefix', { matchLabels: { 'example.com/zone': 'a' } }, labels, true],
    ['In', expression('severity', 'In', ['warning', 'critical']), labels, true],
    ['In without the value', expression('severity', 'In', ['warning']), labels, false],
    ['In without the label', expression('nothing', 'In', ['warning']), labels, false],
    ['NotIn', expression('severity', 'NotIn', ['warning']), labels, true],
    ['NotIn with the value', expression('severity', 'NotIn', ['critical']), labels, false],
    ['NotIn selects where the label is absent', expression('nothing', 'NotIn', ['x']), labels, true],
    ['Exists', expression('team', 'Exists'), labels, true],
    ['Exists without the label', expression('nothing', 'Exists'), labels, false],
    ['Exists with an empty list', expression('team', 'Exists', []), labels, true],
    ['DoesNotExist', expression('nothing', 'DoesNotExist'), labels, true],
    ['DoesNotExist with the label', expression('team', 'DoesNotExist'), labels, false],
    ['Match looks anywhere in the value', match('severity', 'iti'), labels, true],
    ['Match may be anchored', match('severity', '^iti'), labels, false],
    ['Match asks of an absent label as if it were empty', match('nothing', '.*'), labels, true],
    ['Match of an absent label with something', match('nothing', '.+'), labels, false],
    ['Match without an expression', match('severity'), labels, true],
    ['Match takes a key that no label can have', match('not a key', '^$'), labels, true],
    ['Match distinguishes case', match('severity', 'CRIT'), labels, false],
    ['Match takes flags of RE2', match('severity', '(?i)CRIT'), labels, true],
    [
      'pairs and expressions together',
      {
        matchLabels: { severity: 'critical' },
        matchExpressions: [{ key: 'team', operator: 'DoesNotExist' }],
      },
      labels,
      false,
    ],
    ['a name that every object has is no label', expression('constructor', 'Exists'), labels, false],
    ['nor does it match', match('toString', 'native'), labels, false],
    ['nor is it equal', { matchLabels: { constructor: 'x' } }, labels, false],
  ];

  test.each(table)('%s', (_, selector, given, expected) => {
    expect(compileSelector(selector)(given)).toBe(expected);
  });

  test('a label with the name of a prototype is a label like others', () => {
    const given = JSON.parse('{"__proto__": "y"}') as Labels;
    expect(compileSelector(match('__proto__', '^y$'))(given)).toBe(true);
    expect(compileSelector(match('__proto__', '^$'))({})).toBe(true);
  });
});

describe('what Kubernetes refuses', () => {
  const invalid: [string, LabelSelector, string][] = [
    ['a value with a space', { matchLabels: { alertname: 'Disk full' } }, 's.matchLabels'],
    ['a value of 64 characters', { matchLabels: { a: 'x'.repeat(64) } }, 's.matchLabels'],
    ['a key that begins with an underscore', { matchLabels: { _a: 'x' } }, 's.matchLabels'],
    ['an empty key', { matchLabels: { '': 'x' } }, 's.matchLabels'],
    ['a name of 64 characters', expression('x'.repeat(64), 'Exists'), 's.matchExpressions[0].key'],
    ['an empty name behind a prefix', expression('example.com/', 'Exists'), 's.matchExpressions[0].key'],
    ['an empty prefix', expression('/name', 'Exists'), 's.matchExpressions[0].key'],
    ['a prefix with capitals', expression('Example.com/name', 'Exists'), 's.matchExpressions[0].key'],
    ['two slashes', expression('a/b/c', 'Exists'), 's.matchExpressions[0].key'],
    ['In without values', expression('a', 'In'), 's.matchExpressions[0].values'],
    ['NotIn with an empty list', expression('a', 'NotIn', []), 's.matchExpressions[0].values'],
    ['Exists with values', expression('a', 'Exists', ['b']), 's.matchExpressions[0].values'],
    ['a value in a list', expression('a', 'In', ['b', 'c d']), 's.matchExpressions[0].values[1]'],
    ['an operator that is none', expression('a', 'Equals', ['b']), 's.matchExpressions[0].operator'],
    ['an operator in lower case', expression('a', 'in', ['b']), 's.matchExpressions[0].operator'],
    ['an expression that does not end', match('a', '('), 's.matchExpressions[0].regexValue'],
    ['a back-reference', match('a', '(a)\\1'), 's.matchExpressions[0].regexValue'],
    ['a look-ahead', match('a', '(?=a)'), 's.matchExpressions[0].regexValue'],
    [
      'an expression that is far too long',
      match('a', 'x'.repeat(10_001)),
      's.matchExpressions[0].regexValue',
    ],
  ];

  test.each(invalid)('%s', (_, selector, field) => {
    expect(selectorCauses(selector, 's').map((cause) => cause.field)).toEqual([field]);
    expect(() => compileSelector(selector)).toThrow(NotificationError);
  });

  test('values and keys at their limits are taken', () => {
    const key = `${'p'.repeat(253)}/${'n'.repeat(63)}`;
    expect(selectorCauses({ matchLabels: { [key]: 'v'.repeat(63) } }, 's')).toEqual([]);
  });

  test('the error says where and why', () => {
    expect(() => compileSelector({ matchLabels: { alertname: 'Disk full' } })).toThrow(
      /^selector\.matchLabels: Invalid value: "Disk full": a valid label must be an empty string or consist of/,
    );
  });

  test('an expression that back-tracks for ever elsewhere takes no time', () => {
    expect(compileSelector(match('a', '^(a+)+$'))({ a: `${'a'.repeat(50_000)}b` })).toBe(false);
  });
});

describe('selectors of receivers, of which one pair is enough', () => {
  test.each<[string, LabelSelector | undefined, Labels | undefined, boolean]>([
    ['any pair', { matchLabels: { type: 'global', kind: 'x' } }, { type: 'global' }, true],
    ['no pair', { matchLabels: { type: 'global' } }, { type: 'tenant' }, false],
    ['no pairs at all', { matchLabels: {} }, { type: 'global' }, false],
    ['expressions do not count', expression('type', 'Exists'), { type: 'global' }, false],
    ['no selector', undefined, { type: 'global' }, false],
    ['no labels', { matchLabels: { type: 'global' } }, undefined, false],
  ])('%s', (_, selector, labels, expected) => {
    expect(matchesAny(selector, labels)).toBe(expected);
  });
});

/** The documented meaning, as plainly as it can be written, for selectors that are valid. */
function model(selector: LabelSelector, labels: Labels): boolean {
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) {
    if (!(key in labels) || labels[key] !== value) return false;
  }
  for (const { key, operator, values = [], regexValue = '' } of selector.matchExpressions ?? []) {
    const present = key in labels;
    const value = labels[key] ?? '';
    if (operator === 'In' && !(present && values.includes(value))) return false;
    if (operator === 'NotIn' && present && values.includes(value)) return false;
    if (operator === 'Exists' && !present) return false;
    if (operator === 'DoesNotExist' && present) return false;
    if (operator === 'Match' && !new RegExp(regexValue, 'u').test(value)) return false;
  }
  return true;
}

/** Numbers that look random and are the same each time. */
function sequence(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

test('selectors mean what the documentation says, over 20,000 of them', () => {
  const next = sequence(7);
  const pick = (items: readonly string[]): string => items[next(items.length)] ?? '';
  const keys = ['a', 'b', 'c.d', 'e/f'];
  const values = ['', 'x', 'y', 'xy', 'yx'];
  const some = <T>(most: number, make: () => T): T[] => Array.from({ length: next(most + 1) }, make);
  const pairs = (most: number): Record<string, string> =>
    Object.fromEntries(some(most, () => [pick(keys), pick(values)]));
  let selected = 0;
  for (let round = 0; round < 20_000; round++) {
    const selector: LabelSelector = {
      matchLabels: pairs(1),
      matchExpressions: some(3, () => {
        const operator = pick(['In', 'NotIn', 'Exists', 'DoesNotExist', 'Match']);
        const key = pick(keys);
        if (operator === 'Match')
          return { key, operator, regexValue: pick(['', 'x', '^x', 'y$', '^$', 'x|y', '.+']) };
        return {
          key,
          operator,
          values: operator.endsWith('In') ? [pick(values), ...some(2, () => pick(values))] : [],
        };
      }),
    };
    const labels = pairs(4);
    const expected = model(selector, labels);
    expect(compileSelector(selector)(labels), JSON.stringify({ selector, labels })).toBe(expected);
    if (expected) selected++;
  }
  expect(selected).toBeGreaterThan(2_000);
  expect(selected).toBeLessThan(18_000);
});
