import type { KubeObject } from '../object.ts';
import type { ServedResource } from '../served-resource.ts';
import { jsonClone } from './json-equal.ts';

/**
 * Lets a write change only what its door leads to: `/status` the status, `/finalize` the finalizers of a namespace's
 * spec, `/binding` what the server made of it, the object itself everything but a status that has its own door. Built-in core kinds let `/status` change
 * metadata too; kubelets rely on it.
 */
export function keepsToSubresource(
  resource: ServedResource,
  subresource: string,
  live: KubeObject,
  next: KubeObject,
): KubeObject {
  switch (subresource) {
    case 'status': {
      const openMetadata = !resource.custom && resource.group === '';
      const { managedFields } = next.metadata;
      const metadata = openMetadata
        ? next.metadata
        : { ...live.metadata, ...(managedFields ? { managedFields } : {}) };
      return withField({ ...jsonClone(live), metadata: { ...metadata } }, 'status', next['status']);
    }
    case 'finalize': {
      const finalizers = (next['spec'] as { finalizers?: unknown } | undefined)?.finalizers ?? [];
      const spec = { ...(live['spec'] as object | undefined), finalizers };
      return { ...jsonClone(live), spec };
    }
    case 'binding':
      return next;
    default:
      return resource.status ? withField(next, 'status', jsonClone(live['status'])) : next;
  }
}

function withField(object: KubeObject, field: string, value: unknown): KubeObject {
  const { [field]: _, ...rest } = object;
  return (value === undefined ? rest : { ...rest, [field]: value }) as KubeObject;
}
