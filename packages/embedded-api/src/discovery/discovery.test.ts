import { beforeEach, describe, expect, test } from 'vitest';
import { builtinResources } from '../builtin/resources.ts';
import { resourceOf } from '../builtin/testing/admit.ts';
import { Registry } from '../registry/registry.ts';
import type { ServedResource } from '../served-resource.ts';
import { StatusError } from '../status-error.ts';
import { Discovery } from './discovery.ts';
import { compareVersions } from './group-versions.ts';

const AGGREGATED =
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json';

const widget = (version: string): ServedResource => ({
  ...resourceOf('ConfigMap'),
  group: 'example.com',
  version,
  plural: 'widgets',
  singular: 'widget',
  kind: 'Widget',
  listKind: 'WidgetList',
  shortNames: ['wd'],
  custom: true,
  storageVersion: 'v1',
});

let registry: Registry;
let discovery: Discovery;

beforeEach(() => {
  registry = new Registry(builtinResources());
  discovery = new Discovery(registry, '127.0.0.1:6443');
});

const read = (path: string, accept?: string): Record<string, unknown> =>
  JSON.parse(String(discovery.document(path, accept)?.body)) as Record<string, unknown>;

describe('aggregated discovery', () => {
  test('answers in the newest form that a client names, and says which', () => {
    expect(discovery.document('/apis', AGGREGATED)?.contentType).toBe(
      'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
    );
    expect(read('/apis', AGGREGATED)['apiVersion']).toBe('apidiscovery.k8s.io/v2');
    const older =
      'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json';
    expect(read('/apis', older)['apiVersion']).toBe('apidiscovery.k8s.io/v2beta1');
  });

  test('goes past forms that are not served, and refuses when none is left', () => {
    const protobufFirst = `application/vnd.kubernetes.protobuf;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,${AGGREGATED}`;
    expect(read('/api', protobufFirst)['kind']).toBe('APIGroupDiscoveryList');
    expect(() => discovery.document('/api', 'application/vnd.kubernetes.protobuf')).toThrow(StatusError);
    expect(read('/api', '*/*')['kind']).toBe('APIVersions');
    expect(read('/api')['kind']).toBe('APIVersions');
  });

  test('tells verbs, scope, short names and subresources with their kinds', () => {
    const [core] = read('/api', AGGREGATED)['items'] as {
      metadata: object;
      versions: { resources: Record<string, unknown>[] }[];
    }[];
    expect(core?.metadata).toEqual({});
    const pods = core?.versions[0]?.resources.find((r) => r['resource'] === 'pods');
    expect(pods).toEqual({
      resource: 'pods',
      responseKind: { group: '', version: 'v1', kind: 'Pod' },
      scope: 'Namespaced',
      singularResource: 'pod',
      verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
      shortNames: ['po'],
      categories: ['all'],
      subresources: [
        {
          subresource: 'binding',
          responseKind: { group: '', version: 'v1', kind: 'Binding' },
          verbs: ['create'],
        },
        {
          subresource: 'eviction',
          responseKind: { group: 'policy', version: 'v1', kind: 'Eviction' },
          verbs: ['create'],
        },
        { subresource: 'log', responseKind: { group: '', version: 'v1', kind: 'Pod' }, verbs: ['get'] },
        {
          subresource: 'status',
          responseKind: { group: '', version: 'v1', kind: 'Pod' },
          verbs: ['get', 'patch', 'update'],
        },
      ],
    });
  });
});

describe('plain discovery', () => {
  test('lists groups in the order of kube-apiserver, custom ones last', () => {
    registry.replaceCustom('widgets.example.com', [widget('v1beta1'), widget('v1')]);
    const { groups } = read('/apis') as { groups: { name: string; preferredVersion: { version: string } }[] };
    expect(groups[0]?.name).toBe('apps');
    expect(groups.at(-1)).toEqual({
      name: 'example.com',
      versions: [
        { groupVersion: 'example.com/v1', version: 'v1' },
        { groupVersion: 'example.com/v1beta1', version: 'v1beta1' },
      ],
      preferredVersion: { groupVersion: 'example.com/v1', version: 'v1' },
    });
    expect(read('/apis/example.com')).toMatchObject({
      kind: 'APIGroup',
      apiVersion: 'v1',
      name: 'example.com',
    });
  });

  test('lists resources with the hashes that real clusters have', () => {
    const hashes = (path: string): Record<string, unknown> =>
      Object.fromEntries(
        (read(path)['resources'] as Record<string, unknown>[]).map((r) => [
          r['name'],
          r['storageVersionHash'],
        ]),
      );
    expect(hashes('/api/v1')).toMatchObject({
      pods: 'xPOwRZ+Yhw8=',
      secrets: 'S6u1pOWzb84=',
      services: '0/CO1lhkEBI=',
      'pods/log': undefined,
    });
    expect(hashes('/apis/apps/v1')).toMatchObject({ deployments: '8aSe+NMegvE=' });
    expect(read('/apis/authorization.k8s.io/v1')['resources']).toContainEqual({
      name: 'selfsubjectaccessreviews',
      singularName: 'selfsubjectaccessreview',
      namespaced: false,
      kind: 'SelfSubjectAccessReview',
      verbs: ['create'],
    });
  });

  test('knows nothing of what is not served', () => {
    for (const path of [
      '/apis/nope',
      '/apis/apps/v2',
      '/api/v2',
      '/api/v1/pods',
      '/apis/apps/v1/deployments',
      '/version',
    ])
      expect(discovery.document(path, undefined)).toBeUndefined();
  });
});

test('documents are made once, and again when what is served changes', () => {
  const before = discovery.document('/apis', AGGREGATED);
  expect(discovery.document('/apis', AGGREGATED)).toBe(before);
  registry.replaceCustom('widgets.example.com', [widget('v1')]);
  const during = discovery.document('/apis', AGGREGATED);
  expect(during?.etag).not.toBe(before?.etag);
  expect(String(during?.body)).toContain('widgets');
  registry.replaceCustom('widgets.example.com', []);
  expect(discovery.document('/apis', AGGREGATED)?.etag).toBe(before?.etag);
  expect(before?.etag).toMatch(/^"[0-9A-F]{64}"$/);
});

test('versions are ordered by maturity, then by number, other names last', () => {
  const versions = [
    'foo10',
    'v1',
    'v11alpha2',
    'v10',
    'v3beta1',
    'v2',
    'foo1',
    'v12alpha1',
    'v10beta3',
    'v11beta2',
  ];
  expect(versions.sort(compareVersions)).toEqual([
    'v10',
    'v2',
    'v1',
    'v11beta2',
    'v10beta3',
    'v3beta1',
    'v12alpha1',
    'v11alpha2',
    'foo1',
    'foo10',
  ]);
});
