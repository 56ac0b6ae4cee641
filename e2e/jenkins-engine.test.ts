/** KubeSphere DevOps on Jenkins: runs become builds, whatever happens on the way, and each becomes one. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answerInput, runLog, type PipelineRun } from '@armillary/pipelines';
import { pipelineKind, pipelineRunKind, type Pipeline } from '@armillary/pipelines';
import { JenkinsWorld, plain, reasonOf } from './testing/jenkins-world.ts';
import { eventually } from './testing/process.ts';

let world: JenkinsWorld;

beforeAll(async () => {
  world = await JenkinsWorld.start();
  await world.control();
  await world.project('shop');
});
afterAll(() => world.close());

const json = (run: PipelineRun | undefined, name: string): unknown =>
  JSON.parse(run?.metadata.annotations?.[name] ?? 'null');

async function stop(name: string): Promise<void> {
  const body = { spec: { action: 'Stop' } };
  await world.client
    .resource<PipelineRun>(pipelineRunKind)
    .patch(name, { type: 'merge', namespace: 'shop', body });
}

async function remove(name: string): Promise<void> {
  await world.client.resource<PipelineRun>(pipelineRunKind).delete(name, { namespace: 'shop' });
  await eventually(`${name} to be gone`, async () => (await world.getRun('shop', name)) === undefined);
}

/** A gate that a build waits at. */
function gate(): { open: () => void; wait: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { open: resolve, wait: promise };
}

