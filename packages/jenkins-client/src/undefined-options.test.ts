import { expect, onTestFinished, test } from 'vitest';
import { connect } from './connect.ts';
import { findStarts } from './builds/find-starts.ts';
import { startFakeJenkins, type FakeJenkins } from './testing/index.ts';
import { retryPolicy } from './transport/retry.ts';

async function server(): Promise<FakeJenkins> {
  const fake = await startFakeJenkins();
  onTestFinished(() => fake.close());
  return fake;
}

// Programs pass on what they were given or not, such as `{ timeoutMs: config.timeoutMs }`.
test('an option that is undefined counts as left out', async () => {
  const fake = await server();
  await using jenkins = connect({
    url: fake.url,
    auth: { user: 'admin', token: fake.users.admin.token },
    headers: undefined,
    timeoutMs: undefined,
    retry: { limit: undefined, minMs: undefined },
    tls: undefined,
    proxy: undefined,
    onRequest: undefined,
  });
  await jenkins.folders.create('team', { description: undefined, displayName: undefined, ifMissing: true });
  await jenkins.pipelines.apply(['team', 'job'], {
    kind: 'inline',
    script: 'echo 1',
    description: undefined,
    parameters: [{ type: 'string', name: 'A', default: undefined }],
    discarder: { buildsToKeep: undefined, daysToKeep: 3 },
    triggers: { cron: undefined },
  });
  const job = jenkins.item('team', 'job');
  const request = await job.build(undefined, { quietPeriodS: undefined, check: undefined });
  const build = await request.started({ signal: undefined, timeoutMs: undefined });
  let text = '';
  for await (const chunk of build.log({ from: undefined, follow: undefined, notes: undefined }))
    text += chunk.text;
  expect(text).toContain('Finished: SUCCESS');
  for await (const { number } of job.builds({ from: undefined, limit: undefined })) expect(number).toBe(1);
  const [start] = await findStarts(job.connection, job.path, { since: undefined, builds: undefined });
  expect(start).toMatchObject({ item: ['team', 'job'], queueId: request.queueId, number: 1 });
  expect(await build.stop({ escalate: true, waitMs: undefined })).toBeUndefined();
  expect(fake.failures).toEqual([]);
});

test('a setting that is undefined stays as it is', async () => {
  const fake = await server();
  await using jenkins = connect({ url: fake.url, auth: { user: 'admin', token: fake.users.admin.token } });
  const stored = { description: 'kept', displayName: 'Kept' };
  const none = { description: undefined, displayName: undefined };
  await jenkins.folders.create('team', stored);
  await jenkins.folders.apply('team', { ...none, displayName: 'Other' });
  expect(await jenkins.item('team').get()).toMatchObject({ description: 'kept', displayName: 'Other' });
  const path = ['team', 'job'];
  await jenkins.pipelines.apply(path, { kind: 'inline', script: 'echo 1', ...stored, quietPeriodS: 7 });
  await jenkins.pipelines.apply(path, { kind: 'inline', script: 'echo 2', ...none, quietPeriodS: undefined });
  const { spec } = await jenkins.pipelines.read(path);
  expect(spec).toMatchObject({ script: 'echo 2', ...stored, quietPeriodS: 7 });
});

test('a parameter that is undefined has its default', async () => {
  const fake = await server();
  await using jenkins = connect({ url: fake.url, auth: { user: 'admin', token: fake.users.admin.token } });
  const parameters = [{ type: 'string', name: 'VERSION', default: '1.0' }] as const;
  await jenkins.pipelines.apply('job', { kind: 'inline', script: 'echo 1', parameters });
  const values = { VERSION: undefined };
  for (const check of [true, false]) await (await jenkins.item('job').build(values, { check })).finished();
  expect(fake.job('job')?.builds.map((build) => build.parameters)).toEqual([
    { VERSION: '1.0' },
    { VERSION: '1.0' },
  ]);
});

test('a closed client asks nothing more', async () => {
  const fake = await server();
  const jenkins = connect({ url: fake.url });
  await jenkins[Symbol.asyncDispose]();
  await expect(jenkins.capabilities()).rejects.toMatchObject({ code: 'Aborted' });
  expect(fake.requests).toEqual([]);
});

test('a policy of repetition is filled up', () => {
  expect(retryPolicy({ limit: undefined, maxMs: 1 })).toEqual({ limit: 3, minMs: 200, maxMs: 1 });
  expect(retryPolicy(false).limit).toBe(0);
});
