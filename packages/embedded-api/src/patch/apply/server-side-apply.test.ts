import { describe, expect, test } from 'vitest';
import type { KubeObject, ManagedFieldsEntry } from '../../object.ts';
import { StatusError } from '../../status-error.ts';
import { serverSideApply } from './server-side-apply.ts';
import { trackUpdate } from './track-update.ts';

const text = { type: 'string' };
const number = { type: 'integer' };
const schema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        plain: text,
        count: number,
        either: { 'x-kubernetes-int-or-string': true },
        atomicList: { type: 'array', items: text },
        set: { type: 'array', items: text, 'x-kubernetes-list-type': 'set' },
        ports: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['port', 'protocol'],
          items: {
            type: 'object',
            properties: { port: number, protocol: { type: 'string', default: 'TCP' }, label: text },
          },
        },
        texts: { type: 'object', additionalProperties: text },
        atomicMap: { type: 'object', properties: { a: text, b: text }, 'x-kubernetes-map-type': 'atomic' },
        nested: { $ref: 'Nested' },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        embedded: { type: 'object', 'x-kubernetes-embedded-resource': true, properties: {} },
      },
    },
    status: { type: 'object', properties: { phase: text } },
  },
};
const nested = { type: 'object', properties: { first: text, second: { allOf: [{ $ref: 'Nested' }] } } };
const resolve = (reference: string): Record<string, unknown> | undefined =>
  reference === 'Nested' ? nested : undefined;

const at = (second: number): Date => new Date(Date.UTC(2026, 0, 1, 0, 0, second));
const writer = {
  schema,
  resolve,
  apiVersion: 'example.com/v1',
  subresource: '',
  statusSubresource: true,
  now: at(0),
};

const thing = (spec: unknown, metadata: object = {}): KubeObject => ({
  apiVersion: 'example.com/v1',
  kind: 'Thing',
  metadata: { name: 't', ...metadata },
  ...(spec === undefined ? {} : { spec }),
});

interface Options {
  force?: boolean;
  metadata?: object;
  status?: unknown;
  subresource?: string;
  apiVersion?: string;
  second?: number;
}

const apply = (
  live: KubeObject | undefined,
  manager: string,
  spec: unknown,
  {
    force = false,
    metadata,
    status,
    subresource = '',
    apiVersion = 'example.com/v1',
    second = 0,
  }: Options = {},
): KubeObject => {
  const config = { ...thing(spec, metadata), apiVersion, ...(status === undefined ? {} : { status }) };
  return serverSideApply({
    ...writer,
    live,
    config,
    kind: 'Thing',
    manager,
    force,
    subresource,
    apiVersion,
    now: at(second),
  });
};

const update = (live: KubeObject | undefined, manager: string, next: KubeObject, second = 0): KubeObject =>
  trackUpdate({ ...writer, live, next, manager, now: at(second) });

const entries = (object: KubeObject): Record<string, unknown> =>
  Object.fromEntries(
    (object.metadata.managedFields ?? []).map((entry: ManagedFieldsEntry) => [
      [entry.manager, entry.operation, entry.subresource].filter(Boolean).join(' '),
      entry.fieldsV1,
    ]),
  );

const failure = (run: () => unknown): StatusError['status'] => {
  try {
    run();
  } catch (error) {
    if (error instanceof StatusError) return error.status;
    throw error;
  }
  throw new Error('the apply was expected to fail');
};

