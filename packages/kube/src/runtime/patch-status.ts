import type { CallOptions, ResourceClient } from '../client/resource-client.ts';
import type { KubeObject } from '../objects/kube-object.ts';
import { mergePatchOf } from '../objects/merge-patch.ts';

/**
 * Brings the status of an object to what is wanted, by a merge patch of what differs, and sends nothing when
 * nothing does. The patch names the resource version that the difference was made against: a stale cache
 * leads to a conflict, which the work queue retries, and never to a wrong mixture.
 */
export async function patchStatus<T extends KubeObject & { status?: unknown }>(
  resource: ResourceClient<T>,
  object: T,
  status: NonNullable<T['status']>,
  options: CallOptions = {},
): Promise<T> {
  const change = mergePatchOf(object.status, status);
  if (change === undefined) return object;
  const { name = '', namespace, resourceVersion } = object.metadata;
  return resource.patch(name, {
    ...options,
    type: 'merge',
    subresource: 'status',
    namespace,
    body: { metadata: { resourceVersion }, status: change },
  });
}
