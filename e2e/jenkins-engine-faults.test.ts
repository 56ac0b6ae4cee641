/** KubeSphere DevOps on a Jenkins that refuses, or is gone: nothing hangs, no run is lost, no secret is told. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { coreV1, type Event, type Secret } from '@armillary/kube';
import {
  devopsProjectKind,
  pipelineKind,
  pipelineRunKind,
  type DevOpsProject,
  type Pipeline,
  type PipelineRun,
} from '@armillary/pipelines';
import { JenkinsWorld, plain, reasonOf } from './testing/jenkins-world.ts';
import { eventually } from './testing/process.ts';

let world: JenkinsWorld;

beforeEach(async () => {
  world = await JenkinsWorld.start();
  await world.control();
  await world.project('shop');
});
afterEach(() => world.close());

describe('a Jenkins that refuses', () => {
  /** Refuses what is changed, as for a user who lacks a right. Answers how often that was asked for. */
  function refuse(path: RegExp, permission: string): { count: number } {
    const asked = { count: 0 };
    const headers = { 'x-you-are-authenticated-as': 'admin', 'x-required-permission': permission };
    world.fake.fault((request) => {
      if (request.method !== 'POST' || !path.test(request.path)) return undefined;
      asked.count += 1;
      return { status: 403, headers };
    });
    return asked;
  }

  async function looks(count: number): Promise<void> {
    const isLook = ({ path }: { path: string }): boolean => path.endsWith('api/json');
    const seen = world.fake.requests.filter(isLook).length;
    await eventually(`${count} looks`, () => world.fake.requests.filter(isLook).length >= seen + count);
  }

  test('to make jobs says which right is missing, and is not asked again and again', async () => {
    await world.job('shop', 'first');
    const asked = refuse(/createItem/, 'hudson.model.Item.Create');
    await world.pipeline('shop', 'never', plain('never'));
    const message = await eventually('the refusal', async () => {
      const { annotations = {} } = (await world.getPipeline('shop', 'never'))?.metadata ?? {};
      return annotations['pipeline.devops.kubesphere.io/syncmsg'];
    });
    expect(message).toContain('hudson.model.Item.Create');
    await world.run('shop', 'never-1', { pipelineRef: { name: 'never' } });
    expect(reasonOf(await world.phase('shop', 'never-1', 'Failed'))).toBe('PipelineRefused');
    await looks(10);
    expect(asked.count).toBe(1);
  });

  test('to keep credentials says which right is missing, and never the secret', async () => {
    const prefix = 'credential.devops.kubesphere.io';
    const asked = refuse(/createCredentials/, 'com.cloudbees.plugins.credentials.CredentialsProvider.Create');
    await world.job('shop', 'first');
    await world.secret('shop', 'login', `${prefix}/basic-auth`, { username: 'ada', password: 'hunter2' });
    const metadata = await eventually('the refusal', async () => {
      const secret = await world.find<Secret>(coreV1.secrets, 'login', 'shop');
      return secret?.metadata.annotations?.[`${prefix}/syncstatus`] === 'failed' && secret.metadata;
    });
    expect(metadata.annotations?.[`${prefix}/syncmsg`]).toContain('CredentialsProvider.Create');
    await looks(10);
    expect(asked.count).toBe(1);
    const items = await eventually('the event', async () => {
      const list = await world.client.resource<Event>(coreV1.events).list({ namespace: 'shop' });
      return list.items.some(({ reason }) => reason === 'JenkinsRefused') && list.items;
    });
    expect(JSON.stringify([metadata, items])).not.toContain('hunter2');
  });

  test('to stop a build says so, and the run goes on', async () => {
    await world.job('shop', 'stubborn');
    const open = world.hold('shop', 'stubborn');
    await world.run('shop', 'stubborn-1', { pipelineRef: { name: 'stubborn' } });
    await world.phase('shop', 'stubborn-1', 'Running');
    const asked = refuse(/\/stop$/, 'hudson.model.Item.Cancel');
    await world.client
      .resource<PipelineRun>(pipelineRunKind)
      .patch('stubborn-1', { type: 'merge', namespace: 'shop', body: { spec: { action: 'Stop' } } });
    const run = await eventually('the refusal', async () => {
      const now = await world.getRun('shop', 'stubborn-1');
      return now !== undefined && reasonOf(now) === 'StopRefused' && now;
    });
    expect(run.status?.conditions?.[0]?.message).toContain('hudson.model.Item.Cancel');
    await looks(10);
    expect(asked.count).toBe(1);
    open();
    await world.phase('shop', 'stubborn-1', 'Succeeded');
  });

  test('to show one folder, hides no other', async () => {
    await world.project('closed');
    await world.pipeline('closed', 'hidden', plain('hidden'));
    await eventually('the job', () => world.fake.job('closed/hidden'));
    world.fake.fault(({ path }) =>
      path.endsWith('job/closed/api/json') ? { status: 403, body: 'no' } : undefined,
    );
    await world.job('shop', 'shown');
    await world.run('shop', 'shown-1', { pipelineRef: { name: 'shown' } });
    await world.phase('shop', 'shown-1', 'Succeeded');
  });

  test('to compare a job, costs no new run', async () => {
    await world.leave();
    await world.control({ resyncMs: 200 });
    await world.job('shop', 'faulty');
    const heal = world.fake.fault(({ path }) =>
      path.endsWith('/config.xml') ? { status: 500, body: 'Oops' } : undefined,
    );
    await eventually('the fault', async () => {
      const { annotations = {} } = (await world.getPipeline('shop', 'faulty'))?.metadata ?? {};
      return annotations['pipeline.devops.kubesphere.io/syncstatus'] === 'failed';
    });
    await world.run('shop', 'faulty-1', { pipelineRef: { name: 'faulty' } });
    await world.phase('shop', 'faulty-1', 'Succeeded');
    heal();
  });
});

