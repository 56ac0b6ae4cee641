/** A reference from a dependent object to the object that owns it; the garbage collector follows it. */
export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  /** At most one owner of an object is its controller. */
  controller?: boolean;
  /** With foreground deletion the owner waits until this dependent is gone. */
  blockOwnerDeletion?: boolean;
}

/** The metadata every Kubernetes object carries. Times are RFC 3339 text, as the server sends them. */
export interface ObjectMeta {
  name?: string;
  generateName?: string;
  namespace?: string;
  uid?: string;
  /** Opaque: compare for equality only. */
  resourceVersion?: string;
  /** Counts changes of the specification, not of the status. */
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
  finalizers?: string[];
  managedFields?: unknown[];
}

/** What every Kubernetes object has. Concrete kinds extend it with `spec` and `status`. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

/** A page of a list, or a whole one when `metadata.continue` is absent. */
export interface KubeList<T> {
  apiVersion: string;
  kind: string;
  metadata: {
    /** The state of the store that the list shows; a watch may start from it. */
    resourceVersion: string;
    /** Given back as `continue`, it asks for the next page. */
    continue?: string;
    remainingItemCount?: number;
  };
  items: T[];
}

/** One condition of a status, as most kinds shape it (`metav1.Condition`). */
export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
  observedGeneration?: number;
}

/** An object named inside its kind. `namespace` is empty for cluster-scoped kinds. */
export interface ObjectKey {
  namespace: string;
  name: string;
}

/** The key of an object. */
export function keyOf(object: { metadata: ObjectMeta }): ObjectKey {
  return { namespace: object.metadata.namespace ?? '', name: object.metadata.name ?? '' };
}

/** The key as text, `namespace/name` or `name`: neither part can contain a slash. */
export function formatKey(key: ObjectKey): string {
  return key.namespace === '' ? key.name : `${key.namespace}/${key.name}`;
}

/** The inverse of {@link formatKey}. */
export function parseKey(text: string): ObjectKey {
  const slash = text.indexOf('/');
  return slash < 0
    ? { namespace: '', name: text }
    : { namespace: text.slice(0, slash), name: text.slice(slash + 1) };
}
