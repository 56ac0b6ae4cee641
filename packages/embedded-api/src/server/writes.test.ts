import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestApi, configMap } from './testing/test-api.ts';

let api: TestApi;
const maps = '/api/v1/namespaces/default/configmaps';

beforeAll(async () => {
  api = await TestApi.start();
});
afterAll(() => api.stop());

describe('create', () => {
  test('fills in the metadata that only the server sets', async () => {
    const { code, body } = await api.post(
      maps,
      configMap('fresh', { a: 'b' }, { uid: 'mine', generation: 7 }),
    );
    expect(code).toBe(201);
    expect(body.metadata).toMatchObject({
      name: 'fresh',
      namespace: 'default',
      resourceVersion: expect.stringMatching(/^\d+$/),
    });
    expect(body.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
    expect(body.metadata.creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(body.metadata.generation).toBeUndefined();
  });

  test('refuses a second object of the same name', async () => {
    await api.post(maps, configMap('twice'));
    const { code, body } = await api.post(maps, configMap('twice'));
    expect(code).toBe(409);
    expect(body).toMatchObject({
      kind: 'Status',
      reason: 'AlreadyExists',
      message: 'configmaps "twice" already exists',
    });
  });

  test('makes names from generateName', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => api.post(maps, { metadata: { generateName: 'made-' } })),
    );
    const names = new Set(answers.map(({ body }) => body.metadata.name as string));
    expect(names.size).toBe(20);
    for (const name of names) expect(name).toMatch(/^made-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  });

  test.each([
    [{ name: 'Not_a_name' }, 'metadata.name'],
    [{}, 'metadata.name'],
    [{ name: 'ok', labels: { 'a b': 'c' } }, 'metadata.labels'],
    [{ name: 'ok', labels: { a: 'b c' } }, 'metadata.labels'],
    [{ name: 'ok', annotations: { a: 'x'.repeat(300_000) } }, 'metadata.annotations'],
    [{ name: 'ok', finalizers: ['/x'] }, 'metadata.finalizers'],
    [
      { name: 'ok', ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'p' }] },
      'metadata.ownerReferences[0].uid',
    ],
  ])('refuses metadata %#', async (metadata, field) => {
    const { code, body } = await api.post(maps, { metadata });
    expect(code).toBe(422);
    expect(body.reason).toBe('Invalid');
    expect(body.details.causes.map((cause: { field: string }) => cause.field)).toContain(field);
  });

  test.each([
    ['another kind', { kind: 'Secret', apiVersion: 'v1', metadata: { name: 'x' } }],
    ['another version', { kind: 'ConfigMap', apiVersion: 'v2', metadata: { name: 'x' } }],
    ['another namespace', { metadata: { name: 'x', namespace: 'kube-system' } }],
    ['a resource version', { metadata: { name: 'x', resourceVersion: '7' } }],
    ['a list', []],
    ['labels of the wrong type', { metadata: { name: 'x', labels: { a: 1 } } }],
    ['broken JSON', '{"metadata":'],
  ])('answers 400 to %s', async (_, body) => {
    expect((await api.post(maps, body)).code).toBe(400);
  });

  test('needs a namespace that is there', async () => {
    const { code, body } = await api.post('/api/v1/namespaces/nowhere/configmaps', configMap('a'));
    expect(code).toBe(404);
    expect(body.message).toBe('namespaces "nowhere" not found');
  });

  test('of a dry run stores nothing', async () => {
    const { code, body } = await api.post(`${maps}?dryRun=All`, configMap('dry'));
    expect(code).toBe(201);
    expect(body.metadata.resourceVersion).toBeUndefined();
    expect((await api.get(`${maps}/dry`)).code).toBe(404);
  });

  test('reads YAML, and refuses what it cannot read', async () => {
    const yaml = { 'content-type': 'application/yaml' };
    const made = await api.send('POST', maps, {
      body: 'metadata: {name: from-yaml}\ndata: {a: b}\n',
      headers: yaml,
    });
    expect(made.body.data).toEqual({ a: 'b' });
    const broken = await api.send('POST', maps, { body: 'metadata: {name: [', headers: yaml });
    expect(broken.code).toBe(400);
    const cbor = await api.send('POST', maps, { body: 'x', headers: { 'content-type': 'application/cbor' } });
    expect(cbor.code).toBe(415);
    expect(cbor.body.reason).toBe('UnsupportedMediaType');
  });

  test('refuses more than 3 MiB', async () => {
    const { code, body } = await api.post(maps, configMap('big', { a: 'x'.repeat(3 * 1024 * 1024) }));
    expect(code).toBe(413);
    expect(body.reason).toBe('RequestEntityTooLarge');
  });
});

