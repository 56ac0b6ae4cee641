/**
 * Room for the bodies of requests that are under way: each may be long, and anybody who may post can post many at once.
 * Who finds no room shall try again later.
 */
export class BodyRoom {
  #free: number;

  /** `bytes` of all bodies together. */
  constructor(bytes: number) {
    this.#free = bytes;
  }

  /** Takes room; the returned function gives it back, however often it is called. Undefined when there is none. */
  take(bytes: number): (() => void) | undefined {
    if (bytes > this.#free) return undefined;
    this.#free -= bytes;
    let held = bytes;
    return () => {
      this.#free += held;
      held = 0;
    };
  }
}
