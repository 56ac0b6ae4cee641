/** The objects of docs/kubesphere-on-jenkins.md do what that page says. */
import { readFileSync } from 'node:fs';
import { coreV1, type KubeObject } from '@armillary/kube';
import { devopsKinds } from '@armillary/pipelines';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { blocksOf } from './testing/documented-code.ts';
import { JenkinsWorld } from './testing/jenkins-world.ts';
import { eventually } from './testing/process.ts';

const page = readFileSync(new URL('../docs/kubesphere-on-jenkins.md', import.meta.url), 'utf8');

let world: JenkinsWorld;

beforeAll(async () => {
  world = await JenkinsWorld.start();
  await world.control();
});
afterAll(() => world.close());

test('the example becomes a folder, a job and a build', async () => {
  const shell = blocksOf(page, 'sh').join('\n');
  const objects = [...shell.matchAll(/<<'EOF'\n([\s\S]*?)\nEOF$/gmu)];
  expect(objects).toHaveLength(3);
  for (const [, object = ''] of objects) await create(parse(object) as KubeObject);
  await world.phase('shop', 'build-first', 'Succeeded');
  const job = world.fake.job('shop/build');
  expect(job?.parameters.map(({ name }) => name)).toEqual(['VERSION', 'TARGET']);
  expect(job?.builds[0]?.parameters).toEqual({ VERSION: '2.0', TARGET: 'staging' });
  const { spec } = await world.jenkins.pipelines.read(['shop', 'build']);
  expect(spec).toMatchObject({ discarder: { buildsToKeep: 50 }, triggers: { cron: 'H 2 * * 1-5' } });
});

async function create(object: KubeObject): Promise<void> {
  const found = devopsKinds.find((each) => each.kind === object.kind);
  if (found === undefined) throw new Error(`the page shows a ${object.kind}, which nothing here knows`);
  const { namespace } = object.metadata;
  if (namespace !== undefined)
    await eventually('the namespace', () => world.find(coreV1.namespaces, namespace, ''));
  const { group, version, plural, kind, namespaced } = found;
  await world.client.resource<KubeObject>({ group, version, plural, kind, namespaced }).create(object);
}