describe('field validation', () => {
  const doubled = '{"metadata":{"name":"strict"},"data":{"a":"b","a":"c"},"spec":{}}';

  test('Strict refuses unknown and duplicate fields', async () => {
    const { code, body } = await api.post(`${maps}?fieldValidation=Strict`, doubled);
    expect(code).toBe(400);
    expect(body.message).toContain('strict decoding error: duplicate field "data.a"');
    const unknown = await api.post(`${maps}?fieldValidation=Strict`, {
      metadata: { name: 'strict' },
      spec: {},
    });
    expect(unknown.body.message).toContain('strict decoding error: unknown field "spec"');
  });

  test('Warn, the default, sends warnings and drops them', async () => {
    const { code, headers, body } = await api.post(maps, doubled);
    expect(code).toBe(201);
    expect(headers['warning']).toContain('299 - "duplicate field \\"data.a\\""');
    expect(headers['warning']).toContain('299 - "unknown field \\"spec\\""');
    expect(body.spec).toBeUndefined();
  });

  test('of an unknown kind is a 422', async () => {
    expect((await api.post(`${maps}?fieldValidation=Loose`, configMap('a'))).code).toBe(422);
  });
});

describe('update', () => {
  test('with an old resource version is a conflict, without one replaces', async () => {
    const made = await api.post(maps, configMap('versioned', { a: '1' }));
    await api.put(`${maps}/versioned`, configMap('versioned', { a: '2' }));
    const stale = await api.put(`${maps}/versioned`, { ...made.body, data: { a: '3' } });
    expect(stale.code).toBe(409);
    expect(stale.body).toMatchObject({
      reason: 'Conflict',
      details: { name: 'versioned', kind: 'configmaps' },
    });
    expect((await api.get(`${maps}/versioned`)).body.data).toEqual({ a: '2' });
  });

  test('keeps uid and creation time, and refuses another uid', async () => {
    const { body } = await api.post(maps, configMap('kept'));
    const changed = await api.put(
      `${maps}/kept`,
      configMap('kept', { a: 'b' }, { creationTimestamp: '2001-01-01T00:00:00Z' }),
    );
    expect(changed.body.metadata).toMatchObject({
      uid: body.metadata.uid,
      creationTimestamp: body.metadata.creationTimestamp,
    });
    expect((await api.put(`${maps}/kept`, configMap('kept', {}, { uid: 'other' }))).code).toBe(409);
  });

  test('that changes nothing keeps the resource version', async () => {
    const { body } = await api.post(maps, configMap('same', { a: 'b' }));
    const again = await api.put(`${maps}/same`, configMap('same', { a: 'b' }));
    expect(again.body.metadata.resourceVersion).toBe(body.metadata.resourceVersion);
    const patched = await api.patch(`${maps}/same`, { data: { a: 'b' } });
    expect(patched.body.metadata.resourceVersion).toBe(body.metadata.resourceVersion);
  });

  test('creates a lease but not a config map', async () => {
    const leases = '/apis/coordination.k8s.io/v1/namespaces/default/leases/by-put';
    expect((await api.put(leases, { metadata: { name: 'by-put' }, spec: {} })).code).toBe(201);
    expect((await api.put(`${maps}/absent`, configMap('absent'))).code).toBe(404);
  });

  test('with another name than the URL is a 400', async () => {
    expect((await api.put(`${maps}/one`, configMap('two'))).code).toBe(400);
  });

  test('by many writers at once loses nothing', async () => {
    await api.post(maps, configMap('contended'));
    const keys = Array.from({ length: 30 }, (_, i) => `k${i}`);
    await Promise.all(keys.map((key) => api.patch(`${maps}/contended`, { data: { [key]: 'x' } })));
    expect(Object.keys((await api.get(`${maps}/contended`)).body.data).sort()).toEqual(keys.toSorted());
  });
});

describe('generation', () => {
  test('moves with the spec, not with metadata or status', async () => {
    const url = '/apis/apps/v1/namespaces/default/deployments';
    const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
    const spec = { replicas: 1, selector: { matchLabels: { a: 'b' } }, template };
    const made = await api.post(url, { metadata: { name: 'd' }, spec, status: { replicas: 9 } });
    expect(made.body.metadata.generation).toBe(1);
    expect(made.body.status.replicas).toBeUndefined();
    const labelled = await api.patch(`${url}/d`, {
      metadata: { labels: { x: 'y' } },
      status: { replicas: 3 },
    });
    expect(labelled.body.metadata.generation).toBe(1);
    const status = await api.patch(`${url}/d/status`, { status: { replicas: 3 }, spec: { replicas: 7 } });
    expect(status.body).toMatchObject({
      metadata: { generation: 1 },
      status: { replicas: 3 },
      spec: { replicas: 1 },
    });
    const scaled = await api.patch(`${url}/d/scale`, { spec: { replicas: 5 } });
    expect(scaled.body).toMatchObject({ kind: 'Scale', spec: { replicas: 5 } });
    expect((await api.get(`${url}/d`)).body.metadata.generation).toBe(2);
  });
});