describe('applying', () => {
  test('a new object: only what the configuration says is owned', () => {
    const object = apply(
      undefined,
      'one',
      { plain: 'a', set: ['x'] },
      { metadata: { labels: { app: 'x' } } },
    );
    expect(object).toMatchObject(thing({ plain: 'a', set: ['x'] }, { labels: { app: 'x' } }));
    expect(object.metadata.managedFields).toEqual([
      {
        manager: 'one',
        operation: 'Apply',
        apiVersion: 'example.com/v1',
        time: '2026-01-01T00:00:00Z',
        fieldsType: 'FieldsV1',
        fieldsV1: {
          'f:metadata': { 'f:labels': { 'f:app': {} } },
          'f:spec': { 'f:plain': {}, 'f:set': { 'v:"x"': {} } },
        },
      },
    ]);
  });

  test('the same again gives the live object itself, whatever the time', () => {
    const live = apply(undefined, 'one', { plain: 'a' });
    expect(apply(live, 'one', { plain: 'a' }, { second: 30 })).toBe(live);
  });

  test('equal values are shared, different ones conflict, force takes them over', () => {
    let live = apply(undefined, 'one', { plain: 'a', count: 1 });
    live = apply(live, 'two', { plain: 'a' });
    expect(entries(live)).toEqual({
      'one Apply': { 'f:spec': { 'f:plain': {}, 'f:count': {} } },
      'two Apply': { 'f:spec': { 'f:plain': {} } },
    });
    const conflict = failure(() => apply(live, 'three', { plain: 'b', count: 2 }));
    expect(conflict).toMatchObject({
      code: 409,
      reason: 'Conflict',
      message:
        'Apply failed with 3 conflicts: conflicts with "one":\n- .spec.count\n- .spec.plain\nconflicts with "two":\n- .spec.plain',
      details: {
        causes: [
          { reason: 'FieldManagerConflict', message: 'conflict with "one"', field: '.spec.count' },
          { reason: 'FieldManagerConflict', message: 'conflict with "one"', field: '.spec.plain' },
          { reason: 'FieldManagerConflict', message: 'conflict with "two"', field: '.spec.plain' },
        ],
      },
    });
    live = apply(live, 'three', { plain: 'b' }, { force: true });
    expect(entries(live)).toEqual({
      'one Apply': { 'f:spec': { 'f:count': {} } },
      'three Apply': { 'f:spec': { 'f:plain': {} } },
    });
    expect(live['spec']).toEqual({ plain: 'b', count: 1 });
  });

  test('dropped fields go, unless others own them, and empty structs go with them', () => {
    let live = apply(undefined, 'one', { plain: 'a', nested: { first: '1', second: { first: '2' } } });
    live = apply(live, 'two', { nested: { first: '1' } });
    live = apply(live, 'one', { plain: 'a' });
    expect(live['spec']).toEqual({ plain: 'a', nested: { first: '1' } });
    live = apply(live, 'two', {});
    expect(live['spec']).toEqual({ plain: 'a' });
    live = apply(live, 'one', undefined);
    expect(live).toEqual(thing(undefined));
  });

  test('what an updater set stays when an applier that shared it leaves', () => {
    let live = update(undefined, 'creator', thing({ plain: 'a', count: 1 }));
    live = apply(live, 'one', { plain: 'a' });
    live = apply(live, 'one', {});
    expect(live['spec']).toEqual({ plain: 'a', count: 1 });
  });

  test('keyed lists: items of others stay, defaults of keys count, the order is the configuration’s', () => {
    let live = apply(undefined, 'one', { ports: [{ port: 80 }, { port: 80, protocol: 'UDP' }] });
    live = apply(live, 'two', { ports: [{ port: 443, protocol: 'TCP', label: 'tls' }] });
    expect(entries(live)['two Apply']).toEqual({
      'f:spec': {
        'f:ports': {
          'k:{"port":443,"protocol":"TCP"}': { '.': {}, 'f:port': {}, 'f:protocol': {}, 'f:label': {} },
        },
      },
    });
    live = apply(live, 'one', { ports: [{ port: 80, protocol: 'TCP', label: 'web' }] });
    expect(live['spec']).toEqual({
      ports: [
        { port: 80, protocol: 'TCP', label: 'web' },
        { port: 443, protocol: 'TCP', label: 'tls' },
      ],
    });
    expect(failure(() => apply(live, 'three', { ports: [{ port: 443, label: 'x' }] })).message).toBe(
      'Apply failed with 1 conflict: conflict with "two": .spec.ports[port=443,protocol="TCP"].label',
    );
    live = apply(live, 'one', { set: ['z', 'y', 'x'] });
    live = apply(live, 'two', { set: ['x', 'm', 'y'] });
    expect(live['spec']).toEqual({ set: ['z', 'x', 'm', 'y'] });
  });

  test('atomic lists and maps are owned whole', () => {
    const live = apply(undefined, 'one', { atomicList: ['1'], atomicMap: { a: '1' } });
    expect(entries(live)).toEqual({ 'one Apply': { 'f:spec': { 'f:atomicList': {}, 'f:atomicMap': {} } } });
    expect(failure(() => apply(live, 'two', { atomicMap: { b: '2' } })).message).toContain('.spec.atomicMap');
    expect(apply(live, 'two', { atomicMap: { b: '2' } }, { force: true })['spec']).toEqual({
      atomicList: ['1'],
      atomicMap: { b: '2' },
    });
  });

  test('free-form fields are owned part by part, lists in them whole; embedded objects have metadata', () => {
    const live = apply(undefined, 'one', {
      free: { deep: { list: [{ name: 'n' }], text: '1' } },
      embedded: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', finalizers: ['x'] } },
    });
    expect(entries(live)['one Apply']).toEqual({
      'f:spec': {
        'f:free': { 'f:deep': { '.': {}, 'f:list': {}, 'f:text': {} } },
        'f:embedded': {
          'f:apiVersion': {},
          'f:kind': {},
          'f:metadata': { 'f:name': {}, 'f:finalizers': { 'v:"x"': {} } },
        },
      },
    });
  });

  test('status belongs to its subresource, and only it does', () => {
    let live = apply(undefined, 'one', { plain: 'a' }, { status: { phase: 'New' } });
    expect(live['status']).toBeUndefined();
    live = apply(live, 'one', { plain: 'ignored' }, { status: { phase: 'Ready' }, subresource: 'status' });
    expect(live).toMatchObject({ spec: { plain: 'a' }, status: { phase: 'Ready' } });
    expect(entries(live)).toEqual({
      'one Apply': { 'f:spec': { 'f:plain': {} } },
      'one Apply status': { 'f:status': { 'f:phase': {} } },
    });
    expect(
      failure(() => apply(live, 'two', undefined, { status: { phase: 'Bad' }, subresource: 'status' }))
        .message,
    ).toBe('Apply failed with 1 conflict: conflict with "one" with subresource "status": .status.phase');
  });

  test('one entry per applier over all versions', () => {
    let live = apply(undefined, 'one', { plain: 'a', count: 1 });
    live = apply(
      { ...live, apiVersion: 'example.com/v2' },
      'one',
      { plain: 'a' },
      { apiVersion: 'example.com/v2' },
    );
    expect(live['spec']).toEqual({ plain: 'a' });
    expect(live.metadata.managedFields?.map(({ apiVersion }) => apiVersion)).toEqual(['example.com/v2']);
  });

  test('an object nobody tracked belongs to before-first-apply', () => {
    const live = thing({ plain: 'a', count: 1 });
    expect(failure(() => apply(live, 'one', { plain: 'b' })).message).toBe(
      'Apply failed with 1 conflict: conflict with "before-first-apply" using example.com/v1: .spec.plain',
    );
    expect(Object.keys(entries(apply(live, 'one', { plain: 'a' })))).toEqual([
      'one Apply',
      'before-first-apply Update',
    ]);
  });

  test('before-first-apply owns no status where that has a door of its own', () => {
    const live = { ...thing({ plain: 'a' }), status: { phase: 'Ready' } };
    const applied = apply(live, 'one', { count: 1 });
    const made = applied.metadata.managedFields?.find(({ manager }) => manager === 'before-first-apply');
    expect(Object.keys(made?.fieldsV1 ?? {})).toEqual(['f:spec']);
  });

  test('kubectl takes over what it applied from the client side, unless somebody changed it since', () => {
    const annotation = 'kubectl.kubernetes.io/last-applied-configuration';
    const config = (spec: object): string => JSON.stringify(thing(spec));
    let live = update(
      undefined,
      'kubectl-client-side-apply',
      thing({ plain: 'a', count: 1 }, { annotations: { [annotation]: config({ plain: 'a', count: 1 }) } }),
    );
    expect(failure(() => apply(live, 'other', { plain: 'b' })).code).toBe(409);
    const taken = apply(live, 'kubectl', { plain: 'b', count: 1 });
    expect(taken['spec']).toEqual({ plain: 'b', count: 1 });
    expect(JSON.parse(taken.metadata.annotations?.[annotation] ?? '')).toEqual(
      thing({ plain: 'b', count: 1 }),
    );
    live = update(live, 'else', { ...live, spec: { plain: 'a', count: 9 } });
    expect(failure(() => apply(live, 'kubectl', { plain: 'b', count: 2 })).message).toBe(
      'Apply failed with 1 conflict: conflict with "else" using example.com/v1: .spec.count',
    );
  });

  test('a schema that became atomic: who owned parts owns the whole', () => {
    const live = apply(undefined, 'one', { texts: { a: '1' } });
    const spec = schema.properties.spec;
    const changed = {
      ...schema,
      properties: {
        spec: {
          ...spec,
          properties: {
            ...spec.properties,
            texts: { ...spec.properties.texts, 'x-kubernetes-map-type': 'atomic' },
          },
        },
      },
    };
    const next = trackUpdate({
      ...writer,
      schema: changed,
      manager: 'upd',
      live,
      next: { ...live, spec: { texts: { a: '1' }, plain: 'x' } },
    });
    expect(entries(next)).toEqual({
      'one Apply': { 'f:spec': { 'f:texts': {} } },
      'upd Update': { 'f:spec': { 'f:plain': {} } },
    });
  });

  test.each<[number, unknown, string]>([
    [400, 'text', 'error decoding YAML: the applied configuration is not an object with metadata'],
    [
      400,
      { apiVersion: 'example.com/v9', kind: 'Thing' },
      'Incorrect version specified in apply patch. Specified patch version: example.com/v9, expected: example.com/v1',
    ],
    [400, { apiVersion: 'example.com/v1', kind: 'Other' }, 'invalid object type: example.com/v1, Kind=Other'],
    [400, thing({}, { managedFields: [] }), 'metadata.managedFields must be nil'],
    [
      500,
      thing({ nonsense: 1 }),
      'failed to create typed patch object (/t; example.com/v1, Kind=Thing): .spec.nonsense: field not declared in schema',
    ],
    [
      500,
      thing({ plain: 1 }),
      'failed to create typed patch object (/t; example.com/v1, Kind=Thing): .spec.plain: expected string, got 1',
    ],
    [
      500,
      thing({ set: ['a', 'a'] }),
      'failed to create typed patch object (/t; example.com/v1, Kind=Thing): .spec.set: duplicate entries for key [="a"]',
    ],
    [
      500,
      thing({ ports: [{ port: 1 }, { port: 1, protocol: 'TCP' }] }),
      'failed to create typed patch object (/t; example.com/v1, Kind=Thing): .spec.ports: duplicate entries for key [port=1,protocol="TCP"]',
    ],
    [
      500,
      thing({ ports: {}, plain: [] }),
      'failed to create typed patch object (/t; example.com/v1, Kind=Thing): errors:\n  .spec.ports: expected list, got {}\n  .spec.plain: expected string, got []',
    ],
  ])('%i for %j', (code, config, message) => {
    const status = failure(() =>
      serverSideApply({ ...writer, live: undefined, config, kind: 'Thing', manager: 'one', force: false }),
    );
    expect(status).toMatchObject({ code, message });
  });
});