describe('a run', () => {
  test('becomes a build with its parameters, and tells its stages to people and to the console', async () => {
    const parameters = [
      { name: 'WHO', type: 'string', default_value: 'world' },
      { name: 'LEVEL', type: 'choice', default_value: 'low\nhigh' },
    ];
    await world.pipeline('shop', 'hello', plain('hello', { parameters }));
    world.fake.runs('shop/hello', async (build) => {
      await build.stage('Build', () =>
        build.step('echo', () => build.print(`hello ${build.parameters['WHO']}\n`)),
      );
      await build.stage('Test', () =>
        build.parallel({
          unit: () => void build.step('sh', () => build.print('unit\n')),
          lint: () => void build.step('sh', () => build.print('lint\n')),
        }),
      );
    });
    const spec = { pipelineRef: { name: 'hello' }, parameters: [{ name: 'WHO', value: 'ada' }] };
    await world.run('shop', 'hello-1', spec);
    const run = await world.phase('shop', 'hello-1', 'Succeeded', 'Failed');
    expect(run.status?.conditions?.map(({ type, status }) => [type, status])).toEqual([
      ['Succeeded', 'True'],
      ['Ready', 'True'],
    ]);
    expect(run.status).toMatchObject({ startTime: expect.any(String), completionTime: expect.any(String) });
    expect(run.metadata).toMatchObject({
      annotations: { 'devops.kubesphere.io/jenkins-pipelinerun-id': '1' },
      labels: { 'devops.kubesphere.io/pipeline': 'hello' },
      finalizers: ['pipelinerun.finalizers.kubesphere.io'],
    });
    const settled = await eventually('its stages after its end', async () => {
      const now = await world.getRun('shop', 'hello-1');
      return (
        (json(now, 'pipelines.armillary.dev/jenkins-build') as { settled?: boolean }).settled === true && now
      );
    });
    expect(json(settled, 'pipelines.armillary.dev/stages')).toEqual([
      { name: 'Build', state: 'Succeeded' },
      { name: 'Test', state: 'Succeeded' },
      { name: 'unit', state: 'Succeeded' },
      { name: 'lint', state: 'Succeeded' },
    ]);
    expect(json(settled, 'devops.kubesphere.io/jenkins-pipelinerun-stages-status')).toMatchObject([
      {
        displayName: 'Build',
        type: 'STAGE',
        state: 'FINISHED',
        result: 'SUCCESS',
        steps: [{ type: 'STEP' }],
      },
      { displayName: 'Test', type: 'STAGE' },
      { displayName: 'unit', type: 'PARALLEL' },
      { displayName: 'lint', type: 'PARALLEL' },
    ]);
    expect(json(settled, 'devops.kubesphere.io/jenkins-pipelinerun-status')).toMatchObject({
      id: '1',
      organization: 'jenkins',
      pipeline: 'hello',
      state: 'FINISHED',
      result: 'SUCCESS',
    });
    let text = '';
    for await (const chunk of runLog(world.jenkins, settled)) text += chunk.text;
    expect(text).toContain('hello ada\n');
    expect(await world.runs('shop')).toHaveLength(1);
  });

  test('that fails names the stage, the reason and the log', async () => {
    await world.pipeline('shop', 'broken', plain('broken'));
    world.fake.runs('shop/broken', (build) =>
      build.stage('Compile', () =>
        build.step('sh', () => {
          throw new Error('script returned exit code 1');
        }),
      ),
    );
    await world.run('shop', 'broken-1', { pipelineRef: { name: 'broken' } });
    const run = await world.phase('shop', 'broken-1', 'Failed');
    expect(reasonOf(run)).toBe('Failed');
    const told = await eventually('the stage that failed', async () => {
      const now = await world.getRun('shop', 'broken-1');
      const message = now?.status?.conditions?.find(({ type }) => type === 'Succeeded')?.message;
      return message?.includes('Compile') && message;
    });
    expect(told).toMatch(/^Stage "Compile" failed.* Its log: http:.*\/job\/shop\/job\/broken\/1\/console$/);
  });

  test('with wrong parameters fails and starts nothing', async () => {
    await world.pipeline('shop', 'typed', plain('x', { parameters: [{ name: 'A', type: 'string' }] }));
    const parameters = [{ name: 'B', value: '1' }];
    await world.run('shop', 'typed-1', { pipelineRef: { name: 'typed' }, parameters });
    const run = await world.phase('shop', 'typed-1', 'Failed');
    expect(reasonOf(run)).toBe('StartRefused');
    expect(run.status?.conditions?.[0]?.message).toContain('B');
    expect(world.fake.job('shop/typed')?.builds).toHaveLength(0);
  });

  test('waits for input, which is answered', async () => {
    await world.pipeline('shop', 'gate', plain('gate'));
    world.fake.runs('shop/gate', (build) =>
      build.stage('Deploy', async () => {
        await build.input({ id: 'Go', message: 'Deploy?', parameters: [] });
      }),
    );
    await world.run('shop', 'gate-1', { pipelineRef: { name: 'gate' } });
    const paused = await eventually('the question', async () => {
      const run = await world.getRun('shop', 'gate-1');
      // The stages and the reason are read by requests of their own, and the build may pause in between.
      const asks = JSON.stringify(json(run, 'pipelines.armillary.dev/stages')).includes('Go');
      return run !== undefined && asks && reasonOf(run) === 'Paused' && run;
    });
    expect(paused.status?.phase).toBe('Pending');
    expect(json(paused, 'pipelines.armillary.dev/stages')).toEqual([
      { name: 'Deploy', state: 'Paused', input: { id: 'Go', message: 'Deploy?' } },
    ]);
    expect(json(paused, 'devops.kubesphere.io/jenkins-pipelinerun-stages-status')).toMatchObject([
      {
        state: 'PAUSED',
        steps: [{ state: 'PAUSED', approvable: true, input: { id: 'Go', message: 'Deploy?' } }],
      },
    ]);
    await expect(answerInput(world.jenkins, paused, 'No', {})).rejects.toThrow(/does not wait/);
    await answerInput(world.jenkins, paused, 'Go', {});
    await world.phase('shop', 'gate-1', 'Succeeded');
  });

  test('is stopped while it runs', async () => {
    await world.pipeline('shop', 'long', plain('long'));
    world.fake.runs(
      'shop/long',
      (build) =>
        new Promise((_, reject) => {
          build.signal.addEventListener('abort', () => reject(new Error('stopped')), { once: true });
        }),
    );
    await world.run('shop', 'long-1', { pipelineRef: { name: 'long' } });
    await world.phase('shop', 'long-1', 'Running');
    await stop('long-1');
    expect(reasonOf(await world.phase('shop', 'long-1', 'Cancelled'))).toBe('Cancelled');
  });

  test('is taken out of the queue when it is stopped there', async () => {
    await world.pipeline('shop', 'queue', plain('queue', { disable_concurrent: true }));
    const { open, wait } = gate();
    world.fake.runs('shop/queue', () => wait);
    await world.run('shop', 'queue-1', { pipelineRef: { name: 'queue' } });
    await world.phase('shop', 'queue-1', 'Running');
    await world.run('shop', 'queue-2', { pipelineRef: { name: 'queue' } });
    const waiting = await eventually('the second to be queued', async () => {
      const run = await world.getRun('shop', 'queue-2');
      return run !== undefined && reasonOf(run) === 'Queued' && run;
    });
    expect(waiting.status?.phase).toBe('Pending');
    await stop('queue-2');
    await world.phase('shop', 'queue-2', 'Cancelled');
    open();
    await world.phase('shop', 'queue-1', 'Succeeded');
    expect(world.fake.job('shop/queue')?.builds).toHaveLength(1);
  });

  test('equal to one that waits gets a build of its own', async () => {
    await world.pipeline('shop', 'twins', plain('twins', { disable_concurrent: true }));
    const { open, wait } = gate();
    world.fake.runs('shop/twins', () => wait);
    for (const name of ['twins-1', 'twins-2', 'twins-3'])
      await world.run('shop', name, { pipelineRef: { name: 'twins' } });
    await eventually('one to run', () => world.fake.job('shop/twins')?.builds.length === 1);
    open();
    const numbers = [];
    for (const name of ['twins-1', 'twins-2', 'twins-3']) {
      const run = await world.phase('shop', name, 'Succeeded');
      numbers.push(run.metadata.annotations?.['devops.kubesphere.io/jenkins-pipelinerun-id']);
    }
    expect(new Set(numbers)).toEqual(new Set(['1', '2', '3']));
  });

  test('replays another', async () => {
    const ran = ['one', 'two'];
    await world.pipeline('shop', 'again', plain('again'));
    world.fake.runs('shop/again', (build) => build.print(`${ran[build.number - 1]}\n`));
    await world.run('shop', 'again-1', { pipelineRef: { name: 'again' } });
    await world.phase('shop', 'again-1', 'Succeeded');
    const replay = { 'pipelines.armillary.dev/replay-of': 'again-1' };
    await world.run('shop', 'again-2', { pipelineRef: { name: 'again' } }, replay);
    const run = await world.phase('shop', 'again-2', 'Succeeded', 'Failed');
    expect(run.metadata.annotations?.['devops.kubesphere.io/jenkins-pipelinerun-id']).toBe('2');
    await world.run(
      'shop',
      'again-3',
      { pipelineRef: { name: 'again' } },
      { 'pipelines.armillary.dev/replay-of': 'x' },
    );
    expect(reasonOf(await world.phase('shop', 'again-3', 'Failed'))).toBe('ReplayNotFound');
  });
});