describe('patch', () => {
  test('applies JSON, merge and strategic patches, and server-side apply', async () => {
    await api.post(maps, configMap('patched', { a: '1', b: '2' }));
    const json = await api.patch(`${maps}/patched`, [{ op: 'remove', path: '/data/a' }], 'json-patch+json');
    expect(json.body.data).toEqual({ b: '2' });
    const merged = await api.patch(`${maps}/patched`, { data: { b: null, c: '3' } });
    expect(merged.body.data).toEqual({ c: '3' });
    const strategic = await api.patch(`${maps}/patched`, { data: { d: '4' } }, 'strategic-merge-patch+json');
    expect(strategic.body.data).toEqual({ c: '3', d: '4' });
    const config = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'patched' },
      data: { c: 'mine' },
    };
    const conflict = await api.patch(`${maps}/patched?fieldManager=me`, config, 'apply-patch+yaml');
    expect(conflict.code).toBe(409);
    expect(conflict.body.details.causes[0].reason).toBe('FieldManagerConflict');
    const forced = await api.patch(`${maps}/patched?fieldManager=me&force=true`, config, 'apply-patch+yaml');
    expect(forced.body.data.c).toBe('mine');
  });

  test('creates by apply what is not there, and needs a field manager', async () => {
    const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'applied' }, data: { a: 'b' } };
    expect((await api.patch(`${maps}/applied?fieldManager=me`, config, 'apply-patch+yaml')).code).toBe(201);
    expect((await api.patch(`${maps}/applied`, config, 'apply-patch+yaml')).code).toBe(422);
    expect((await api.patch(`${maps}/applied?force=true`, { data: {} })).code).toBe(422);
  });

  test('of an unknown kind is a 415 that lists the known ones', async () => {
    const { code, body } = await api.patch(`${maps}/patched`, {}, 'json');
    expect(code).toBe(415);
    expect(body.message).toContain('application/merge-patch+json');
  });

  test('may not move an object', async () => {
    expect((await api.patch(`${maps}/patched`, { metadata: { name: 'elsewhere' } })).code).toBe(400);
  });
});

describe('requests that contradict themselves', () => {
  test('are refused before anything is written', async () => {
    const unprintable = await api.post(
      `${maps}?fieldManager=${encodeURIComponent('a\u0007')}`,
      configMap('u'),
    );
    expect(unprintable.code).toBe(422);
    expect((await api.put(`${maps}/patched`, { data: {} })).code).toBe(400);
    const apply = (metadata: object): object => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'not-there', ...metadata },
    });
    for (const metadata of [{ uid: 'u' }, { resourceVersion: '5' }]) {
      const { code } = await api.patch(
        `${maps}/not-there?fieldManager=me`,
        apply(metadata),
        'apply-patch+yaml',
      );
      expect(code).toBe(409);
    }
    expect((await api.get(`${maps}/not-there`)).code).toBe(404);
  });
});

test('a patch that adds unknown fields is invalid under Strict, before its version is looked at', async () => {
  const path = '/apis/apps/v1/namespaces/default/deployments/strict?fieldValidation=Strict';
  const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
  const spec = { selector: { matchLabels: { a: 'b' } }, template };
  const made = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'strict' }, spec };
  await api.post('/apis/apps/v1/namespaces/default/deployments', made);
  const patched = await api.patch(path, { metadata: { resourceVersion: '1' }, spec: { unknown: 1 } });
  expect(patched.body).toMatchObject({ code: 422, details: { causes: [{ field: 'patch' }] } });
  const put = await api.put(path, {
    ...made,
    spec: { ...spec, unknown: 1 },
    metadata: { name: 'strict', resourceVersion: '1' },
  });
  expect(put.body).toMatchObject({
    code: 400,
    message: expect.stringContaining('unknown field "spec.unknown"'),
  });
});

test('a scale of nothing has no replicas, and is owned only where the replicas were', async () => {
  const url = '/apis/apps/v1/namespaces/default/deployments/strict';
  const stored = await api.patch(`${url}?fieldManager=bare`, { metadata: { managedFields: [{}] } });
  expect(stored.body.metadata.managedFields).toBeUndefined();
  const scaled = await api.patch(`${url}/scale?fieldManager=scaler`, { spec: { replicas: 0 } });
  expect(scaled.body.spec).toEqual({});
  expect((await api.get(url)).body.metadata.managedFields).toBeUndefined();
  const config = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'strict' },
    spec: { replicas: 1 },
  };
  await api.patch(`${url}?fieldManager=owner&force=true`, config, 'apply-patch+yaml');
  await api.patch(`${url}/scale?fieldManager=scaler`, { spec: { replicas: 2 } });
  const { managedFields } = (await api.get(url)).body.metadata;
  expect(managedFields).toContainEqual(
    expect.objectContaining({
      manager: 'scaler',
      subresource: 'scale',
      fieldsV1: { 'f:spec': { 'f:replicas': {} } },
    }),
  );
});
