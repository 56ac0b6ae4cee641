/** Numbers that look random and are the same for the same seed. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** An integer from 0 up to, not including, `end`. The generator is mulberry32, by Tommy Ettinger (public domain). */
  below(end: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % end;
  }

  /** True once in `times`; never when that is infinite. */
  once(times: number): boolean {
    return times !== Infinity && this.below(times) === 0;
  }

  /** One of `choices`, of which there must be some. */
  pick<T>(choices: readonly T[]): T {
    return choices.slice(this.below(choices.length)).values().next().value as T;
  }
}
