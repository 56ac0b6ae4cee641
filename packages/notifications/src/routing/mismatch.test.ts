import { describe, expect, test } from 'vitest';
import type { LabelSelector } from '../kinds/label-selector.ts';
import { compileSelector } from '../selector/selector.ts';
import { compileMismatch, mismatchOf } from './mismatch.ts';

const labels = { severity: 'warning', pod: 'web-0', empty: '' };
const requirement = (rest: object): LabelSelector => ({
  matchExpressions: [{ key: 'severity', operator: 'In', ...rest }],
});

describe('the reason names the part that does not fit', () => {
  test.each([
    [{ matchLabels: { severity: 'critical' } }, 'label severity is warning, not critical'],
    [{ matchLabels: { team: 'a' } }, 'label team is absent, not a'],
    [requirement({ values: ['critical', 'major'] }), 'label severity is warning, not one of critical, major'],
    [requirement({ operator: 'NotIn', values: ['warning'] }), 'label severity is warning, which is excluded'],
    [requirement({ operator: 'Exists', key: 'team' }), 'label team is absent and must be there'],
    [requirement({ operator: 'DoesNotExist' }), 'label severity is warning and must not be there'],
    [
      requirement({ operator: 'Match', key: 'pod', regexValue: '^db' }),
      'label pod is web-0, which does not match ^db',
    ],
    [
      {
        matchLabels: { severity: 'warning', pod: 'x' },
        matchExpressions: [{ key: 'a', operator: 'Exists' }],
      },
      'label pod is web-0, not x',
    ],
  ])('%j: %s', (selector, reason) => {
    expect(compileMismatch(selector)(labels)).toBe(reason);
  });

  test('long values and expressions are cut', () => {
    const regexValue = 'y'.repeat(9000);
    const selector = { matchExpressions: [{ key: 'long', operator: 'Match', regexValue }] };
    expect(compileMismatch(selector)({ long: 'x'.repeat(60_000) })).toBe(
      `label long is ${'x'.repeat(80)}…, which does not match ${'y'.repeat(80)}…`,
    );
  });
});

test('there is none exactly for what is selected', () => {
  const keys = ['severity', 'pod', 'empty', 'absent', 'constructor'];
  const values = ['warning', 'web-0', '', 'x'];
  const selectors: LabelSelector[] = keys.flatMap((key) => [
    { matchLabels: { [key]: 'warning' } },
    ...values.flatMap((value) =>
      values.flatMap((other) => [
        { matchLabels: { [key]: value, severity: other } },
        { matchLabels: { pod: other }, ...requirement({ key, operator: 'NotIn', values: [value, other] }) },
        requirement({ key, operator: 'In', values: [value, other] }),
      ]),
    ),
    requirement({ key, operator: 'Exists' }),
    requirement({ key, operator: 'DoesNotExist' }),
    requirement({ key, operator: 'Match', regexValue: '.*' }),
    requirement({ key, operator: 'Match', regexValue: 'w' }),
  ]);
  for (const selector of [undefined, {}, ...selectors]) {
    expect(compileMismatch(selector)(labels) === undefined).toBe(compileSelector(selector)(labels));
  }
});

test('a selector that is wrong fits nothing, and says so', () => {
  const wrong = { matchLabels: { alertname: 'two words' } };
  expect(() => compileMismatch(wrong)).toThrow(expect.objectContaining({ code: 'Invalid' }));
  expect(mismatchOf(wrong)({ alertname: 'two words' })).toMatch(/^the selector is wrong: .*two words/);
});
