import { expect, test } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { StubCluster } from '../testing/stub-cluster.ts';
import { TemplateTexts } from './template-texts.ts';

const path = '/api/v1/namespaces/monitoring/configmaps/templates';
const map = (data: Record<string, string>): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'templates', namespace: 'monitoring' },
  data,
});

function textsOf(cluster: StubCluster): { texts: TemplateTexts; clock: FakeClock; problems: string[] } {
  const clock = new FakeClock();
  const problems: string[] = [];
  const texts = new TemplateTexts({
    client: cluster.client,
    clock,
    defaultNamespace: () => 'monitoring',
    onProblem: (problem) => problems.push(problem),
  });
  return { texts, clock, problems };
}

test('every key is a file, unless one is named', async () => {
  await using cluster = await StubCluster.start();
  cluster.objects.set(path, map({ b: 'B', a: 'A' }));
  const { texts } = textsOf(cluster);
  expect(await texts.read({ name: 'templates' }, 1000)).toEqual([
    { name: 'monitoring/templates/a', text: 'A' },
    { name: 'monitoring/templates/b', text: 'B' },
  ]);
  expect(await texts.read({ name: 'templates', key: 'b' }, 1000)).toEqual([
    { name: 'monitoring/templates/b', text: 'B' },
  ]);
});

test('texts are read again when they are older than the reload cycle, not before', async () => {
  await using cluster = await StubCluster.start();
  cluster.objects.set(path, map({ a: 'old' }));
  const { texts, clock } = textsOf(cluster);
  const read = async (): Promise<string | undefined> =>
    (await texts.read({ name: 'templates' }, 1000))[0]?.text;
  expect(await read()).toBe('old');
  cluster.objects.set(path, map({ a: 'new' }));
  clock.advance(999);
  expect(await read()).toBe('old');
  clock.advance(1);
  expect(await read()).toBe('new');
});

test('while a ConfigMap cannot be read its last texts serve, and that is said once', async () => {
  await using cluster = await StubCluster.start();
  cluster.objects.set(path, map({ a: 'A' }));
  const { texts, clock, problems } = textsOf(cluster);
  await texts.read({ name: 'templates' }, 1000);
  cluster.objects.set(path, 403);
  for (let round = 0; round < 3; round += 1) {
    clock.advance(1000);
    expect(await texts.read({ name: 'templates' }, 1000)).toEqual([
      { name: 'monitoring/templates/a', text: 'A' },
    ]);
  }
  expect(problems).toEqual([expect.stringContaining('ConfigMap monitoring/templates cannot be read')]);
});

test('a key that is not there is a problem and no text', async () => {
  await using cluster = await StubCluster.start();
  cluster.objects.set(path, map({ a: 'A' }));
  const { texts, problems } = textsOf(cluster);
  expect(await texts.read({ name: 'templates', key: 'z' }, 1000)).toEqual([]);
  expect(problems).toEqual([expect.stringContaining('no key z')]);
});

test('a clock that is set back by a day does not keep an old text for a day', async () => {
  await using cluster = await StubCluster.start();
  cluster.objects.set(path, map({ a: 'old' }));
  const { texts, clock } = textsOf(cluster);
  await texts.read({ name: 'templates' }, 1000);
  cluster.objects.set(path, map({ a: 'new' }));
  clock.advance(-86_400_000);
  expect(await texts.read({ name: 'templates' }, 1000)).toMatchObject([{ text: 'new' }]);
});
