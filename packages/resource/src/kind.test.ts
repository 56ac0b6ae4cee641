import { Type } from 'typebox';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { parse } from 'yaml';
import { defineKind, KindDefinitionError } from './index.ts';
import type { KindObject } from './index.ts';
import { fromTypeBox } from './schema/from-typebox.ts';

const phase = Type.Union([Type.Literal('Pending'), Type.Literal('Bound')], {
  description: 'Where the claim is.',
});
const portClaim = defineKind({
  group: 'network.example.dev',
  kind: 'PortClaim',
  plural: 'portclaims',
  shortNames: ['pc'],
  scope: 'Cluster',
  versions: [
    {
      name: 'v1alpha1',
      served: true,
      storage: true,
      schema: Type.Object({
        spec: Type.Object(
          {
            port: Type.Integer({ minimum: 1, maximum: 65_535 }),
            protocol: Type.Optional(
              Type.Union([Type.Literal('TCP'), Type.Literal('UDP')], { default: 'TCP' }),
            ),
            labels: Type.Optional(Type.Record(Type.String(), Type.String())),
            target: Type.Optional(Type.Union([Type.Integer(), Type.String()])),
            weight: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
            note: Type.Optional(Type.Union([Type.String(), Type.Null()])),
            extra: Type.Optional(Type.Unknown({ description: 'Anything.' })),
          },
          { description: 'What is wanted.' },
        ),
        status: Type.Optional(Type.Object({ phase: Type.Optional(phase) })),
      }),
      subresources: { status: {} },
      additionalPrinterColumns: [{ name: 'Port', type: 'integer', jsonPath: '.spec.port' }],
    },
  ],
});

test('the CRD says what the TypeBox schema says, in the words of CRDs', () => {
  const [version] = portClaim.crd().spec.versions;
  expect(portClaim.crd().metadata.name).toBe('portclaims.network.example.dev');
  expect(portClaim.crd().spec.names).toEqual({
    plural: 'portclaims',
    singular: 'portclaim',
    kind: 'PortClaim',
    listKind: 'PortClaimList',
    shortNames: ['pc'],
  });
  expect(version?.schema.openAPIV3Schema).toEqual({
    type: 'object',
    required: ['spec'],
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object' },
      spec: {
        type: 'object',
        description: 'What is wanted.',
        required: ['port'],
        properties: {
          port: { type: 'integer', minimum: 1, maximum: 65_535 },
          protocol: { type: 'string', enum: ['TCP', 'UDP'], default: 'TCP' },
          labels: { type: 'object', additionalProperties: { type: 'string' } },
          target: { 'x-kubernetes-int-or-string': true },
          weight: { type: 'number', minimum: 0, exclusiveMinimum: true },
          note: { type: 'string', nullable: true },
          extra: { description: 'Anything.', 'x-kubernetes-preserve-unknown-fields': true },
        },
      },
      status: {
        type: 'object',
        properties: {
          phase: { type: 'string', enum: ['Pending', 'Bound'], description: 'Where the claim is.' },
        },
      },
    },
  });
});

test('the YAML is stable and reads back as the CRD', () => {
  expect(portClaim.crdYaml()).toBe(portClaim.crdYaml());
  expect(parse(portClaim.crdYaml())).toEqual(portClaim.crd());
});

test('the static type follows the schema', () => {
  type PortClaim = KindObject<typeof portClaim>;
  expectTypeOf<PortClaim['spec']['port']>().toEqualTypeOf<number>();
  expectTypeOf<PortClaim['spec']['protocol']>().toEqualTypeOf<'TCP' | 'UDP' | undefined>();
  expectTypeOf<PortClaim['metadata']['name']>().toEqualTypeOf<string | undefined>();
  expect(portClaim.namespaced).toBe(false);
});

test('what a CRD cannot say is refused by name', () => {
  const define = (field: Parameters<typeof Type.Object>[0][string]) =>
    defineKind({
      group: 'example.dev',
      kind: 'Thing',
      plural: 'things',
      scope: 'Namespaced',
      versions: [
        { name: 'v1', served: true, storage: true, schema: Type.Object({ spec: Type.Object({ field }) }) },
      ],
    });
  expect(() => define(Type.Tuple([Type.String()]))).toThrow(KindDefinitionError);
  expect(() => define(Type.Union([Type.Object({ a: Type.String() }), Type.String()]))).toThrow(
    /\.spec\.field: anyOf/,
  );
});

describe('TypeBox translated', () => {
  test.each([
    [
      'a nullable union of literals takes null',
      Type.Union([Type.Literal('a'), Type.Null(), Type.Union([Type.Literal('b')])]),
      { type: 'string', enum: ['a', 'b', null], nullable: true },
    ],
    ['mixed numbers', Type.Enum([1, 1.5]), { type: 'number', enum: [1, 1.5] }],
    [
      'further properties',
      Type.Object({ a: Type.String() }, { additionalProperties: true }),
      {
        type: 'object',
        required: ['a'],
        properties: { a: { type: 'string' } },
        'x-kubernetes-preserve-unknown-fields': true,
      },
    ],
    [
      'bounds of a number or string',
      Type.Union([Type.Integer({ exclusiveMinimum: 0 }), Type.String({ pattern: '^[0-9]+%$' })]),
      { 'x-kubernetes-int-or-string': true, minimum: 0, exclusiveMinimum: true, pattern: '^[0-9]+%$' },
    ],
  ])('%s', (_name, type, schema) => {
    expect(fromTypeBox(type)).toEqual(schema);
  });

  test.each([
    ['names of a record', Type.Record(Type.String({ pattern: '^a' }), Type.String())],
    ['numbers as names', Type.Record(Type.Integer(), Type.String())],
    ['contains', Type.Array(Type.String(), { contains: Type.Literal('x') })],
    ['names', Type.Object({}, { propertyNames: { pattern: '^a' } })],
    ['dependencies', Type.Object({}, { dependentRequired: { a: ['b'] } })],
    ['a refinement', Type.Object({ a: Type.Refine(Type.String(), () => false) })],
    ['a number or a literal', Type.Union([Type.Integer(), Type.Literal('auto')])],
    ['all of', Type.Intersect([Type.Integer(), Type.String()])],
  ])('%s: not translated, so refused', (_name, type) => {
    expect(() => fromTypeBox(type)).toThrow('x-kubernetes-validations');
  });

  test('a null that the type has is valid', () => {
    const mode = Type.Optional(Type.Union([Type.Literal('a'), Type.Null()]));
    const kind = defineKind({
      group: 'example.dev',
      kind: 'Thing',
      plural: 'things',
      scope: 'Namespaced',
      versions: [
        { name: 'v1', served: true, storage: true, schema: Type.Object({ spec: Type.Object({ mode }) }) },
      ],
    });
    expect(
      kind.validate({ apiVersion: kind.apiVersion, kind: 'Thing', metadata: {}, spec: { mode: null } }),
    ).toEqual([]);
    expect(kind.validate({ apiVersion: 'example.dev/v2' })).toEqual([
      {
        reason: 'FieldValueNotSupported',
        field: 'apiVersion',
        message: 'Unsupported value: "example.dev/v2": supported values: "example.dev/v1"',
      },
    ]);
  });
});

test('exactly one version is stored', () => {
  expect(() =>
    defineKind({ group: 'example.dev', kind: 'Thing', plural: 'things', scope: 'Namespaced', versions: [] }),
  ).toThrow(/exactly one version/);
});
