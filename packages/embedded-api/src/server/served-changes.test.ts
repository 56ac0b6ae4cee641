import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestApi, take } from './testing/test-api.ts';

let api: TestApi;
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const things = '/apis/example.com/v1/namespaces/default/things';

beforeAll(async () => {
  api = await TestApi.start({ maxWatchBufferBytes: 64 * 1024 * 1024 });
});
afterAll(() => api.stop());

const definition = (properties: object): object => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'things.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'things', kind: 'Thing' },
    versions: ['v1', 'v2'].map((name) => ({
      name,
      served: true,
      storage: name === 'v1',
      schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties } } } },
    })),
  },
});

const established = async (): Promise<void> => {
  for await (const { object } of api.watch(`${definitions}?watch=true`)) {
    const conditions = (object.status?.conditions ?? []) as { type: string; status: string }[];
    if (conditions.some(({ type, status }) => type === 'Established' && status === 'True')) return;
  }
};

test('custom resources are served as soon as their definition is established, and until it goes', async () => {
  await api.post(definitions, definition({ size: { type: 'integer' } }));
  await established();
  const thing = {
    apiVersion: 'example.com/v1',
    kind: 'Thing',
    metadata: { name: 't' },
    spec: { size: 1, colour: 'red' },
  };
  const made = await api.post(things, thing);
  expect(made.code).toBe(201);
  expect(made.body.spec).toEqual({ size: 1 });
  expect(made.headers['warning']).toContain('spec.colour');

  const other = await api.get(`${things.replace('v1', 'v2')}/t`);
  expect(other.body).toMatchObject({ apiVersion: 'example.com/v2', spec: { size: 1 } });
  expect((await api.put(`${things}/t`, thing)).code).toBe(422);
  const strategic = await api.patch(`${things}/t`, { spec: { size: 2 } }, 'strategic-merge-patch+json');
  expect(strategic.code).toBe(415);

  // A watch of what is about to be served differently ends, and a new one sees the default that was added.
  const before = api.watch(`${things}?watch=true`);
  await take(before, 1);
  const ended = (async () => {
    for await (const _ of before);
  })();
  const next = await api.patch(`${definitions}/things.example.com`, {
    spec: (
      definition({ size: { type: 'integer' }, shape: { type: 'string', default: 'round' } }) as {
        spec: object;
      }
    ).spec,
  });
  expect(next.code).toBe(200);
  await ended;
  expect((await api.get(`${things}/t`)).body.spec).toEqual({ size: 1, shape: 'round' });

  const watched = api.watch(`${definitions}?watch=true`);
  await take(watched, 1);
  await api.delete(`${definitions}/things.example.com`);
  for await (const { type } of watched) if (type === 'DELETED') break;
  expect((await api.get(things)).code).toBe(404);
});

test('changes go on while a watcher has not taken the end of its stream', async () => {
  const wide = { text: { type: 'string' } };
  await api.post(definitions, definition(wide));
  await established();
  const idle = await api.open('GET', `${things}?watch=true`);
  idle.pause();
  const thing = (name: string): object => ({
    apiVersion: 'example.com/v1',
    kind: 'Thing',
    metadata: { name },
    spec: { text: 'x'.repeat(1_300_000) },
  });
  // More than fits into the buffers of the connection, less than a watcher is dropped for.
  for (let i = 0; i < 12; i++) expect((await api.post(things, thing(`thing-${i}`))).code).toBe(201);
  const { spec } = definition({ ...wide, size: { type: 'integer' } }) as { spec: object };
  expect((await api.patch(`${definitions}/things.example.com`, { spec })).code).toBe(200);
  expect((await api.post(things, thing('after'))).code).toBe(201);
  expect((await api.get(`${things}/after`)).code).toBe(200);
  idle.destroy();
});
