import { expect, test } from 'vitest';
import { runStatus } from './run-status.ts';

const at = (minute: number): string => `2026-01-01T00:0${minute}:00Z`;

test('a state that is told already is not written again', () => {
  const state = { phase: 'Running', reason: 'Running', message: 'x', startTime: at(0) } as const;
  const status = runStatus(state, undefined, at(1));
  expect(runStatus(state, status, at(2))).toBeUndefined();
});

test('the time of a transition moves with the status only', () => {
  const first = runStatus(
    { phase: 'Running', reason: 'Running', message: 'a', startTime: at(0) },
    undefined,
    at(1),
  );
  const second = runStatus(
    { phase: 'Running', reason: 'Running', message: 'b', startTime: at(0) },
    first,
    at(2),
  );
  const succeeded = second?.conditions?.find(({ type }) => type === 'Succeeded');
  expect(succeeded).toMatchObject({
    status: 'Unknown',
    message: 'b',
    lastTransitionTime: at(1),
    lastProbeTime: at(2),
  });
  expect(second).toMatchObject({ updateTime: at(2), startTime: at(0) });
  expect(second?.completionTime).toBeUndefined();
});

test('a failure without an engine ends now', () => {
  const status = runStatus({ phase: 'Failed', reason: 'PipelineNotFound', message: 'no' }, undefined, at(3));
  expect(status).toMatchObject({
    phase: 'Failed',
    completionTime: at(3),
    conditions: [{ type: 'Succeeded', status: 'False' }, { type: 'Ready' }],
  });
});
