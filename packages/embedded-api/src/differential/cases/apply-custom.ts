import { get, inNamespace, patch, post, put, putChanged } from '../case.ts';
import type { Case, Step } from '../case.ts';

const customCase = (name: string, steps: (namespace: string) => Step[]): Case =>
  inNamespace(name, steps, 'apiextensions-apiserver');

const text = { type: 'string' };
const number = { type: 'integer' };
const struct = (properties: object, more: object = {}): object => ({ type: 'object', properties, ...more });
const listOf = (items: object, more: object = {}): object => ({ type: 'array', items, ...more });

const spec = struct({
  plain: text,
  count: { type: 'integer', default: 7 },
  either: { 'x-kubernetes-int-or-string': true },
  atomicList: listOf(text),
  set: listOf(text, { 'x-kubernetes-list-type': 'set' }),
  byName: listOf(
    struct(
      {
        name: text,
        value: text,
        inner: listOf(struct({ id: number, note: text }, { required: ['id'] }), {
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['id'],
        }),
      },
      { required: ['name'] },
    ),
    {
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
    },
  ),
  ports: listOf(
    struct(
      { port: number, protocol: { type: 'string', default: 'TCP' }, label: text },
      { required: ['port'] },
    ),
    {
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['port', 'protocol'],
    },
  ),
  atomicMap: struct({ a: text, b: text }, { 'x-kubernetes-map-type': 'atomic' }),
  texts: { type: 'object', additionalProperties: text },
  structs: { type: 'object', additionalProperties: struct({ x: text, y: text }) },
  nested: struct({ first: text, second: struct({ third: text, fourth: text }) }),
  free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  embedded: {
    type: 'object',
    'x-kubernetes-embedded-resource': true,
    'x-kubernetes-preserve-unknown-fields': true,
  },
});

/** A definition with one of every kind of list and map; `group` keeps cases apart. */
const definition = (group: string): object => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `things.${group}` },
  spec: {
    group,
    names: { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' },
    scope: 'Namespaced',
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: struct({
            spec,
            status: struct({
              phase: text,
              conditions: listOf(struct({ type: text, status: text }, { required: ['type'] }), {
                'x-kubernetes-list-type': 'map',
                'x-kubernetes-list-map-keys': ['type'],
              }),
            }),
          }),
        },
      },
      {
        name: 'v2',
        served: true,
        storage: false,
        subresources: { status: {} },
        schema: { openAPIV3Schema: struct({ spec, status: struct({ phase: text }) }) },
      },
    ],
  },
});

/** Creates the definition and waits until its objects can be written. */
const serving = (group: string): Step[] => [
  {
    ...post('definition', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition(group)),
    unchecked: true,
  },
  {
    name: 'served',
    request: { method: 'GET', path: `/apis/${group}/v2/things` },
    until: ({ status }) => status === 200,
    unchecked: true,
  },
];

interface Things {
  path: string;
  apply: (
    step: string,
    manager: string,
    spec: unknown,
    more?: { query?: string; status?: unknown; subresource?: string; version?: string },
  ) => Step;
  thing: (spec: unknown, more?: object) => object;
  steps: Step[];
}

const things = (namespace: string): Things => {
  const group = `${namespace}.example.com`;
  const at = (version: string): string => `/apis/${group}/${version}/namespaces/${namespace}/things`;
  return {
    path: at('v1'),
    steps: serving(group),
    thing: (spec, more = {}) => ({
      apiVersion: `${group}/v1`,
      kind: 'Thing',
      metadata: { name: 't' },
      ...(spec === undefined ? {} : { spec }),
      ...more,
    }),
    apply: (step, manager, spec, { query = '', status, subresource, version = 'v1' } = {}) =>
      patch(
        'apply',
        step,
        `${at(version)}/t${subresource ? `/${subresource}` : ''}?fieldManager=${manager}${query}`,
        {
          apiVersion: `${group}/${version}`,
          kind: 'Thing',
          metadata: { name: 't' },
          ...(spec === undefined ? {} : { spec }),
          ...(status === undefined ? {} : { status }),
        },
      ),
  };
};

