import { StatusError, forbidden, notFound } from '../status-error.ts';
import type { StoreReader } from '../storage/store-event.ts';
import type { Target } from './operation-types.ts';

/** Refuses a create in a namespace that is missing (404) or terminating (403), as NamespaceLifecycle admission does. */
export function requireNamespace(store: StoreReader, { resource, namespace, name }: Target): void {
  if (!resource.namespaced) return;
  const found = store.get('namespaces', '', namespace);
  if (!found) throw notFound({ group: '', resource: 'namespaces' }, namespace);
  const phase = (found['status'] as { phase?: string } | undefined)?.phase;
  if (found.metadata.deletionTimestamp === undefined && phase !== 'Terminating') return;
  const { status } = forbidden(
    { group: resource.group, resource: resource.plural },
    name,
    `unable to create new content in namespace ${namespace} because it is being terminated`,
  );
  const cause = {
    reason: 'NamespaceTerminating',
    message: `namespace ${namespace} is being terminated`,
    field: 'metadata.namespace',
  };
  throw new StatusError({ ...status, details: { ...status.details, causes: [cause] } });
}
