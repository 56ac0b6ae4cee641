import type { KubeObject } from './kube-object.ts';

/**
 * Which resource a request is about. Plain data, so that it can be written by hand for custom resources:
 * `{ group: 'tekton.dev', version: 'v1', plural: 'taskruns', kind: 'TaskRun', namespaced: true }`.
 * `T` is the shape of its objects and exists for the type checker only.
 */
export interface ResourceType<T extends KubeObject = KubeObject> {
  /** Empty for the core group. */
  group: string;
  version: string;
  /** The plural, lower-case name used in paths. */
  plural: string;
  kind: string;
  namespaced: boolean;
  readonly _type?: T;
}

/** `v1` or `group/version`, as written in `apiVersion`. */
export function apiVersionOf(type: Pick<ResourceType, 'group' | 'version'>): string {
  return type.group === '' ? type.version : `${type.group}/${type.version}`;
}

/** Splits an `apiVersion` into group (empty for core) and version. */
export function parseApiVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf('/');
  return slash < 0
    ? { group: '', version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

/** The path of a group and version: `/api/v1` or `/apis/group/version`. */
export function groupVersionPath(type: Pick<ResourceType, 'group' | 'version'>): string {
  return type.group === '' ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
}

/**
 * The path of a collection, an object or a subresource. An empty namespace on a namespaced kind means all
 * namespaces, which only list, watch and deletecollection understand. Throws a TypeError for the names `.` and
 * `..`, which would lead to another path.
 */
export function resourcePath(
  type: ResourceType,
  target: { namespace?: string | undefined; name?: string | undefined; subresource?: string | undefined },
): string {
  const segments = [groupVersionPath(type)];
  if (type.namespaced && target.namespace) segments.push('namespaces', segmentOf(target.namespace));
  segments.push(type.plural);
  if (target.name !== undefined) segments.push(segmentOf(target.name));
  if (target.subresource !== undefined) segments.push(target.subresource);
  return segments.join('/');
}

function segmentOf(name: string): string {
  if (name === '.' || name === '..') throw new TypeError(`${name} is no name of an object`);
  return encodeURIComponent(name);
}
