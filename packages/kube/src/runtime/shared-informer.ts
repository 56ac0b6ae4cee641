import { formatKey, keyOf } from '../objects/kube-object.ts';
import type { KubeObject } from '../objects/kube-object.ts';
import type { ResourceType } from '../objects/resource-type.ts';
import { unlessAborted } from '../time/clock.ts';
import { deepFreeze } from './deep-freeze.ts';
import type { Informer, InformerHandlers } from './informer.ts';
import { ObjectCache } from './object-cache.ts';
import type { ChangeEvent, ReflectorSink } from './reflector.ts';

/** Settings of an informer. */
export interface SharedInformerOptions<T extends KubeObject> {
  type: ResourceType<T>;
  /** Deep-freeze what is cached. */
  freeze: boolean;
  /** Told what a handler or an index function throws. */
  onError: (error: unknown) => void;
}

/** The informer that a reflector fills. */
export class SharedInformer<T extends KubeObject> implements Informer<T>, ReflectorSink<T> {
  readonly type: ResourceType<T>;
  readonly #freeze: boolean;
  readonly #onError: (error: unknown) => void;
  readonly #cache: ObjectCache<T>;
  readonly #handlers = new Set<InformerHandlers<T>>();
  readonly #synced = Promise.withResolvers<void>();
  #hasSynced = false;

  constructor(options: SharedInformerOptions<T>) {
    this.type = options.type;
    this.#freeze = options.freeze;
    this.#onError = options.onError;
    this.#cache = new ObjectCache(options.onError);
  }

  get hasSynced(): boolean {
    return this.#hasSynced;
  }

  get(name: string, namespace = ''): T | undefined {
    return this.#cache.get(formatKey({ namespace, name }));
  }

  list(namespace?: string): T[] {
    return this.#cache.list(namespace);
  }

  addIndex(name: string, values: (object: T) => string[]): void {
    this.#cache.addIndex(name, values);
  }

  byIndex(name: string, value: string): T[] {
    return this.#cache.byIndex(name, value);
  }

  onEvent(handlers: InformerHandlers<T>): () => void {
    for (const object of this.#cache.list()) {
      this.#call(() => handlers.added?.(object, { initial: true }));
    }
    this.#handlers.add(handlers);
    return () => this.#handlers.delete(handlers);
  }

  async waitForSync(signal?: AbortSignal): Promise<void> {
    if (this.#hasSynced || !signal) return this.#synced.promise;
    return unlessAborted(this.#synced.promise, signal);
  }

  /** Makes the cache equal to the list; what differs is told as events. */
  replace(objects: T[]): void {
    const gone = new Set(this.#cache.keys());
    for (const object of objects) {
      const key = formatKey(keyOf(object));
      gone.delete(key);
      // An unchanged object keeps its identity, and nobody is told.
      if (!isSameVersion(this.#cache.get(key), object)) this.#put(object);
    }
    for (const key of gone) this.#remove(key, undefined, true);
    this.#hasSynced = true;
    this.#synced.resolve();
  }

  apply(event: ChangeEvent<T>): void {
    if (event.type === 'DELETED') this.#remove(formatKey(keyOf(event.object)), event.object, false);
    else this.#put(event.object);
  }

  #put(object: T): void {
    const key = formatKey(keyOf(object));
    if (this.#freeze) deepFreeze(object);
    const before = this.#cache.get(key);
    // Another object took the name while nobody looked: the first one was deleted.
    const recreated = before !== undefined && before.metadata.uid !== object.metadata.uid;
    if (recreated) this.#remove(key, undefined, true);
    this.#cache.set(object);
    const initial = !this.#hasSynced;
    this.#tell((handlers) =>
      before && !recreated ? handlers.updated?.(before, object) : handlers.added?.(object, { initial }),
    );
  }

  #remove(key: string, last: T | undefined, finalStateUnknown: boolean): void {
    const before = this.#cache.delete(key);
    const object = last ?? before;
    // A delete of something that was never seen concerns nobody.
    if (!before || !object) return;
    if (this.#freeze) deepFreeze(object);
    this.#tell((handlers) => handlers.deleted?.(object, { finalStateUnknown }));
  }

  #tell(call: (handlers: InformerHandlers<T>) => unknown): void {
    // A handler that is added by another one is told of what the cache holds, this change included.
    const present = [...this.#handlers];
    for (const handlers of present) this.#call(() => call(handlers));
  }

  /** Calls a handler; neither its exception nor its rejected promise leaves here. */
  #call(handler: () => unknown): void {
    try {
      const result = handler();
      if (result instanceof Promise) result.catch(this.#onError);
    } catch (error) {
      this.#onError(error);
    }
  }
}

function isSameVersion(one: KubeObject | undefined, other: KubeObject): boolean {
  return (
    one !== undefined &&
    one.metadata.uid === other.metadata.uid &&
    one.metadata.resourceVersion === other.metadata.resourceVersion
  );
}
