/** Callbacks that are told that there may be work. */
export class Listeners {
  readonly #callbacks = new Set<() => void>();

  /** The returned function ends it. */
  add(callback: () => void): () => void {
    this.#callbacks.add(callback);
    return () => this.#callbacks.delete(callback);
  }

  /** Calls everybody, soon: what they do is no part of the change that they are told of. */
  call(): void {
    for (const callback of this.#callbacks) queueMicrotask(callback);
  }
}
