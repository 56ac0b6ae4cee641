import type { KubeObject } from '../objects/kube-object.ts';
import type { ResourceType } from '../objects/resource-type.ts';

/** What a deletion is known by. */
export interface DeletedDetail {
  /** The delete itself was missed: `object` is the last state that was seen, not the last that there was. */
  finalStateUnknown: boolean;
}

/** Called for each change of the cache, in order, after it is applied. What they throw is logged and counted. */
export interface InformerHandlers<T extends KubeObject = KubeObject> {
  /** `initial` while the handler is told what was in the cache when it came, or in the first list. */
  added?: (object: T, detail: { initial: boolean }) => void;
  updated?: (before: T, after: T) => void;
  deleted?: (object: T, detail: DeletedDetail) => void;
}

/**
 * A cache of the objects of one resource that follows the server. Its objects are shared by everybody: they
 * are read-only, and a change starts from a copy (`structuredClone`).
 */
export interface Informer<T extends KubeObject = KubeObject> {
  readonly type: ResourceType<T>;
  /** True once the first list is in the cache and its handlers were told. */
  readonly hasSynced: boolean;
  get(name: string, namespace?: string): T | undefined;
  /** All objects, or those of one namespace. */
  list(namespace?: string): T[];
  /** Adds a named index: `values` says under which values an object is found. Allowed at any time, once per name. */
  addIndex(name: string, values: (object: T) => string[]): void;
  byIndex(name: string, value: string): T[];
  /** Adds handlers; what the cache holds already is told first. Answers the way to take them off. */
  onEvent(handlers: InformerHandlers<T>): () => void;
  /** Resolves when synced; rejects with the signal's reason. */
  waitForSync(signal?: AbortSignal): Promise<void>;
}
