import type { InlinePipelineSpec } from '@armillary/jenkins-client';
import { expect, test } from 'vitest';
import { managedSettings, withForeign } from './managed-settings.ts';

const job = (settings: Partial<InlinePipelineSpec>): InlinePipelineSpec => ({
  kind: 'inline',
  script: '',
  ...settings,
});

test('triggers that somebody set up in Jenkins survive', () => {
  const foreign = { pollScm: { cron: 'H * * * *' } };
  const triggers = { cron: '@daily' };
  expect(withForeign(job({ triggers }), foreign, '').triggers).toEqual({ ...foreign, ...triggers });
});

test('a trigger that the Pipeline names no longer goes', () => {
  const managed = managedSettings(job({ triggers: { remoteToken: 't', cron: '@daily' } }));
  expect(managed).toBe('cron,remoteToken');
  expect(withForeign(job({}), { cron: '@daily', remoteToken: 't' }, managed).triggers).toEqual({});
});

test('the Pipeline wins over what is in Jenkins', () => {
  const wanted = job({ triggers: { cron: '@daily' } });
  expect(withForeign(wanted, { cron: '@hourly' }, '')).toEqual(wanted);
  expect(withForeign(wanted, undefined, '')).toEqual(wanted);
});

test('a setting that the Pipeline never named is left to the Jenkinsfile', () => {
  expect(withForeign(job({}), undefined, '')).toEqual(job({ triggers: {} }));
});

test('a setting that the Pipeline names no longer goes', () => {
  const wanted = job({
    parameters: [{ name: 'A', type: 'string' }],
    discarder: { buildsToKeep: 5 },
    concurrentBuilds: false,
  });
  const managed = managedSettings(wanted);
  expect(managed).toBe('concurrentBuilds,discarder,parameters');
  expect(withForeign(wanted, undefined, managed)).toEqual({ ...wanted, triggers: {} });
  const off = { parameters: [], discarder: null, concurrentBuilds: true };
  expect(withForeign(job({}), undefined, managed)).toEqual(job({ ...off, triggers: {} }));
});
