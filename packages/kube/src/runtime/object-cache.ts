import { formatKey, keyOf } from '../objects/kube-object.ts';
import type { KubeObject } from '../objects/kube-object.ts';

interface Index<T> {
  values: (object: T) => string[];
  keys: Map<string, Set<string>>;
}

/** No name that somebody else would choose. */
const byNamespace = ' namespace';

/** Objects by key, with named indexes. It holds what the informer puts in, as many as the server has. */
export class ObjectCache<T extends KubeObject> {
  readonly #objects = new Map<string, T>();
  readonly #indexes = new Map<string, Index<T>>();
  readonly #onIndexError: (error: unknown) => void;

  /** `onIndexError` is told what an index function throws; the object is then in no entry of that index. */
  constructor(onIndexError: (error: unknown) => void) {
    this.#onIndexError = onIndexError;
    this.addIndex(byNamespace, (object) => [object.metadata.namespace ?? '']);
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  keys(): IterableIterator<string> {
    return this.#objects.keys();
  }

  list(namespace?: string): T[] {
    return namespace ? this.byIndex(byNamespace, namespace) : [...this.#objects.values()];
  }

  /** Stores the object in place of the one that has its key. */
  set(object: T): void {
    const key = formatKey(keyOf(object));
    const before = this.#objects.get(key);
    this.#objects.set(key, object);
    for (const index of this.#indexes.values()) this.#move(index, key, before, object);
  }

  /** Removes the object and answers it. */
  delete(key: string): T | undefined {
    const before = this.#objects.get(key);
    if (!before) return undefined;
    this.#objects.delete(key);
    for (const index of this.#indexes.values()) this.#move(index, key, before, undefined);
    return before;
  }

  /** Throws an Error when the name is taken: two meanings under one name would mislead. */
  addIndex(name: string, values: (object: T) => string[]): void {
    if (this.#indexes.has(name)) throw new Error(`the index ${name} exists already: choose another name`);
    const index: Index<T> = { values, keys: new Map() };
    this.#indexes.set(name, index);
    for (const [key, object] of this.#objects) this.#move(index, key, undefined, object);
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

  /** Brings the entries of a key from what the object was to what it is. */
  #move(index: Index<T>, key: string, before: T | undefined, after: T | undefined): void {
    const old = before ? this.#valuesOf(index, before) : [];
    const next = after ? this.#valuesOf(index, after) : [];
    for (const value of old) {
      if (next.includes(value)) continue;
      const keys = index.keys.get(value);
      keys?.delete(key);
      if (keys?.size === 0) index.keys.delete(value);
    }
    for (const value of next) {
      const keys = index.keys.get(value);
      if (keys) keys.add(key);
      else index.keys.set(value, new Set([key]));
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
