import type { KubeObject } from '../object.ts';

/** The key of an object inside its collection. Keys order as `namespace/name` does, which is the order of lists. */
export const objectKey = (namespace: string, name: string): string => `${namespace}/${name}`;

/** The objects of one store in memory, ordered by key. */
export class Collection {
  readonly #objects = new Map<string, KubeObject>();
  readonly #keys: string[] = [];
  /** Resource version of the newest change; at load the newest of the whole store. */
  lastChange: number;

  /** `rows` must be ordered by key. */
  constructor(rows: Iterable<[key: string, object: KubeObject]>, resourceVersion: number) {
    this.lastChange = resourceVersion;
    for (const [key, object] of rows) {
      this.#objects.set(key, object);
      this.#keys.push(key);
    }
  }

  get(key: string): KubeObject | undefined {
    return this.#objects.get(key);
  }

  set(key: string, object: KubeObject): void {
    if (!this.#objects.has(key)) this.#keys.splice(this.#position(key), 0, key);
    this.#objects.set(key, object);
  }

  delete(key: string): void {
    if (this.#objects.delete(key)) this.#keys.splice(this.#position(key), 1);
  }

  /** All objects, or those of one namespace, in key order. */
  list(namespace?: string): KubeObject[] {
    const from = namespace === undefined ? 0 : this.#position(`${namespace}/`);
    // '0' follows '/' in ASCII, so this is the first key beyond the namespace.
    const to = namespace === undefined ? this.#keys.length : this.#position(`${namespace}0`);
    const objects: KubeObject[] = [];
    for (let i = from; i < to; i++) objects.push(this.#objects.get(this.#keys[i]!)!);
    return objects;
  }

  /** Index of the first key that is not below `key`. */
  #position(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    // Names often arrive in ascending order: look at the end first.
    if (high > 0 && this.#keys[high - 1]! < key) return high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#keys[middle]! < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
