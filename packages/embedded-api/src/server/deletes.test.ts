import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestApi, configMap } from './testing/test-api.ts';

let api: TestApi;
const maps = '/api/v1/namespaces/default/configmaps';

beforeAll(async () => {
  api = await TestApi.start();
});
afterAll(() => api.stop());

describe('delete', () => {
  test('answers with a Status and removes the object', async () => {
    const { body: made } = await api.post(maps, configMap('gone'));
    const { code, body } = await api.delete(`${maps}/gone`);
    expect(code).toBe(200);
    expect(body).toMatchObject({
      kind: 'Status',
      status: 'Success',
      details: { name: 'gone', kind: 'configmaps', uid: made.metadata.uid },
    });
    expect((await api.get(`${maps}/gone`)).body).toMatchObject({ code: 404, reason: 'NotFound' });
    expect((await api.delete(`${maps}/gone`)).code).toBe(404);
  });

  test('waits for finalizers, and lets none be added meanwhile', async () => {
    await api.post(maps, configMap('finalized', {}, { finalizers: ['example.com/hold'] }));
    const { body } = await api.delete(`${maps}/finalized`);
    expect(body.metadata).toMatchObject({ deletionGracePeriodSeconds: 0, finalizers: ['example.com/hold'] });
    expect(body.metadata.deletionTimestamp).toMatch(/Z$/);
    const again = await api.delete(`${maps}/finalized`);
    expect(again.body.metadata.resourceVersion).toBe(body.metadata.resourceVersion);
    const added = await api.patch(`${maps}/finalized`, {
      metadata: { finalizers: ['example.com/hold', 'example.com/b'] },
    });
    expect(added.code).toBe(422);
    expect((await api.patch(`${maps}/finalized`, { metadata: { finalizers: null } })).code).toBe(200);
    expect((await api.get(`${maps}/finalized`)).code).toBe(404);
  });

  test('keeps to its preconditions', async () => {
    const { body } = await api.post(maps, configMap('conditional'));
    expect((await api.delete(`${maps}/conditional`, { preconditions: { uid: 'other' } })).code).toBe(409);
    expect((await api.delete(`${maps}/conditional`, { preconditions: { resourceVersion: '1' } })).code).toBe(
      409,
    );
    const { uid, resourceVersion } = body.metadata;
    expect((await api.delete(`${maps}/conditional`, { preconditions: { uid, resourceVersion } })).code).toBe(
      200,
    );
  });

  test('sets the finalizers of its propagation policy', async () => {
    await api.post(maps, configMap('held', {}, { finalizers: ['example.com/hold'] }));
    const { body } = await api.delete(`${maps}/held`, { propagationPolicy: 'Foreground' });
    expect(body.metadata.finalizers).toContain('foregroundDeletion');
    await api.patch(`${maps}/held`, { metadata: { finalizers: null } });
    const wrong = await api.delete(`${maps}/held`, { propagationPolicy: 'Sideways' });
    expect(wrong.code).toBe(422);
  });

  test('of a dry run changes nothing', async () => {
    await api.post(maps, configMap('dry'));
    expect((await api.delete(`${maps}/dry`, { dryRun: ['All'] })).code).toBe(200);
    expect((await api.get(`${maps}/dry`)).code).toBe(200);
  });

  test('of a collection takes what the selector selects', async () => {
    await Promise.all(
      ['a', 'b', 'c'].map((name) =>
        api.post(maps, configMap(`many-${name}`, {}, { labels: { many: name } })),
      ),
    );
    const { code, body } = await api.delete(`${maps}?labelSelector=${encodeURIComponent('many in (a,b)')}`);
    expect(code).toBe(200);
    expect(body.items).toHaveLength(2);
    const left = await api.get(`${maps}?labelSelector=many`);
    expect(left.body.items.map((item: { metadata: { name: string } }) => item.metadata.name)).toEqual([
      'many-c',
    ]);
  });
});

describe('pods', () => {
  const pods = '/api/v1/namespaces/default/pods';
  const pod = (name: string, spec: object = {}): object => ({
    metadata: { name },
    spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
  });

  test('go at once when no node runs them, and gracefully when one does', async () => {
    await api.post(pods, pod('free'));
    await api.delete(`${pods}/free`);
    expect((await api.get(`${pods}/free`)).code).toBe(404);

    await api.post(pods, pod('bound'));
    const binding = {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { name: 'bound' },
      target: { kind: 'Node', name: 'n1' },
    };
    expect((await api.post(`${pods}/bound/binding`, binding)).code).toBe(201);
    expect((await api.post(`${pods}/bound/binding`, binding)).code).toBe(409);
    expect((await api.get(`${pods}/bound`)).body.spec.nodeName).toBe('n1');
    const { body } = await api.delete(`${pods}/bound`);
    expect(body.metadata.deletionGracePeriodSeconds).toBe(30);
    await api.delete(`${pods}/bound`, { gracePeriodSeconds: 0 });
    expect((await api.get(`${pods}/bound`)).code).toBe(404);
  });

  test('are evicted unless a disruption budget forbids it', async () => {
    const budgets = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';
    const spec = { minAvailable: 1, selector: { matchLabels: { app: 'kept' } } };
    await api.post(budgets, { metadata: { name: 'budget' }, spec });
    await api.post(pods, { ...pod('kept'), metadata: { name: 'kept', labels: { app: 'kept' } } });
    await api.patch(`${pods}/kept/status`, { status: { phase: 'Running' } });
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'kept' } };
    const refused = await api.post(`${pods}/kept/eviction`, eviction);
    expect(refused.code).toBe(429);
    expect(refused.headers['retry-after']).toBe('10');
    await api.delete(`${budgets}/budget`);
    expect((await api.post(`${pods}/kept/eviction`, eviction)).code).toBe(201);
    expect((await api.get(`${pods}/kept`)).code).toBe(404);
  });
});
