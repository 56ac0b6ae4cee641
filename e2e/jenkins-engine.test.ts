/** KubeSphere DevOps on Jenkins: objects of the API become folders, jobs, credentials and builds, and come back. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { JenkinsWorld, plain } from './testing/jenkins-world.ts';
import { eventually } from './testing/process.ts';

let world: JenkinsWorld;

beforeAll(async () => {
  world = await JenkinsWorld.start();
  await world.control();
  await world.project('shop');
}, 60_000);
afterAll(() => world.close());

describe('a run', () => {
  test('becomes a build, and tells its end', async () => {
    await world.pipeline('shop', 'hello', plain('echo hello'));
    await world.run('shop', 'hello-1', { pipelineRef: { name: 'hello' } });
    const run = await world.phase('shop', 'hello-1', 'Succeeded', 'Failed');
    expect(run.status?.phase).toBe('Succeeded');
    expect(world.fake.job('shop/hello')?.builds).toHaveLength(1);
    expect(run.metadata.annotations?.['devops.kubesphere.io/jenkins-pipelinerun-id']).toBe('1');
    await eventually('the status as Blue Ocean tells it', async () => {
      const told = (await world.getRun('shop', 'hello-1'))?.metadata.annotations ?? {};
      const text = told['devops.kubesphere.io/jenkins-pipelinerun-status'];
      return text !== undefined && (JSON.parse(text) as { result: string }).result === 'SUCCESS';
    });
    expect(await world.runs('shop')).toHaveLength(1);
  });
});
