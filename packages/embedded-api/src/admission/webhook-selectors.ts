import type { KubeObject } from '../object.ts';
import type { AdmissionRequest } from '../server/admission.ts';
import type { StoreReader } from '../storage/store-event.ts';
import { selects } from './label-selector.ts';
import type { Webhook } from './webhook-configuration.ts';

/** The labels that `namespaceSelector` looks at; undefined for what is in no namespace, which it never excludes. */
const namespaceLabels = (
  store: StoreReader,
  request: AdmissionRequest,
): Record<string, string> | undefined => {
  const { resource, object, oldObject, namespace } = request;
  // A namespace counts as being in itself.
  if (resource.storageKey === 'namespaces') return (object ?? oldObject)?.metadata.labels ?? {};
  if (!resource.namespaced) return undefined;
  return store.get('namespaces', '', namespace)?.metadata.labels ?? {};
};

/** Tells whether the labels of namespace and object (as it is or as it was) are selected. */
export const selectedBy = (webhook: Webhook, store: StoreReader, request: AdmissionRequest): boolean => {
  const { namespaceSelector, objectSelector } = webhook;
  const labels = namespaceSelector && namespaceLabels(store, request);
  if (labels && !selects(namespaceSelector, labels)) return false;
  if (!objectSelector) return true;
  const matches = (object: KubeObject | undefined): boolean =>
    object !== undefined && selects(objectSelector, object.metadata.labels);
  return matches(request.object) || matches(request.oldObject);
};
