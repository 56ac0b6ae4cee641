import { expect, test } from 'vitest';
import type { ReceiverSource } from '../kinds/receiver-source.ts';
import type { SourceStatus } from '../sources/source-status.ts';
import { readyCondition } from './source-conditions.ts';

const now = Date.parse('2026-01-01T00:00:10.5Z');
const source = (status?: ReceiverSource['status']): ReceiverSource => ({
  apiVersion: 'notification.armillary.dev/v1alpha1',
  kind: 'ReceiverSource',
  metadata: { name: 'hr', generation: 3 },
  spec: { url: 'http://hr' },
  ...(status === undefined ? {} : { status }),
});
const statusOf = (facts: Partial<SourceStatus>): SourceStatus => ({
  source: 'hr',
  endpoint: 'http://hr/api/v2/receivers',
  breaker: 'closed',
  hits: 0,
  misses: 0,
  stale: 0,
  unanswered: 0,
  calls: 0,
  errors: 0,
  skipped: 0,
  entries: 0,
  ...facts,
});
const failure = { at: 2, code: 'Timeout', message: 'no answer within 2 s' };

test('nothing is said of a source that nobody has asked', () => {
  expect(readyCondition(source(), statusOf({}), now)).toBeUndefined();
});

test('a source that answered is ready', () => {
  expect(readyCondition(source(), statusOf({ lastSuccessAt: 3, lastFailure: failure }), now)).toEqual({
    type: 'Ready',
    status: 'True',
    reason: 'Answers',
    message: 'the last request was answered',
    observedGeneration: 3,
    lastTransitionTime: '2026-01-01T00:00:10Z',
  });
});

test.each([
  ['whose last request failed', statusOf({ lastSuccessAt: 1, lastFailure: failure })],
  ['that is left alone for a while', statusOf({ lastSuccessAt: 3, lastFailure: failure, breaker: 'open' })],
])('a source %s is not, and the reason is said', (_, status) => {
  expect(readyCondition(source(), status, now)).toMatchObject({
    status: 'False',
    reason: 'Timeout',
    message: 'no answer within 2 s',
  });
});

test('a source that cannot be asked at all says so', () => {
  const broken = { ...source(), spec: { url: 'http://hr', timeout: 'soon' } };
  expect(readyCondition(broken, undefined, now)).toMatchObject({
    status: 'False',
    reason: 'SettingsInvalid',
    message: expect.stringContaining('spec.timeout: Invalid value: "soon"'),
  });
});

test('the time changes only with the status', () => {
  const before = readyCondition(source(), statusOf({ lastSuccessAt: 3 }), now)!;
  const known = source({ conditions: [before] });
  expect(readyCondition(known, statusOf({ lastSuccessAt: 9 }), now + 5000)).toEqual(before);
  expect(
    readyCondition(known, statusOf({ lastSuccessAt: 1, lastFailure: failure }), now + 5000)
      ?.lastTransitionTime,
  ).toBe('2026-01-01T00:00:15Z');
});