describe('deleting a run', () => {
  test('takes its build along, unless it is to be kept', async () => {
    await world.pipeline('shop', 'gone', plain('gone'));
    for (const name of ['gone-1', 'gone-2']) {
      await world.run('shop', name, { pipelineRef: { name: 'gone' } });
      await world.phase('shop', name, 'Succeeded');
    }
    const keep = { metadata: { annotations: { 'devops.kubesphere.io/keep-jenkins-record': 'true' } } };
    await world.client
      .resource<PipelineRun>(pipelineRunKind)
      .patch('gone-2', { type: 'merge', namespace: 'shop', body: keep });
    await remove('gone-1');
    await remove('gone-2');
    expect(world.fake.job('shop/gone')?.builds.map(({ number }) => number)).toEqual([2]);
    // The kept build does not come back as a run: the next one is told of after it was looked at.
    await world.run('shop', 'gone-3', { pipelineRef: { name: 'gone' } });
    await world.phase('shop', 'gone-3', 'Succeeded');
    const names = (await world.runs('shop')).map(({ metadata }) => metadata.name);
    expect(names.filter((name) => name?.startsWith('gone'))).toEqual(['gone-3']);
  });

  test('stops its build first', async () => {
    await world.pipeline('shop', 'busy', plain('busy'));
    world.fake.runs(
      'shop/busy',
      (build) =>
        new Promise((_, reject) => {
          build.signal.addEventListener('abort', () => reject(new Error('stopped')), { once: true });
        }),
    );
    await world.run('shop', 'busy-1', { pipelineRef: { name: 'busy' } });
    await world.phase('shop', 'busy-1', 'Running');
    await remove('busy-1');
    expect(world.fake.job('shop/busy')?.builds).toHaveLength(0);
  });
});

