/** KubeSphere DevOps and what becomes of builds in Jenkins: what runs keep of them, and what looking at them costs. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pipelineKind, pipelineRunKind, type Pipeline, type PipelineRun } from '@armillary/pipelines';
import { JenkinsWorld, reasonOf } from './testing/jenkins-world.ts';
import { eventually } from './testing/process.ts';

let world: JenkinsWorld;

beforeEach(async () => {
  world = await JenkinsWorld.start();
  await world.control();
  await world.project('shop');
});
afterEach(() => world.close());

const orphan = 'devops.kubesphere.io/jenkins-pipelinerun-orphan';
const noted = 'pipelines.armillary.dev/jenkins-build';

describe('a job that is renamed in Jenkins', () => {
  test('costs no run, is made anew, and builds go on from the first number', async () => {
    await world.leave();
    await world.control({ resyncMs: 200 });
    await world.job('shop', 'renamed', { discarder: { num_to_keep: '5' } });
    for (const name of ['renamed-1', 'renamed-2']) {
      await world.run('shop', name, { pipelineRef: { name: 'renamed' } });
      await world.phase('shop', name, 'Succeeded');
    }
    await world.jenkins.item('shop', 'renamed').rename('elsewhere');
    await eventually('a job anew', () => world.builds('shop', 'renamed') === 0);
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
    await world.job('shop', 'by-hand');
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
    await world.job('shop', 'discard', { discarder: { num_to_keep: '1' } });
    for (const name of ['discard-1', 'discard-2']) {
      await world.run('shop', name, { pipelineRef: { name: 'discard' } });
      await world.phase('shop', name, 'Succeeded');
    }
    // Jenkins discards the first build itself.
    await eventually('no run', async () => (await world.getRun('shop', 'discard-1')) === undefined);
    expect(await world.getRun('shop', 'discard-2')).toBeDefined();
  });

  test('while it runs fails its run', async () => {
    await world.job('shop', 'vanish');
    world.hold('shop', 'vanish');
    await world.run('shop', 'vanish-1', { pipelineRef: { name: 'vanish' } });
    await world.phase('shop', 'vanish-1', 'Running');
    await world.jenkins.item('shop', 'vanish').delete();
    const run = await world.phase('shop', 'vanish-1', 'Failed');
    expect(['BuildDeleted', 'Aborted']).toContain(reasonOf(run));
  });
});

test('a build in which nothing happens is looked at, and not written', async () => {
  await world.job('shop', 'idle');
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
    await world.job('shop', name);
    const open = world.hold('shop', name);
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
    // From one look at the folder to the next, whatever else is asked is the cost of one look.
    const isLook = ({ path }: { path: string }): boolean => path.endsWith('job/shop/api/json');
    world.fake.clearRequests();
    await eventually('some looks', () => world.fake.requests.filter(isLook).length >= 6);
    const { requests } = world.fake;
    const whole = requests.slice(requests.findIndex(isLook), requests.findLastIndex(isLook));
    open();
    return whole.length / whole.filter(isLook).length;
  }
  const few = await looks(5);
  const many = await looks(50);
  // Four builds' details at most, of three requests each, beside the look itself.
  expect(few).toBeLessThanOrEqual(14);
  expect(many).toBeLessThanOrEqual(14);
});
