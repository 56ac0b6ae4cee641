/** KubeSphere DevOps on a Jenkins that restarts, loses answers, or is gone: nothing runs twice, nothing hangs. */
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
import { JenkinsWorld, plain } from './testing/jenkins-world.ts';
import { eventually } from './testing/process.ts';

let world: JenkinsWorld;

beforeEach(async () => {
  world = await JenkinsWorld.start();
  await world.control();
  await world.project('shop');
}, 60_000);
afterEach(() => world.close());

const orphan = 'devops.kubesphere.io/jenkins-pipelinerun-orphan';
const noted = 'pipelines.armillary.dev/jenkins-build';
const reasonOf = (run: PipelineRun): string | undefined =>
  run.status?.conditions?.find(({ type }) => type === 'Succeeded')?.reason;
const builds = (name: string): number => world.fake.job(`shop/${name}`)?.builds.length ?? -1;

async function job(name: string, settings: object = {}): Promise<void> {
  await world.pipeline('shop', name, plain(name, settings));
  await eventually(`the job ${name}`, async () => {
    const pipeline = await world.getPipeline('shop', name);
    return pipeline?.metadata.annotations?.['pipeline.devops.kubesphere.io/syncstatus'] === 'successful';
  });
}

/** A gate that builds wait at. */
function hold(name: string): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  world.fake.runs(`shop/${name}`, () => promise);
  return resolve;
}

const isStart = ({ method, path }: { method: string; path: string }): boolean =>
  method === 'POST' && /\/build(?:WithParameters)?$/.test(path);

