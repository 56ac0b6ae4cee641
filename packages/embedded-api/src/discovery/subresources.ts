import type { ServedResource } from '../served-resource.ts';

/** A subresource as discovery and OpenAPI list it; `group` and `version` are those of `kind`. */
export interface Subresource {
  name: string;
  group: string;
  version: string;
  kind: string;
  verbs: string[];
}

const READ_WRITE = ['get', 'patch', 'update'];

/** All subresources of a resource by name: `status`, `scale` and its particular ones. */
export const subresourcesOf = (resource: ServedResource): Subresource[] => {
  const { group, version, kind } = resource;
  const all = resource.subresources.map((s) => ({
    name: s.name,
    group: s.group ?? group,
    version: s.version ?? version,
    kind: s.kind,
    verbs: s.verbs.toSorted(),
  }));
  if (resource.status) all.push({ name: 'status', group, version, kind, verbs: READ_WRITE });
  if (resource.scale)
    all.push({ name: 'scale', group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: READ_WRITE });
  return all.sort((a, b) => (a.name < b.name ? -1 : 1));
};