describe('builds that nobody asked for here', () => {
  test('become runs however many came while nobody looked, and the newest of a job that is new', async () => {
    const named = async (name: string): Promise<string[]> =>
      (await world.runs('shop'))
        .filter(({ spec }) => spec.pipelineRef.name === name)
        .map(({ metadata }) => metadata.annotations?.['devops.kubesphere.io/jenkins-pipelinerun-id'] ?? '');
    const start = async (name: string, count: number): Promise<void> => {
      for (let number = 1; number <= count; number += 1)
        await (await world.jenkins.item('shop', name).build({ N: String(number) })).finished();
    };
    const parameters = [{ name: 'N', type: 'string' }];
    await world.pipeline('shop', 'known', plain('known', { parameters }));
    await world.pipeline('shop', 'new', plain('new', { parameters }));
    await eventually('the jobs', () => world.fake.job('shop/known') && world.fake.job('shop/new'));
    await start('known', 1);
    await eventually('the first', async () => (await named('known')).length === 1);
    await world.leave();
    await start('known', 24);
    await start('new', 24);
    const mark = { 'pipelines.armillary.dev/jenkins-history': null };
    await world.client
      .resource<Pipeline>(pipelineKind)
      .patch('new', { type: 'merge', namespace: 'shop', body: { metadata: { annotations: mark } } });
    await world.control({ historyLimit: 15 });
    await eventually('all of one', async () => (await named('known')).length === 25);
    await eventually('some of the other', async () => (await named('new')).length === 15);
    expect(new Set(await named('new'))).toEqual(
      new Set(Array.from({ length: 15 }, (_, index) => `${index + 10}`)),
    );
  });

  test('become runs, once each, and follow their builds', async () => {
    await world.pipeline('shop', 'hook', plain('hook'));
    await eventually('the job', () => world.fake.job('shop/hook'));
    const { open, wait } = gate();
    world.fake.runs('shop/hook', () => wait);
    await world.jenkins.item('shop', 'hook').build({});
    const [run] = await eventually('a run', async () => {
      const found = (await world.runs('shop')).filter(({ spec }) => spec.pipelineRef.name === 'hook');
      return found.length > 0 && found;
    });
    const name = run?.metadata.name ?? '';
    expect(name).toMatch(/^hook-1-[0-9a-f]{8}$/);
    await world.phase('shop', name, 'Running');
    open();
    await world.phase('shop', name, 'Succeeded');
    await world.leave();
    await world.control();
    await world.run('shop', 'hook-own', { pipelineRef: { name: 'hook' } });
    await world.phase('shop', 'hook-own', 'Succeeded');
    const all = (await world.runs('shop')).filter(({ spec }) => spec.pipelineRef.name === 'hook');
    expect(all).toHaveLength(2);
  });
});
