import { createHash } from 'node:crypto';
import type { ServedResource } from '../served-resource.ts';
import type { ServedGroup } from './group-versions.ts';
import { subresourcesOf } from './subresources.ts';

/** `group/version`, or only the version for the core group. */
export const groupVersionName = (group: string, version: string): string =>
  group === '' ? version : `${group}/${version}`;

/** A short hash of the stored form, by which storage migrators see that it changed. */
const storageVersionHash = (r: ServedResource): string =>
  createHash('sha256')
    .update(`${r.group}/${r.storageVersion}/${r.kind}`)
    .digest()
    .subarray(0, 8)
    .toString('base64');

const names = (r: ServedResource): Record<string, string[]> => ({
  ...(r.shortNames.length > 0 ? { shortNames: r.shortNames } : {}),
  ...(r.categories.length > 0 ? { categories: r.categories } : {}),
});

const apiResources = (r: ServedResource): unknown[] => [
  {
    name: r.plural,
    singularName: r.singular,
    namespaced: r.namespaced,
    kind: r.kind,
    verbs: r.verbs.toSorted(),
    ...names(r),
    // Only what is stored has a stored form.
    ...(r.verbs.includes('get') ? { storageVersionHash: storageVersionHash(r) } : {}),
  },
  ...subresourcesOf(r).map((s) => ({
    name: `${r.plural}/${s.name}`,
    singularName: '',
    namespaced: r.namespaced,
    ...(s.group === r.group && s.version === r.version ? {} : { group: s.group, version: s.version }),
    kind: s.kind,
    verbs: s.verbs,
  })),
];

/** meta/v1 `APIResourceList` of one group and version. */
export const apiResourceList = (
  group: string,
  version: string,
  resources: readonly ServedResource[],
): unknown => ({
  kind: 'APIResourceList',
  ...(group === '' ? {} : { apiVersion: 'v1' }),
  groupVersion: groupVersionName(group, version),
  resources: resources.flatMap(apiResources),
});

/** meta/v1 `APIGroup`; inside a list it carries no kind of its own. */
export const apiGroup = (group: ServedGroup, listed = false): unknown => {
  const versions = group.versions.map(({ version }) => ({
    groupVersion: groupVersionName(group.name, version),
    version,
  }));
  return {
    ...(listed ? {} : { kind: 'APIGroup', apiVersion: 'v1' }),
    name: group.name,
    versions,
    preferredVersion: versions[0],
  };
};

/** apidiscovery.k8s.io `APIGroupDiscoveryList`, which tells everything about `groups` at once. */
export const groupDiscoveryList = (groups: readonly ServedGroup[], version: 'v2' | 'v2beta1'): unknown => ({
  kind: 'APIGroupDiscoveryList',
  apiVersion: `apidiscovery.k8s.io/${version}`,
  metadata: {},
  items: groups.map((group) => ({
    metadata: group.name === '' ? {} : { name: group.name },
    versions: group.versions.map((v) => ({
      version: v.version,
      resources: v.resources.map((r) => ({
        resource: r.plural,
        responseKind: { group: r.group, version: r.version, kind: r.kind },
        scope: r.namespaced ? 'Namespaced' : 'Cluster',
        singularResource: r.singular,
        verbs: r.verbs.toSorted(),
        ...names(r),
        ...subresources(r),
      })),
      freshness: 'Current',
    })),
  })),
});

const subresources = (r: ServedResource): Record<string, unknown> => {
  const all = subresourcesOf(r).map((s) => ({
    subresource: s.name,
    responseKind: { group: s.group, version: s.version, kind: s.kind },
    verbs: s.verbs,
  }));
  return all.length > 0 ? { subresources: all } : {};
};