describe('a start', () => {
  test('whose answer was lost is found, not repeated', async () => {
    await job('lost');
    const undo = world.fake.fault((request) => (isStart(request) ? 'reset-after' : undefined));
    await world.run('shop', 'lost-1', { pipelineRef: { name: 'lost' } });
    await world.phase('shop', 'lost-1', 'Succeeded');
    undo();
    expect(builds('lost')).toBe(1);
    expect(await world.runs('shop')).toHaveLength(1);
  });

  test('that never reached Jenkins is made again', async () => {
    await world.leave();
    await world.control({ startSettleMs: 100 });
    await job('never');
    let resets = 0;
    const undo = world.fake.fault((request) =>
      isStart(request) && (resets += 1) <= 2 ? 'reset' : undefined,
    );
    await world.run('shop', 'never-1', { pipelineRef: { name: 'never' } });
    await world.phase('shop', 'never-1', 'Succeeded');
    undo();
    expect(builds('never')).toBe(1);
  });

  /** A run as a controller leaves it that ends after it noted the start, and before it noted the queue item. */
  async function crashed(name: string, from: number): Promise<void> {
    const run = await world.run('shop', `${name}-1`, { pipelineRef: { name } });
    const note = JSON.stringify({ uid: run.metadata.uid, from, at: Date.now() - 60_000, user: 'admin' });
    const pipelineSpec = { ...plain(name), engine: { type: 'jenkins' } };
    const body = { metadata: { annotations: { [noted]: note } }, spec: { pipelineSpec } };
    await world.client
      .resource<PipelineRun>(pipelineRunKind)
      .patch(`${name}-1`, { type: 'merge', namespace: 'shop', body });
  }

  test('that a controller did not live to note is taken up by the next', async () => {
    await job('crash');
    await world.leave();
    await crashed('crash', 1);
    await world.jenkins.item('shop', 'crash').build();
    await eventually('the build', () => builds('crash') === 1);
    await world.control();
    const run = await world.phase('shop', 'crash-1', 'Succeeded');
    expect(run.metadata.annotations?.['devops.kubesphere.io/jenkins-pipelinerun-id']).toBe('1');
    expect(builds('crash')).toBe(1);
    expect(await world.runs('shop')).toHaveLength(1);
  });

  test('that a controller did not live to send is sent by the next', async () => {
    await job('unsent');
    await world.leave();
    await crashed('unsent', 1);
    await world.control();
    await world.phase('shop', 'unsent-1', 'Succeeded');
    expect(builds('unsent')).toBe(1);
  });

  test('that cannot be told from another fails rather than runs twice', async () => {
    await job('unclear');
    await world.leave();
    await crashed('unclear', 1);
    for (const count of [1, 2]) {
      await world.jenkins.item('shop', 'unclear').build();
      await eventually('the build', () => builds('unclear') === count);
    }
    await world.control();
    const run = await world.phase('shop', 'unclear-1', 'Failed');
    expect(reasonOf(run)).toBe('StartUncertain');
    expect(run.status?.conditions?.[0]?.message).toContain('#2, #1');
    expect(builds('unclear')).toBe(2);
  });
});

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
    await job('first');
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
    await job('first');
    await world.secret('shop', 'login', `${prefix}/basic-auth`, { username: 'ada', password: 'hunter2' });
    const metadata = await eventually('the refusal', async () => {
      const secret = await world.find<Secret>(coreV1.secrets, 'login', 'shop');
      return secret?.metadata.annotations?.[`${prefix}/syncstatus`] === 'failed' && secret.metadata;
    });
    expect(metadata.annotations?.[`${prefix}/syncmsg`]).toContain('CredentialsProvider.Create');
    await looks(10);
    expect(asked.count).toBe(1);
    const { items } = await world.client.resource<Event>(coreV1.events).list({ namespace: 'shop' });
    expect(items.some(({ reason }) => reason === 'JenkinsRefused')).toBe(true);
    expect(JSON.stringify([metadata, items])).not.toContain('hunter2');
  });

  test('to stop a build says so, and the run goes on', async () => {
    await job('stubborn');
    const open = hold('stubborn');
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
    await job('shown');
    await world.run('shop', 'shown-1', { pipelineRef: { name: 'shown' } });
    await world.phase('shop', 'shown-1', 'Succeeded');
  });

  test('to compare a job, costs no new run', async () => {
    await world.leave();
    await world.control({ resyncMs: 200 });
    await job('faulty');
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

describe('a restart of Jenkins', () => {
  test('in the middle of a build is waited through', async () => {
    await job('long');
    const open = hold('long');
    await world.run('shop', 'long-1', { pipelineRef: { name: 'long' } });
    await world.phase('shop', 'long-1', 'Running');
    await world.fake.restart({ downMs: 300 });
    open();
    await world.phase('shop', 'long-1', 'Succeeded');
    expect(builds('long')).toBe(1);
  });

  test('that loses the queue fails what waited there', async () => {
    await job('queue', { disable_concurrent: true });
    const open = hold('queue');
    await world.run('shop', 'queue-1', { pipelineRef: { name: 'queue' } });
    await world.phase('shop', 'queue-1', 'Running');
    await world.run('shop', 'queue-2', { pipelineRef: { name: 'queue' } });
    await eventually('the second to wait', async () => {
      const run = await world.getRun('shop', 'queue-2');
      return run !== undefined && reasonOf(run) === 'Queued';
    });
    await world.fake.restart({ crash: true });
    const run = await eventually(
      'the second to fail',
      async () => {
        const now = await world.getRun('shop', 'queue-2');
        return now?.status?.phase === 'Failed' && now;
      },
      40_000,
    );
    expect(reasonOf(run)).toBe('QueueItemLost');
    open();
    await world.phase('shop', 'queue-1', 'Succeeded');
    expect(builds('queue')).toBe(1);
  }, 60_000);
});

describe('a Jenkins that does not answer', () => {
  test('holds nothing back for ever', async () => {
    await world.leave();
    await world.control({ deletionLimitMs: 500 });
    await job('left');
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
  }, 60_000);

  test('because nobody is given one any more, holds nothing back either', async () => {
    await job('orphaned');
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
      40_000,
    );
  }, 60_000);

  test('is named by what is new and has its job', async () => {
    await job('away');
    const heal = world.fake.fault(() => ({ status: 503, body: '<title>Starting Jenkins</title>' }));
    await world.run('shop', 'away-1', { pipelineRef: { name: 'away' } });
    expect(reasonOf(await world.phase('shop', 'away-1', 'Pending'))).toBe('JenkinsUnavailable');
    heal();
    await world.phase('shop', 'away-1', 'Succeeded');
    expect(builds('away')).toBe(1);
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
    await job('kept', { discarder: { num_to_keep: '1' } });
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

describe('a job that is renamed in Jenkins', () => {
  test('costs no run, is made anew, and builds go on from the first number', async () => {
    await world.leave();
    await world.control({ resyncMs: 200 });
    await job('renamed', { discarder: { num_to_keep: '5' } });
    for (const name of ['renamed-1', 'renamed-2']) {
      await world.run('shop', name, { pipelineRef: { name: 'renamed' } });
      await world.phase('shop', name, 'Succeeded');
    }
    await world.jenkins.item('shop', 'renamed').rename('elsewhere');
    await eventually('a job anew', () => builds('renamed') === 0);
    await eventually('the labels', async () =>
      (await world.runs('shop')).every(({ metadata }) => metadata.labels?.[orphan] === 'true'),
    );
    await world.jenkins.item('shop', 'renamed').build();
    const outside = await eventually('a run of the build by hand', async () => {
      const runs = await world.runs('shop');
      return runs.length === 3 && runs.find(({ metadata }) => metadata.name?.startsWith('renamed-1-'));
    });
    expect(outside?.metadata.labels?.[orphan]).toBeUndefined();
    await world.run('shop', 'renamed-3', { pipelineRef: { name: 'renamed' } });
    const run = await world.phase('shop', 'renamed-3', 'Succeeded');
    expect(run.metadata.annotations?.['devops.kubesphere.io/jenkins-pipelinerun-id']).toBe('2');
    expect(await world.runs('shop')).toHaveLength(4);
  });
});

describe('a build that is deleted in Jenkins', () => {
  test('leaves its run, labelled', async () => {
    await job('by-hand');
    await world.run('shop', 'by-hand-1', { pipelineRef: { name: 'by-hand' } });
    await eventually('its stages to be settled', async () =>
      (await world.getRun('shop', 'by-hand-1'))?.metadata.annotations?.[noted]?.includes('settled'),
    );
    await world.jenkins.item('shop', 'by-hand').buildRef(1).delete();
    await eventually(
      'the label',
      async () => (await world.getRun('shop', 'by-hand-1'))?.metadata.labels?.[orphan] === 'true',
    );
    await world.leave();
    await world.control({ resyncMs: 100 });
    await world.run('shop', 'by-hand-2', { pipelineRef: { name: 'by-hand' } });
    await world.phase('shop', 'by-hand-2', 'Succeeded');
    expect(await world.getRun('shop', 'by-hand-1')).toBeDefined();
    // Its build is gone: there is nothing to wait for.
    await world.client.resource<PipelineRun>(pipelineRunKind).delete('by-hand-1', { namespace: 'shop' });
    await eventually('no run', async () => (await world.getRun('shop', 'by-hand-1')) === undefined);
  });

  test('takes its run along when the discarder explains it', async () => {
    await world.leave();
    await world.control({ resyncMs: 200 });
    await job('discard', { discarder: { num_to_keep: '1' } });
    for (const name of ['discard-1', 'discard-2']) {
      await world.run('shop', name, { pipelineRef: { name: 'discard' } });
      await world.phase('shop', name, 'Succeeded');
    }
    // Jenkins discards the first build itself.
    await eventually('no run', async () => (await world.getRun('shop', 'discard-1')) === undefined);
    expect(await world.getRun('shop', 'discard-2')).toBeDefined();
  });

  test('while it runs fails its run', async () => {
    await job('vanish');
    hold('vanish');
    await world.run('shop', 'vanish-1', { pipelineRef: { name: 'vanish' } });
    await world.phase('shop', 'vanish-1', 'Running');
    await world.jenkins.item('shop', 'vanish').delete();
    const run = await world.phase('shop', 'vanish-1', 'Failed');
    expect(['BuildDeleted', 'Aborted']).toContain(reasonOf(run));
  });
});

test('a build in which nothing happens is looked at, and not written', async () => {
  await job('idle');
  const { promise, resolve } = Promise.withResolvers<void>();
  world.fake.runs('shop/idle', (build) => build.stage('Wait', () => promise));
  await world.run('shop', 'idle-1', { pipelineRef: { name: 'idle' } });
  const told = await eventually('the stage', async () => {
    const run = await world.getRun('shop', 'idle-1');
    const stages = run?.metadata.annotations?.['pipelines.armillary.dev/stages'];
    return stages?.includes('Running') && run;
  });
  const reads = (): number =>
    world.fake.requests.filter(({ path }) => path.endsWith('/idle/1/api/json')).length;
  const seen = reads();
  await eventually('two more looks at its stages', () => reads() >= seen + 2);
  const now = await world.getRun('shop', 'idle-1');
  expect(now?.metadata.resourceVersion).toBe(told.metadata.resourceVersion);
  resolve();
  await world.phase('shop', 'idle-1', 'Succeeded');
});

test('fifty running builds cost no more requests than five', async () => {
  async function looks(count: number): Promise<number> {
    const name = `many-${count}`;
    await job(name);
    const open = hold(name);
    const parameters = (index: number): { name: string; value: string }[] => [
      { name: 'N', value: String(index) },
    ];
    await world.client.resource<Pipeline>(pipelineKind).patch(name, {
      type: 'merge',
      namespace: 'shop',
      body: { spec: { pipeline: { parameters: [{ name: 'N', type: 'string' }] } } },
    });
    for (let index = 0; index < count; index += 1)
      await world.run('shop', `${name}-${index}`, { pipelineRef: { name }, parameters: parameters(index) });
    await eventually(
      'all to run',
      async () => {
        const runs = await world.runs('shop');
        return (
          runs.filter(
            ({ metadata, status }) => metadata.name?.startsWith(`${name}-`) && status?.phase === 'Running',
          ).length === count
        );
      },
      60_000,
    );
    // In between two looks at the folder, whatever else is asked is the cost of one look.
    const isLook = ({ path }: { path: string }): boolean => path.endsWith('job/shop/api/json');
    world.fake.clearRequests();
    await eventually('some looks', () => world.fake.requests.filter(isLook).length >= 6);
    const asked = world.fake.requests.length / world.fake.requests.filter(isLook).length;
    open();
    return asked;
  }
  const few = await looks(5);
  const many = await looks(50);
  // Four builds' details at most, of three requests each, beside the look itself.
  expect(few).toBeLessThanOrEqual(14);
  expect(many).toBeLessThanOrEqual(14);
}, 120_000);
