/** KubeSphere DevOps on a Jenkins that loses answers and restarts: a run is one build, or fails and says why. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pipelineRunKind, type PipelineRun } from '@armillary/pipelines';
import { JenkinsWorld, plain, reasonOf } from './testing/jenkins-world.ts';
import { eventually } from './testing/process.ts';

let world: JenkinsWorld;

beforeEach(async () => {
  world = await JenkinsWorld.start();
  await world.control();
  await world.project('shop');
});
afterEach(() => world.close());

const noted = 'pipelines.armillary.dev/jenkins-build';

const isStart = ({ method, path }: { method: string; path: string }): boolean =>
  method === 'POST' && /\/build(?:WithParameters)?$/.test(path);

describe('a start', () => {
  test('whose answer was lost is found, not repeated', async () => {
    await world.job('shop', 'lost');
    const undo = world.fake.fault((request) => (isStart(request) ? 'reset-after' : undefined));
    await world.run('shop', 'lost-1', { pipelineRef: { name: 'lost' } });
    await world.phase('shop', 'lost-1', 'Succeeded');
    undo();
    expect(world.builds('shop', 'lost')).toBe(1);
    expect(await world.runs('shop')).toHaveLength(1);
  });

  test('that never reached Jenkins is made again', async () => {
    await world.leave();
    await world.control({ startSettleMs: 100 });
    await world.job('shop', 'never');
    let resets = 0;
    const undo = world.fake.fault((request) =>
      isStart(request) && (resets += 1) <= 2 ? 'reset' : undefined,
    );
    await world.run('shop', 'never-1', { pipelineRef: { name: 'never' } });
    await world.phase('shop', 'never-1', 'Succeeded');
    undo();
    expect(world.builds('shop', 'never')).toBe(1);
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
    await world.job('shop', 'crash');
    await world.leave();
    await crashed('crash', 1);
    await world.jenkins.item('shop', 'crash').build();
    await eventually('the build', () => world.builds('shop', 'crash') === 1);
    await world.control();
    const run = await world.phase('shop', 'crash-1', 'Succeeded');
    expect(run.metadata.annotations?.['devops.kubesphere.io/jenkins-pipelinerun-id']).toBe('1');
    expect(world.builds('shop', 'crash')).toBe(1);
    expect(await world.runs('shop')).toHaveLength(1);
  });

  test('that a controller did not live to send is sent by the next', async () => {
    await world.job('shop', 'unsent');
    await world.leave();
    await crashed('unsent', 1);
    await world.control();
    await world.phase('shop', 'unsent-1', 'Succeeded');
    expect(world.builds('shop', 'unsent')).toBe(1);
  });

  test('that cannot be told from another fails rather than runs twice', async () => {
    await world.job('shop', 'unclear');
    await world.leave();
    await crashed('unclear', 1);
    for (const count of [1, 2]) {
      await world.jenkins.item('shop', 'unclear').build();
      await eventually('the build', () => world.builds('shop', 'unclear') === count);
    }
    await world.control();
    const run = await world.phase('shop', 'unclear-1', 'Failed');
    expect(reasonOf(run)).toBe('StartUncertain');
    expect(run.status?.conditions?.[0]?.message).toContain('#2, #1');
    expect(world.builds('shop', 'unclear')).toBe(2);
  });
});

describe('a restart of Jenkins', () => {
  test('in the middle of a build is waited through', async () => {
    await world.job('shop', 'long');
    const open = world.hold('shop', 'long');
    await world.run('shop', 'long-1', { pipelineRef: { name: 'long' } });
    await world.phase('shop', 'long-1', 'Running');
    await world.fake.restart({ downMs: 300 });
    open();
    await world.phase('shop', 'long-1', 'Succeeded');
    expect(world.builds('shop', 'long')).toBe(1);
  });

  test('that loses the queue fails what waited there', async () => {
    await world.job('shop', 'queue', { disable_concurrent: true });
    const open = world.hold('shop', 'queue');
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
      90_000,
    );
    expect(reasonOf(run)).toBe('QueueItemLost');
    open();
    await world.phase('shop', 'queue-1', 'Succeeded');
    expect(world.builds('shop', 'queue')).toBe(1);
  });
});
