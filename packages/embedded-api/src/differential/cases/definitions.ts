import { get, inNamespace, patch, post, put, putChanged, remove } from '../case.ts';
import type { Case, Step } from '../case.ts';

const customCase = (name: string, steps: (namespace: string) => Step[]): Case =>
  inNamespace(name, steps, 'apiextensions-apiserver');

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const table = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

interface Version {
  name: string;
  schema?: unknown;
  served?: boolean;
  storage?: boolean;
  [field: string]: unknown;
}

const definition = (group: string, versions: Version[], more: object = {}, names: object = {}): object => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `widgets.${group}` },
  spec: {
    group,
    names: {
      plural: 'widgets',
      singular: 'widget',
      kind: 'Widget',
      shortNames: ['wd'],
      categories: ['all'],
      ...names,
    },
    scope: 'Namespaced',
    versions: versions.map(({ schema, ...version }) => ({
      served: true,
      storage: true,
      ...version,
      ...(schema === undefined ? {} : { schema: { openAPIV3Schema: schema } }),
    })),
    ...more,
  },
});

const schema = {
  type: 'object',
  required: ['spec'],
  properties: {
    spec: {
      type: 'object',
      required: ['size'],
      properties: {
        size: { type: 'integer', minimum: 1, maximum: 10 },
        colour: { type: 'string', enum: ['red', 'green'], default: 'red' },
        name: { type: 'string', pattern: '^[a-z]+$', maxLength: 5 },
        replicas: { type: 'integer', default: 1 },
        nested: {
          type: 'object',
          default: {},
          properties: { deep: { type: 'boolean', default: true }, other: { type: 'string' } },
        },
        tags: { type: 'array', items: { type: 'string' }, maxItems: 2, 'x-kubernetes-list-type': 'set' },
        either: { 'x-kubernetes-int-or-string': true },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        texts: { type: 'object', additionalProperties: { type: 'string' }, maxProperties: 2 },
        maybe: { type: 'string', nullable: true },
        when: { type: 'string', format: 'date-time' },
        choice: {
          type: 'object',
          properties: { a: { type: 'string' }, b: { type: 'string' } },
          oneOf: [{ required: ['a'] }, { required: ['b'] }],
        },
      },
    },
    status: {
      type: 'object',
      properties: { replicas: { type: 'integer' }, selector: { type: 'string' }, phase: { type: 'string' } },
    },
  },
};

