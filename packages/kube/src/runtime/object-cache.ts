import { formatKey, keyOf } from '../objects/kube-object.ts';
import type { KubeObject } from '../objects/kube-object.ts';

interface Index<T> {
  values: (object: T) => string[];
  keys: Map<string, Set<string>>;
}

/** Objects by key, with named indexes. It holds what the informer puts in, as many as the server has. */
export class ObjectCache<T extends KubeObject> {
  readonly #objects = new Map<string, T>();
  readonly #indexes = new Map<string, Index<T>>();
  readonly #onIndexError: (error: unknown) => void;

  /** `onIndexError` is told what an index function throws; the object is then in no entry of that index. */
  constructor(onIndexError: (error: unknown) => void) {
    this.#onIndexError = onIndexError;
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  keys(): IterableIterator<string> {
    return this.#objects.keys();
  }

  list(namespace?: string): T[] {
    if (!namespace) return [...this.#objects.values()];
    return this.#objects
      .values()
      .filter((object) => object.metadata.namespace === namespace)
      .toArray();
  }

  /** Stores the object in place of the one that has its key. */
  set(object: T): void {
    const key = formatKey(keyOf(object));
    const before = this.#objects.get(key);
    if (before) this.#unindex(key, before);
    this.#objects.set(key, object);
    for (const index of this.#indexes.values()) this.#enter(index, key, object);
  }

  /** Removes the object and answers it. */
  delete(key: string): T | undefined {
    const before = this.#objects.get(key);
    if (!before) return undefined;
    this.#unindex(key, before);
    this.#objects.delete(key);
    return before;
  }

  /** Throws an Error when the name is taken: two meanings under one name would mislead. */
  addIndex(name: string, values: (object: T) => string[]): void {
    if (this.#indexes.has(name)) throw new Error(`the index ${name} exists already: choose another name`);
    const index: Index<T> = { values, keys: new Map() };
    this.#indexes.set(name, index);
    for (const [key, object] of this.#objects) this.#enter(index, key, object);
  }

  /** Throws an Error when there is no such index. */
  byIndex(name: string, value: string): T[] {
    const index = this.#indexes.get(name);
    if (!index) throw new Error(`there is no index ${name}: add it with addIndex`);
    const found: T[] = [];
    for (const key of index.keys.get(value) ?? []) {
      const object = this.#objects.get(key);
      if (object) found.push(object);
    }
    return found;
  }

  #enter(index: Index<T>, key: string, object: T): void {
    for (const value of this.#valuesOf(index, object)) {
      const keys = index.keys.get(value);
      if (keys) keys.add(key);
      else index.keys.set(value, new Set([key]));
    }
  }

  #unindex(key: string, object: T): void {
    for (const index of this.#indexes.values()) {
      for (const value of this.#valuesOf(index, object)) {
        const keys = index.keys.get(value);
        keys?.delete(key);
        if (keys?.size === 0) index.keys.delete(value);
      }
    }
  }

  #valuesOf(index: Index<T>, object: T): string[] {
    try {
      return index.values(object);
    } catch (error) {
      this.#onIndexError(error);
      return [];
    }
  }
}
