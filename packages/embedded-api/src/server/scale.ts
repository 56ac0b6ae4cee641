import type { KubeObject } from '../object.ts';
import type { ScalePaths, ServedResource } from '../served-resource.ts';
import { badRequest, invalid, notFound } from '../status-error.ts';
import { jsonClone } from './json-equal.ts';

/** The `autoscaling/v1 Scale` of an object. */
export function scaleOf(resource: ServedResource, object: KubeObject): KubeObject {
  const paths = scalePaths(resource, object);
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const replicas = read(object, paths.specReplicasPath);
  const selector = paths.labelSelectorPath ? selectorText(object, paths.labelSelectorPath) : undefined;
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: Object.fromEntries(
      Object.entries({ name, namespace, uid, resourceVersion, creationTimestamp }).filter(
        ([, v]) => v !== undefined,
      ),
    ),
    spec: replicas ? { replicas } : {},
    status: { replicas: read(object, paths.statusReplicasPath) ?? 0, ...(selector ? { selector } : {}) },
  };
}

/** The object with the replicas that `scale` asks for. Throws 422 for a number that makes no sense. */
export function withScale(resource: ServedResource, object: KubeObject, scale: KubeObject): KubeObject {
  const paths = scalePaths(resource, object);
  const replicas = (scale['spec'] as { replicas?: unknown } | undefined)?.replicas ?? 0;
  const version = scale.metadata?.resourceVersion;
  if (!Number.isInteger(replicas) || (replicas as number) < 0) {
    throw invalid({ group: 'autoscaling', kind: 'Scale' }, object.metadata.name ?? '', [
      {
        reason: 'FieldValueInvalid',
        field: 'spec.replicas',
        message: `Invalid value: ${JSON.stringify(replicas)}: must be greater than or equal to 0`,
      },
    ]);
  }
  const next = jsonClone(object);
  write(next, paths.specReplicasPath, replicas);
  if (version) next.metadata.resourceVersion = version;
  else delete next.metadata.resourceVersion;
  return next;
}

function scalePaths(resource: ServedResource, object: KubeObject): ScalePaths {
  if (resource.scale) return resource.scale;
  throw notFound({ group: resource.group, resource: `${resource.plural}/scale` }, object.metadata.name ?? '');
}

const keys = (path: string): string[] => path.replace(/^\./, '').split('.');

function read(object: KubeObject, path: string): unknown {
  let value: unknown = object;
  for (const key of keys(path)) value = (value as Record<string, unknown> | null | undefined)?.[key];
  return value ?? undefined;
}

function write(object: KubeObject, path: string, value: unknown): void {
  const parents = keys(path);
  const last = parents.pop();
  let node: Record<string, unknown> = object;
  for (const key of parents) {
    const child = (node[key] ??= {});
    if (typeof child !== 'object') throw badRequest(`${path} cannot be set: ${key} is not an object`);
    node = child as Record<string, unknown>;
  }
  if (last) node[last] = value;
}

/** Custom resources keep the selector as text; workloads as a label selector, in spec. */
function selectorText(object: KubeObject, path: string): string {
  const value = read(object, path) ?? read(object, '.spec.selector');
  if (typeof value === 'string') return value;
  const labels = (value as { matchLabels?: Record<string, string> } | undefined)?.matchLabels ?? {};
  return Object.entries(labels)
    .map(([key, label]) => `${key}=${label}`)
    .join(',');
}
