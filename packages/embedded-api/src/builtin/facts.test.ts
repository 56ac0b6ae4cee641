import { env } from 'node:process';
import { expect, test } from 'vitest';
import { driftedBuiltins } from '../../scripts/generate-builtins.ts';
import { builtinSchemas, fieldsOf } from './facts.ts';
import { builtinKinds, modelName } from './kinds.ts';

test(`the generated files are what the generator makes${env['KUBERNETES_SOURCE'] ? '' : ' (by their hash)'}`, () => {
  expect(driftedBuiltins()).toEqual([]);
});

const references = (value: unknown): string[] => {
  if (Array.isArray(value)) return value.flatMap(references);
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === '$ref' && typeof inner === 'string' ? [inner] : references(inner),
  );
};

test('every reference leads somewhere, and no prose was copied', () => {
  for (const name of builtinSchemas.names()) {
    const schema = builtinSchemas.resolve(name);
    for (const reference of references(schema)) expect(() => builtinSchemas.resolve(reference)).not.toThrow();
    expect(Object.keys(schema)).not.toContain('description');
  }
});

test('every kind has a schema and fields that agree', () => {
  for (const { group, version, kind } of builtinKinds) {
    const model = modelName(group, version, kind);
    const { properties } = builtinSchemas.resolve(model) as { properties: object };
    const names = (fieldsOf(model) ?? []).map(({ name }) => name);
    expect(names.sort()).toEqual(Object.keys(properties).sort());
  }
});

test('the marks that patches and apply need are there', () => {
  const spec = builtinSchemas.resolve('io.k8s.api.core.v1.PodSpec')['properties'] as Record<string, object>;
  expect(spec['containers']).toMatchObject({
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['name'],
    'x-kubernetes-patch-strategy': 'merge',
    'x-kubernetes-patch-merge-key': 'name',
  });
  expect(spec['nodeSelector']).toMatchObject({ 'x-kubernetes-map-type': 'atomic' });
  expect(builtinSchemas.resolve('io.k8s.api.core.v1.ContainerPort')).toMatchObject({
    properties: { protocol: { default: 'TCP', enum: ['SCTP', 'TCP', 'UDP'] } },
    required: ['containerPort'],
  });
});