const scalars = customCase('custom-scalars', (ns) => {
  const { apply, path, steps, thing } = things(ns);
  return [
    ...steps,
    apply('create', 'one', { plain: 'a', either: 1 }),
    apply('own the default', 'two', { count: 7 }),
    apply('conflict on the default', 'three', { count: 8, either: 'x' }),
    apply('give the default back', 'two', {}),
    apply('number becomes text', 'one', { plain: 'a', either: '1' }),
    patch('merge', 'update', `${path}/t?fieldManager=upd`, { spec: { plain: 'b', count: null } }),
    apply('nested', 'one', { nested: { first: '1', second: { third: '3' } } }),
    apply('nested by another', 'two', { nested: { second: { fourth: '4' } } }),
    apply('first leaves nested', 'one', { plain: 'b' }),
    apply('second leaves nested', 'two', {}),
    apply('empty nested', 'one', { nested: {} }),
    apply('no more nested', 'one', {}),
    patch('merge', 'remove by an updater', `${path}/t?fieldManager=upd`, { spec: null }),
    apply('wrong type', 'one', { plain: 5 }),
    apply('unknown field', 'one', { nonsense: 5 }),
    post('created by an updater', `${path}?fieldManager=creator`, {
      ...thing({ nested: { first: '1' }, structs: { a: { x: '1' } } }),
      metadata: { name: 'u' },
    }),
    get('in the end', `${path}/t`),
  ];
});

const lists = customCase('custom-lists', (ns) => {
  const { apply, path, steps } = things(ns);
  return [
    ...steps,
    apply('create', 'one', { set: ['b', 'a'], byName: [{ name: 'x', value: '1' }], atomicList: ['1'] }),
    apply('join', 'two', { set: ['c', 'a'], byName: [{ name: 'y', inner: [{ id: 1, note: 'n' }] }] }),
    apply('conflict in the atomic list', 'two', { atomicList: ['2'] }),
    apply('same atomic list', 'two', { atomicList: ['1'], byName: [{ name: 'x', inner: [{ id: 2 }] }] }),
    apply('leave', 'one', { byName: [{ name: 'y' }] }),
    apply('inner', 'one', {
      byName: [
        {
          name: 'y',
          inner: [
            { id: 3, note: 'three' },
            { id: 1, note: 'one' },
          ],
        },
      ],
    }),
    apply('order of the configuration', 'one', { set: ['z', 'y', 'x'] }),
    apply('another order', 'one', { set: ['x', 'z', 'y'] }),
    apply('between', 'two', { set: ['x', 'm', 'y'] }),
    apply('ports', 'one', {
      ports: [{ port: 80 }, { port: 80, protocol: 'UDP' }, { port: 443, protocol: 'TCP', label: 'tls' }],
    }),
    apply('default protocol written out', 'one', { ports: [{ port: 80, protocol: 'TCP', label: 'web' }] }),
    apply('duplicate set items', 'one', { set: ['a', 'a'] }),
    apply('duplicate keys', 'one', { ports: [{ port: 80 }, { port: 80, protocol: 'TCP' }] }),
    apply('missing key', 'one', { byName: [{ value: '1' }] }),
    patch('merge', 'duplicates by an updater', `${path}/t?fieldManager=upd`, {
      spec: { byName: [{ name: 'q' }, { name: 'q' }] },
    }),
    patch('json', 'item by an updater', `${path}/t?fieldManager=upd`, [
      { op: 'add', path: '/spec/byName', value: [{ name: 'p', value: '1' }] },
    ]),
    patch('json', 'item changed', `${path}/t?fieldManager=upd2`, [
      { op: 'add', path: '/spec/byName/0/value', value: '2' },
    ]),
    patch('json', 'item removed', `${path}/t?fieldManager=upd2`, [{ op: 'remove', path: '/spec/byName/0' }]),
    get('in the end', `${path}/t`),
  ];
});