describe('tracking other writes', () => {
  test('the creator owns everything but identity', () => {
    const object = update(
      undefined,
      'creator',
      thing({ plain: 'a', texts: { x: '1' } }, { uid: 'u', labels: {} }),
    );
    expect(entries(object)).toEqual({
      'creator Update': {
        'f:metadata': { 'f:labels': {} },
        'f:spec': { '.': {}, 'f:plain': {}, 'f:texts': { '.': {}, 'f:x': {} } },
      },
    });
  });

  test('changes move ownership, removals end it, and nothing changed means the object itself', () => {
    const created = update(undefined, 'creator', thing({ plain: 'a', count: 1 }));
    expect(update(created, 'other', created, 9)).toBe(created);
    const changed = update(created, 'other', { ...created, spec: { plain: 'b' } }, 9);
    expect(entries(changed)).toEqual({
      'creator Update': { 'f:spec': {} },
      'other Update': { 'f:spec': { 'f:plain': {} } },
    });
    expect(changed.metadata.managedFields?.map(({ time }) => time)).toEqual([
      '2026-01-01T00:00:00Z',
      '2026-01-01T00:00:09Z',
    ]);
    expect(Object.keys(entries(update(changed, 'third', thing(undefined))))).toEqual([]);
  });

  test('clients may rewrite entries, garbled ones are ignored, [] and [{}] reset', () => {
    const live = update(undefined, 'creator', thing({ plain: 'a' }));
    const sent = (managedFields: unknown): KubeObject =>
      ({ ...live, metadata: { ...live.metadata, managedFields } }) as KubeObject;
    const entry = { manager: 'm', operation: 'Update', apiVersion: 'example.com/v1', fieldsType: 'FieldsV1' };
    const rewritten = update(
      live,
      'x',
      sent([{ ...entry, fieldsV1: { 'f:spec': { 'f:plain': {}, 'q:later': {} } } }]),
    );
    expect(entries(rewritten)).toEqual({ 'm Update': { 'f:spec': { 'f:plain': {} } } });
    for (const garbled of [
      [{ ...entry, fieldsV1: { nonsense: {} } }],
      [{ ...entry, fieldsV1: { 'k:{': {} } }],
      [{ ...entry, fieldsV1: { 'i:x': {} } }],
      [{ ...entry, fieldsType: 'FieldsV9', fieldsV1: {} }],
      [{ ...entry, operation: 'Paint', fieldsV1: {} }],
      ['text'],
      'text',
    ])
      expect(entries(update(live, 'x', sent(garbled)))).toEqual(entries(live));
    for (const reset of [[], [{}]])
      expect(update(live, 'x', sent(reset)).metadata.managedFields).toBeUndefined();
    const { managedFields: _, ...metadata } = live.metadata;
    expect(update(live, 'x', { ...live, metadata })).toEqual(live);
  });

  test('a scalar that becomes a map is modified, and its parts are new; the other way round they are gone', () => {
    const scalar = update(undefined, 'creator', thing({ free: { x: 'text' } }));
    const map = update(scalar, 'other', { ...scalar, spec: { free: { x: { a: 1 } } } });
    expect(entries(map)).toEqual({
      'creator Update': { 'f:spec': { '.': {}, 'f:free': {} } },
      'other Update': { 'f:spec': { 'f:free': { 'f:x': { '.': {}, 'f:a': {} } } } },
    });
    const back = update(map, 'third', { ...map, spec: { free: { x: {} } } });
    expect(entries(back)['other Update']).toEqual({ 'f:spec': { 'f:free': { 'f:x': {} } } });
    expect(entries(update(back, 'third', { ...back, spec: { free: { x: 1 } } }))['third Update']).toEqual({
      'f:spec': { 'f:free': { 'f:x': {} } },
    });
  });

  test('an untracked object stays untracked', () => {
    const live = thing({ plain: 'a' });
    expect(update(live, 'x', thing({ plain: 'b' })).metadata.managedFields).toBeUndefined();
  });

  test('more than ten updaters: the oldest become ancient-changes', () => {
    let live = update(undefined, 'm0', thing({ texts: { k0: '1' } }), 0);
    for (let index = 1; index <= 12; index++)
      live = update(
        live,
        `m${index}`,
        { ...live, spec: { texts: { ...(live['spec'] as { texts: object }).texts, [`k${index}`]: '1' } } },
        index,
      );
    expect(live.metadata.managedFields).toHaveLength(10);
    expect(entries(live)['ancient-changes Update']).toEqual({
      'f:spec': { '.': {}, 'f:texts': { '.': {}, 'f:k0': {}, 'f:k1': {}, 'f:k2': {}, 'f:k3': {} } },
    });
  });

  test('items with the same key are one thing; a list whose items have no key is not tracked at all', () => {
    const live = update(undefined, 'creator', thing({ ports: [{ port: 1 }, { port: 1 }] }));
    expect(entries(live)['creator Update']).toEqual({
      'f:spec': { '.': {}, 'f:ports': { '.': {}, 'k:{"port":1,"protocol":"TCP"}': {} } },
    });
    const single = update(live, 'creator', { ...live, spec: { ports: [{ port: 1 }] } });
    expect(entries(single)['creator Update']).toEqual({
      'f:spec': {
        '.': {},
        'f:ports': { '.': {}, 'k:{"port":1,"protocol":"TCP"}': { '.': {}, 'f:port': {} } },
      },
    });
    expect(update(undefined, 'creator', thing({ ports: [5] })).metadata.managedFields).toBeUndefined();
  });
});
