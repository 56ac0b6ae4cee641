import { beforeEach, describe, expect, test } from 'vitest';
import { builtinResources } from '../builtin/resources.ts';
import { resourceOf } from '../builtin/testing/admit.ts';
import { Registry } from '../registry/registry.ts';
import type { ServedResource } from '../served-resource.ts';
import { OpenApi } from './openapi.ts';

interface Spec {
  paths: Record<string, Record<string, Record<string, unknown>>>;
  components: { schemas: Record<string, Record<string, unknown>> };
}

const widget = (description: string): ServedResource => ({
  ...resourceOf('ConfigMap'),
  group: 'stable.example.com',
  version: 'v1',
  plural: 'widgets',
  singular: 'widget',
  kind: 'Widget',
  listKind: 'WidgetList',
  status: true,
  custom: true,
  storageVersion: 'v1',
  schema: {
    type: 'object',
    description,
    properties: {
      spec: { type: 'object', properties: { size: { type: 'integer', description: 'How big.' } } },
    },
  },
});

let registry: Registry;
let openapi: OpenApi;

beforeEach(() => {
  registry = new Registry(builtinResources());
  openapi = new OpenApi(registry, 'v1.34.0');
});

const read = (path: string): Spec => JSON.parse(String(openapi.document(path)?.body)) as Spec;
const index = (): Record<string, { serverRelativeURL: string }> =>
  (JSON.parse(String(openapi.index().body)) as { paths: Record<string, { serverRelativeURL: string }> })
    .paths;

const references = (value: unknown): string[] => {
  if (Array.isArray(value)) return value.flatMap(references);
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === '$ref' && typeof inner === 'string' ? [inner] : references(inner),
  );
};

describe('the index', () => {
  test('names every group and version with the hash of its document', () => {
    expect(Object.keys(index())).toContain('api/v1');
    for (const [path, { serverRelativeURL }] of Object.entries(index())) {
      const document = openapi.document(path);
      expect(serverRelativeURL).toBe(`/openapi/v3/${path}?hash=${document?.hash}`);
      expect(document?.etag).toBe(`"${document?.hash}"`);
    }
  });

  test('changes only where something changed', () => {
    const before = index();
    registry.replaceCustom('w', [widget('one')]);
    const first = index()['apis/stable.example.com/v1']?.serverRelativeURL;
    registry.replaceCustom('w', [widget('two')]);
    const second = index()['apis/stable.example.com/v1']?.serverRelativeURL;
    expect(first).not.toBe(second);
    expect(index()).toMatchObject(before);
    expect(openapi.document('apis/stable.example.com/v1')?.body.toString()).toContain('"two"');
    registry.replaceCustom('w', []);
    expect(openapi.document('apis/stable.example.com/v1')).toBeUndefined();
  });
});

describe('a document', () => {
  test('is complete: everything it refers to is in it', () => {
    registry.replaceCustom('w', [widget('one')]);
    for (const path of Object.keys(index())) {
      const { components, paths } = read(path);
      for (const reference of references({ components, paths }))
        expect(components.schemas).toHaveProperty([reference.replace('#/components/schemas/', '')]);
      const ids = Object.values(paths).flatMap((item) =>
        Object.values(item).flatMap((operation) => operation['operationId'] ?? []),
      );
      expect(new Set(ids).size).toBe(ids.length);
    }
  });

  test('lets kubectl find the kind and that fields are validated', () => {
    const item = read('apis/apps/v1').paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}'];
    expect(item?.['patch']).toMatchObject({
      'x-kubernetes-action': 'patch',
      'x-kubernetes-group-version-kind': { group: 'apps', version: 'v1', kind: 'Deployment' },
    });
    expect(item?.['patch']?.['parameters']).toContainEqual(
      expect.objectContaining({ name: 'fieldValidation', in: 'query' }),
    );
    expect(read('apis/apps/v1').components.schemas['io.k8s.api.apps.v1.Deployment']).toMatchObject({
      'x-kubernetes-group-version-kind': [{ group: 'apps', version: 'v1', kind: 'Deployment' }],
    });
    expect(read('apis/apps/v1').paths).toHaveProperty([
      '/apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale',
    ]);
    expect(read('apis/apps/v1').paths).toHaveProperty(['/apis/apps/v1/deployments']);
  });

  test('describes custom resources with their own words and no strategic merge', () => {
    registry.replaceCustom('w', [widget('A thing.')]);
    const { components, paths } = read('apis/stable.example.com/v1');
    expect(components.schemas['com.example.stable.v1.Widget']).toMatchObject({
      description: 'A thing.',
      properties: {
        apiVersion: { type: 'string' },
        metadata: { $ref: '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' },
        spec: { properties: { size: { description: 'How big.' } } },
      },
      'x-kubernetes-group-version-kind': [{ group: 'stable.example.com', version: 'v1', kind: 'Widget' }],
    });
    expect(components.schemas['com.example.stable.v1.WidgetList']).toMatchObject({ required: ['items'] });
    const patch =
      paths['/apis/stable.example.com/v1/namespaces/{namespace}/widgets/{name}/status']?.['patch'];
    expect(patch).toHaveProperty('requestBody.content');
    const types = Object.keys((patch?.['requestBody'] as { content?: object } | undefined)?.content ?? {});
    expect(types).toEqual([
      'application/apply-patch+yaml',
      'application/json-patch+json',
      'application/merge-patch+json',
    ]);
  });

  test('is kept, but no more of them than a client explores', () => {
    expect(openapi.document('api/v1')).toBe(openapi.document('api/v1'));
    for (let i = 0; i < 100; i++)
      registry.replaceCustom(`w${i}`, [{ ...widget('x'), group: `g${i}.example.com` }]);
    const first = openapi.document('apis/g0.example.com/v1');
    for (let i = 1; i < 100; i++) openapi.document(`apis/g${i}.example.com/v1`);
    expect(openapi.document('apis/g0.example.com/v1')).not.toBe(first);
    expect(openapi.document('apis/g0.example.com/v1')).toEqual(first);
  });
});
