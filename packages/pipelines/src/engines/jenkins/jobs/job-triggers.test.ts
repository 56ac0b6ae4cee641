import { expect, test } from 'vitest';
import { jobTriggers, managedTriggers } from './job-triggers.ts';

test('triggers that somebody set up in Jenkins survive', () => {
  const foreign = { pollScm: { cron: 'H * * * *' } };
  expect(jobTriggers({ cron: '@daily' }, foreign, '')).toEqual({ ...foreign, cron: '@daily' });
});

test('a trigger that the Pipeline names no longer goes', () => {
  const managed = managedTriggers({ remoteToken: 't', cron: '@daily' });
  expect(managed).toBe('cron,remoteToken');
  expect(jobTriggers({}, { cron: '@daily', remoteToken: 't' }, managed)).toEqual({});
});

test('the Pipeline wins over what is in Jenkins', () => {
  expect(jobTriggers({ cron: '@daily' }, { cron: '@hourly' }, '')).toEqual({ cron: '@daily' });
  expect(jobTriggers({ cron: '@daily' }, undefined, '')).toEqual({ cron: '@daily' });
});
