/** Callbacks that are told that there may be work. */
export class Listeners<T = void> {
  readonly #callbacks = new Set<(what: T) => void>();

  /** The returned function ends it. */
  add(callback: (what: T) => void): () => void {
    this.#callbacks.add(callback);
    return () => this.#callbacks.delete(callback);
  }

  /** Calls everybody, soon: what they do is no part of the change that they are told of. */
  call(what: T): void {
    for (const callback of this.#callbacks) queueMicrotask(() => callback(what));
  }
}