const maps = customCase('custom-maps', (ns) => {
  const { apply, path, steps } = things(ns);
  return [
    ...steps,
    apply('create', 'one', {
      atomicMap: { a: '1' },
      texts: { a: '1' },
      structs: { a: { x: '1' } },
      free: { deep: { a: 1, list: [{ name: 'n' }] } },
    }),
    apply('join', 'two', {
      texts: { b: '2' },
      structs: { a: { y: '2' }, b: { x: '3' } },
      free: { deep: { b: 2 } },
    }),
    apply('conflict in the atomic map', 'two', { atomicMap: { b: '2' } }),
    apply('force the atomic map', 'two', { atomicMap: { b: '2' } }, { query: '&force=true' }),
    apply('leave', 'one', { free: { deep: { list: [] } } }),
    apply('scalar in place of a map', 'one', { free: { deep: 'text' } }, { query: '&force=true' }),
    apply('embedded', 'one', {
      embedded: {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'p', labels: { a: 'b' } },
        spec: { x: 1 },
      },
    }),
    apply('embedded by another', 'two', {
      embedded: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', labels: { c: 'd' } } },
    }),
    apply('embedded left', 'one', {}),
    apply('nulls', 'one', { plain: null, nested: null, texts: null }),
    patch('merge', 'updater empties a map', `${path}/t?fieldManager=upd`, { spec: { texts: {} } }),
    get('in the end', `${path}/t`),
  ];
});

const subresources = customCase('custom-status', (ns) => {
  const { apply, path, steps, thing } = things(ns);
  return [
    ...steps,
    apply('create with a status', 'one', { plain: 'a' }, { status: { phase: 'New' } }),
    apply('status', 'controller', undefined, {
      status: { phase: 'Ready', conditions: [{ type: 'A', status: 'True' }] },
      subresource: 'status',
    }),
    apply('status of the main resource again', 'one', { plain: 'a' }, { status: { phase: 'Other' } }),
    apply('status conflict', 'second', { plain: 'b' }, { status: { phase: 'Bad' }, subresource: 'status' }),
    apply('another condition', 'second', undefined, {
      status: { conditions: [{ type: 'B', status: 'True' }] },
      subresource: 'status',
    }),
    apply('condition dropped', 'controller', undefined, {
      status: { phase: 'Ready' },
      subresource: 'status',
    }),
    patch('merge', 'status by an updater', `${path}/t/status?fieldManager=upd`, {
      status: { phase: 'Updated' },
      spec: { plain: 'ignored' },
      metadata: { labels: { ignored: 'yes' } },
    }),
    patch('merge', 'main by the same updater', `${path}/t?fieldManager=upd`, {
      status: { phase: 'ignored' },
      spec: { plain: 'u' },
    }),
    putChanged(
      'put of status',
      `${path}/t/status?fieldManager=putter`,
      'main by the same updater',
      (object) => {
        object['status'] = { phase: 'Put' };
        object['spec'] = { plain: 'ignored' };
      },
    ),
    post('another created with a status', `${path}?fieldManager=creator`, {
      ...thing({ plain: 'x' }, { status: { phase: 'dropped' } }),
      metadata: { name: 'u' },
    }),
    put('put without a version', `${path}/u?fieldManager=creator`, {
      ...thing({ plain: 'y' }),
      metadata: { name: 'u' },
    }),
  ];
});

const versions = customCase('custom-versions', (ns) => {
  const { apply, path, steps } = things(ns);
  return [
    ...steps,
    apply('v1', 'one', { plain: 'a', texts: { a: '1' } }),
    apply('v2 by the same', 'one', { plain: 'a', texts: { b: '1' } }, { version: 'v2' }),
    apply('v2 by another', 'two', { plain: 'b' }, { version: 'v2' }),
    patch('merge', 'updater in v1', `${path}/t?fieldManager=upd`, { spec: { count: 1 } }),
    patch('merge', 'updater in v2', `${path.replace('/v1/', '/v2/')}/t?fieldManager=upd`, {
      spec: { count: 2, nested: { first: 'v2' } },
    }),
    apply('back to v1', 'one', { texts: { c: '1' } }),
    get('in the end', `${path}/t`),
  ];
});

/** Field ownership in custom resources: every list and map type, defaults, status, several versions. */
export const customApplyCases: Case[] = [scalars, lists, maps, subresources, versions];
