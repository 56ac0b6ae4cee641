import type { KubeObject } from '../object.ts';

/** One committed change. Objects are shared with the store and must be treated as frozen. */
export interface StoreEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** Which store the object is in, see `ServedResource.storageKey`. */
  storageKey: string;
  /** Empty for cluster-scoped objects. */
  namespace: string;
  name: string;
  /** The new state; for DELETED the last state, carrying the resource version of the deletion. */
  object: KubeObject;
  /** The state before, absent for ADDED. */
  previous?: KubeObject;
  resourceVersion: number;
}

/** Synchronous reads of the committed state, and its changes. Every object returned must be treated as frozen. */
export interface StoreReader {
  /** The version of the newest committed change. */
  readonly resourceVersion: number;
  get(storageKey: string, namespace: string, name: string): KubeObject | undefined;
  /** All objects of one store, or of one namespace in it, ordered by namespace and name. */
  list(storageKey: string, namespace?: string): KubeObject[];
  /** Calls `listener` after each committed group, in resource-version order, until the returned function is called. */
  subscribe(listener: (events: StoreEvent[]) => void): () => void;
}
