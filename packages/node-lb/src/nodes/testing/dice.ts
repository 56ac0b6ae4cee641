/** Numbers that look random and are the same in every run: a linear congruential generator (Numerical Recipes). */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 up to, not including, `sides`. */
  roll(sides: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    // The low bits of such a generator repeat soon.
    return Math.floor((this.#state / 2 ** 32) * sides);
  }

  pick<T>(list: readonly [T, ...T[]]): T {
    return list[this.roll(list.length)] ?? list[0];
  }

  shuffled<T>(list: Iterable<T>): T[] {
    return Array.from(list, (value) => ({ value, at: this.roll(2 ** 31) }))
      .toSorted((a, b) => a.at - b.at)
      .map(({ value }) => value);
  }
}