const full: Version = {
  name: 'v1',
  schema,
  subresources: {
    status: {},
    scale: {
      specReplicasPath: '.spec.replicas',
      statusReplicasPath: '.status.replicas',
      labelSelectorPath: '.status.selector',
    },
  },
  additionalPrinterColumns: [
    { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
    {
      name: 'Colour',
      type: 'string',
      jsonPath: '.spec.colour',
      priority: 1,
      description: 'What it looks like',
    },
    { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
};

const established = (step: string, name: string): Step => ({
  ...get(step, `${definitions}/${name}`),
  until: ({ body }) => JSON.stringify(body).includes('"reason":"InitialNamesAccepted"'),
});

const served = (path: string): Step => ({
  ...get(`serving ${path}`, path),
  until: ({ status }) => status === 200,
  unchecked: true,
});

const instances = customCase('definitions-instances', (ns) => {
  const group = `${ns}.example.com`;
  const all = `/apis/${group}/v1/namespaces/${ns}/widgets`;
  const widget = (spec: unknown, more: object = {}, metadata: object = { name: 'w' }): object => ({
    apiVersion: `${group}/v1`,
    kind: 'Widget',
    metadata,
    ...(spec === undefined ? {} : { spec }),
    ...more,
  });
  const refused = (step: string, spec: unknown): Step =>
    post(step, all, widget(spec, {}, { name: 'refused' }));
  return [
    post('definition', definitions, definition(group, [full])),
    established('established', `widgets.${group}`),
    served(all),
    get('group', `/apis/${group}`),
    get('resources', `/apis/${group}/v1`),
    post(
      'create',
      all,
      widget(
        { size: 2, unknown: 'pruned', nested: { unknown: 1 }, free: { anything: { goes: true } } },
        { status: { phase: 'dropped' }, alsoUnknown: 1 },
      ),
    ),
    get('get', `${all}/w`),
    refused('nothing required is there', undefined),
    refused('size missing', {}),
    refused('too small', { size: 0 }),
    refused('not an integer', { size: 1.5 }),
    refused('wrong type', { size: 'two' }),
    refused('several problems', { size: 11, colour: 'blue', name: 'Abc', tags: ['a', 'b', 'c'] }),
    refused('duplicate in a set', { size: 1, tags: ['a', 'a'] }),
    refused('too many properties', { size: 1, texts: { a: '1', b: '2', c: '3' } }),
    refused('not a date', { size: 1, when: 'yesterday' }),
    refused('neither', { size: 1, choice: {} }),
    refused('null where it may not be', { size: 1, colour: null, name: null }),
    refused('int or string, but a boolean', { size: 1, either: true }),
    post(
      'many fields',
      all,
      widget(
        {
          size: 1,
          name: 'abc',
          either: '50%',
          maybe: null,
          when: '2020-01-01T00:00:00Z',
          choice: { a: 'x' },
          texts: { a: '1' },
          tags: ['b', 'a'],
        },
        {},
        { name: 'many' },
      ),
    ),
    post('generated', all, widget({ size: 1 }, {}, { generateName: 'gen-' })),
    post('another kind', all, { ...widget({ size: 1 }), kind: 'Gadget' }),
    post('another version', all, { ...widget({ size: 1 }), apiVersion: `${group}/v9` }),
    patch('merge', 'change', `${all}/w`, { spec: { size: 3, colour: null } }),
    patch('merge', 'change that is invalid', `${all}/w`, { spec: { size: 30 } }),
    patch('json', 'json patch', `${all}/w`, [{ op: 'add', path: '/spec/tags', value: ['x'] }]),
    patch('strategic', 'strategic', `${all}/w`, { spec: { size: 4 } }),
    patch('merge', 'no change', `${all}/w`, { spec: { size: 3 } }),
    patch('merge', 'status is ignored', `${all}/w`, { status: { phase: 'x' } }),
    patch('merge', 'status', `${all}/w/status`, {
      status: { phase: 'Ready', replicas: 1, selector: 'a=b', unknown: 1 },
      spec: { size: 9 },
    }),
    patch('merge', 'invalid status', `${all}/w/status`, { status: { replicas: 'x' } }),
    get('status of it', `${all}/w/status`),
    get('scale', `${all}/w/scale`),
    patch('merge', 'scaled', `${all}/w/scale`, { spec: { replicas: 5 } }),
    get('table', `${all}/w`, table),
    get('tables', all, table),
    put('put without a version', `${all}/w`, widget({ size: 5 })),
    get('scaled object', `${all}/w`),
    putChanged('put', `${all}/w`, 'scaled object', (object) => (object['spec'] = { size: 6 })),
    remove('delete', `${all}/w`),
    remove('delete all', all),
    remove('delete the definition', `${definitions}/widgets.${group}`),
    { ...get('no longer served', all), until: ({ status }) => status === 404 },
  ];
});

const versions = customCase('definitions-versions', (ns) => {
  const group = `${ns}.example.com`;
  const at = (version: string): string => `/apis/${group}/${version}/namespaces/${ns}/widgets`;
  const simple = (extra: string): object => ({
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        properties: { common: { type: 'string' }, [extra]: { type: 'string', default: extra } },
      },
    },
  });
  return [
    post(
      'definition',
      definitions,
      definition(group, [
        { name: 'v1alpha1', storage: false, schema: simple('alpha') },
        { name: 'v1', schema: simple('stable') },
        { name: 'v2', storage: false, served: false, schema: simple('future') },
      ]),
    ),
    served(at('v1')),
    get('group', `/apis/${group}`),
    post('in the old version', at('v1alpha1'), {
      apiVersion: `${group}/v1alpha1`,
      kind: 'Widget',
      metadata: { name: 'w' },
      spec: { common: 'c', stable: 'unknown here' },
    }),
    get('in the new version', `${at('v1')}/w`),
    get('in the old one again', `${at('v1alpha1')}/w`),
    patch('merge', 'changed in the new version', `${at('v1')}/w`, { spec: { common: 'd' } }),
    get('not served', `${at('v2')}/w`),
    get('list', at('v1alpha1')),
  ];
});

const invalid = customCase('definitions-invalid', (ns) => {
  const group = `${ns}.example.com`;
  const one = (step: string, value: unknown, more: object = {}, names: object = {}): Step =>
    post(step, definitions, definition(group, [{ name: 'v1', schema: value }], more, names));
  const spec = (properties: object): object => ({
    type: 'object',
    properties: { spec: { type: 'object', properties } },
  });
  return [
    one('no schema', undefined),
    one('no type', { properties: {} }),
    one('no type below', spec({ a: {} })),
    one('not an object', { type: 'string' }),
    one('unknown type', spec({ a: { type: 'nonsense' } })),
    one(
      'unstructural',
      spec({
        a: {
          type: 'object',
          properties: { b: { type: 'string' } },
          additionalProperties: { type: 'string' },
        },
      }),
    ),
    one('default of the wrong type', spec({ a: { type: 'string', default: 5 } })),
    one('default that does not validate', spec({ a: { type: 'integer', minimum: 5, default: 1 } })),
    one('bad pattern', spec({ a: { type: 'string', pattern: '(' } })),
    one('type in an anyOf', spec({ a: { type: 'string', anyOf: [{ type: 'string' }] } })),
    one(
      'list map without keys',
      spec({ a: { type: 'array', items: { type: 'object' }, 'x-kubernetes-list-type': 'map' } }),
    ),
    one(
      'unknown list type',
      spec({ a: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'bag' } }),
    ),
    one('array without items', spec({ a: { type: 'array' } })),
    one('metadata restricted too far', {
      type: 'object',
      properties: { metadata: { type: 'object', properties: { labels: { type: 'object' } } } },
    }),
    one('scope missing', { type: 'object' }, { scope: '' }),
    one('unknown scope', { type: 'object' }, { scope: 'Galactic' }),
    one('wrong name', { type: 'object' }, {}, { plural: 'gadgets' }),
    one('upper case plural', { type: 'object' }, {}, { plural: 'Widgets' }),
    post(
      'two storage versions',
      definitions,
      definition(group, [
        { name: 'v1', schema: { type: 'object' } },
        { name: 'v2', schema: { type: 'object' } },
      ]),
    ),
    post(
      'no storage version',
      definitions,
      definition(group, [{ name: 'v1', storage: false, schema: { type: 'object' } }]),
    ),
    post(
      'invalid version name',
      definitions,
      definition(group, [{ name: 'V 1', schema: { type: 'object' } }]),
    ),
    post('no versions', definitions, definition(group, [])),
    post(
      'column without a path',
      definitions,
      definition(group, [
        { name: 'v1', schema: { type: 'object' }, additionalPrinterColumns: [{ name: 'x', type: 'string' }] },
      ]),
    ),
    post(
      'scale without paths',
      definitions,
      definition(group, [{ name: 'v1', schema: { type: 'object' }, subresources: { scale: {} } }]),
    ),
    post(
      'in the kubernetes group',
      definitions,
      definition('widgets.k8s.io', [{ name: 'v1', schema: { type: 'object' } }]),
    ),
    post('good', definitions, definition(group, [{ name: 'v1', schema: { type: 'object' } }])),
    patch('merge', 'group changed', `${definitions}/widgets.${group}`, {
      spec: { group: 'other.example.com' },
    }),
    patch('merge', 'scope changed', `${definitions}/widgets.${group}`, { spec: { scope: 'Cluster' } }),
    established('established', `widgets.${group}`),
    patch('merge', 'kind changed', `${definitions}/widgets.${group}`, { spec: { names: { kind: 'Gizmo' } } }),
  ];
});

/** Custom resource definitions, and the objects they define. */
export const definitionCases: Case[] = [instances, versions, invalid];