describe('a Jenkins that does not answer', () => {
  test('holds nothing back for ever', async () => {
    await world.leave();
    await world.control({ deletionLimitMs: 500 });
    await world.job('shop', 'left');
    await world.run('shop', 'left-1', { pipelineRef: { name: 'left' } });
    await world.phase('shop', 'left-1', 'Succeeded');
    const prefix = 'credential.devops.kubesphere.io';
    await world.secret('shop', 'key', `${prefix}/secret-text`, { secret: 's' });
    const secrets = world.client.resource<Secret>(coreV1.secrets);
    await eventually('the credential', async () => {
      const { annotations } = (await secrets.get('key', { namespace: 'shop' })).metadata;
      return annotations?.[`${prefix}/syncstatus`] === 'successful';
    });
    const heal = world.fake.fault(() => ({ status: 503, body: '<title>Starting Jenkins</title>' }));
    await secrets.delete('key', { namespace: 'shop' });
    await world.client.resource<PipelineRun>(pipelineRunKind).delete('left-1', { namespace: 'shop' });
    await world.client.resource<Pipeline>(pipelineKind).delete('left', { namespace: 'shop' });
    await eventually(
      'no Secret',
      async () => (await world.find(coreV1.secrets, 'key', 'shop')) === undefined,
    );
    await eventually('no run', async () => (await world.getRun('shop', 'left-1')) === undefined);
    await eventually('no Pipeline', async () => (await world.getPipeline('shop', 'left')) === undefined);
    const { items } = await eventually('the events', async () => {
      const list = await world.client.resource<Event>(coreV1.events).list({ namespace: 'shop' });
      const told = list.items.filter(({ reason }) => reason === 'LeftInJenkins');
      return told.length === 3 && { items: told };
    });
    expect(items.map(({ involvedObject }) => involvedObject.name)).toEqual(
      expect.arrayContaining(['key', 'left', 'left-1']),
    );
    await world.client.resource<DevOpsProject>(devopsProjectKind).delete('shop');
    await eventually(
      'no project',
      async () => (await world.find(devopsProjectKind, 'shop', '')) === undefined,
    );
    heal();
    expect(world.fake.job('shop/left')).toBeDefined();
  });

  test('because nobody is given one any more, holds nothing back either', async () => {
    await world.job('shop', 'orphaned');
    await world.run('shop', 'orphaned-1', { pipelineRef: { name: 'orphaned' } });
    await world.phase('shop', 'orphaned-1', 'Succeeded');
    await world.leave();
    await world.controlWithoutJenkins(3_600_000);
    await world.client.resource<DevOpsProject>(devopsProjectKind).delete('shop');
    await eventually(
      'no project',
      async () => (await world.find(devopsProjectKind, 'shop', '')) === undefined,
    );
    await eventually(
      'no namespace',
      async () => (await world.find(coreV1.namespaces, 'shop', '')) === undefined,
    );
    expect(world.fake.job('shop/orphaned')).toBeDefined();
  });

  test('is waited for by what is new', async () => {
    const heal = world.fake.fault(() => ({ status: 503, body: '<title>Starting Jenkins</title>' }));
    await world.pipeline('shop', 'late', plain('late'));
    await eventually('the status', async () => {
      const pipeline = await world.getPipeline('shop', 'late');
      return pipeline?.metadata.annotations?.['pipeline.devops.kubesphere.io/syncstatus'] === 'pending';
    });
    await world.run('shop', 'late-1', { pipelineRef: { name: 'late' } });
    expect(reasonOf(await world.phase('shop', 'late-1', 'Pending'))).toBe('WaitingForJob');
    heal();
    // Another try comes ten to twenty seconds later.
    await eventually(
      'the run',
      async () => (await world.getRun('shop', 'late-1'))?.status?.phase === 'Succeeded',
      90_000,
    );
  });

  test('is named by what is new and has its job', async () => {
    await world.job('shop', 'away');
    const heal = world.fake.fault(() => ({ status: 503, body: '<title>Starting Jenkins</title>' }));
    await world.run('shop', 'away-1', { pipelineRef: { name: 'away' } });
    expect(reasonOf(await world.phase('shop', 'away-1', 'Pending'))).toBe('JenkinsUnavailable');
    heal();
    await world.phase('shop', 'away-1', 'Succeeded');
    expect(world.builds('shop', 'away')).toBe(1);
  });

  test.each([
    ['shows no job', { status: 404, body: 'Not Found' }],
    [
      'shows an empty list',
      { status: 200, headers: { 'content-type': 'application/json' }, body: '{"jobs":[]}' },
    ],
    [
      'shows a job without its builds',
      {
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: '{"jobs":[{"name":"kept","nextBuildNumber":4,"inQueue":false,"allBuilds":[]}]}',
      },
    ],
    ['shows nothing to us', { status: 403, headers: { 'x-required-permission': 'hudson.model.Item.Read' } }],
    ['is faulty', { status: 500, body: 'Oops' }],
    ['is not itself', { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>proxy</html>' }],
    ['starts', { status: 503, body: '<title>Starting Jenkins</title>' }],
  ])('or %s, costs no run', async (_name, fault) => {
    await world.job('shop', 'kept', { discarder: { num_to_keep: '1' } });
    for (const name of ['kept-1', 'kept-2', 'kept-3']) {
      await world.run('shop', name, { pipelineRef: { name: 'kept' } });
      await world.phase('shop', name, 'Succeeded');
    }
    let asked = 0;
    const heal = world.fake.fault(({ path }) => {
      if (!path.endsWith('job/shop/api/json')) return undefined;
      asked += 1;
      return fault;
    });
    await eventually('several looks', () => asked >= 4);
    heal();
    await world.run('shop', 'kept-4', { pipelineRef: { name: 'kept' } });
    await world.phase('shop', 'kept-4', 'Succeeded');
    const runs = await world.runs('shop');
    expect(runs.map(({ metadata }) => metadata.name)).toEqual(['kept-1', 'kept-2', 'kept-3', 'kept-4']);
  });
});
