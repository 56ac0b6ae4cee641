/** A place to which a {@link Scope} can go back. */
export interface ScopeMark {
  readonly names: number;
  readonly next: number;
}

/** The variables that are visible at a place of a template, each with its slot in the frame of an execution. */
export class Scope {
  // The slots of each name, innermost last, and the names in the order in which they came.
  readonly #slotsByName = new Map<string, number[]>([['$', [0]]]);
  readonly #names: string[] = [];
  #next = 1;
  #slots = 1;

  /** How many variables are alive at once, at most. */
  get slots(): number {
    return this.#slots;
  }

  /** What to give to {@link leave} when the block that begins here ends. */
  enter(): ScopeMark {
    return { names: this.#names.length, next: this.#next };
  }

  leave(mark: ScopeMark): void {
    for (const name of this.#names.splice(mark.names)) this.#slotsByName.get(name)?.pop();
    this.#next = mark.next;
  }

  /**
   * What {@link leave} does, but Go goes on knowing the names: an `else` may use one that only the list before it
   * declares, and then means the variable outside.
   */
  leaveNames(mark: ScopeMark): void {
    const names = new Set(this.#names.slice(mark.names));
    this.leave(mark);
    for (const name of names) this.mention(name);
  }

  /** Makes a variable that is visible from here on. */
  declare(name: string): number {
    const slot = this.#next;
    this.#next += 1;
    this.#slots = Math.max(this.#slots, this.#next);
    this.#push(name, slot);
    return slot;
  }

  /**
   * The slot of a variable whose name stands before `:=` or `=`: the one that has been declared before. Go finds out
   * only when executing that there is none; until then the name counts as known, with the slot -1.
   */
  mention(name: string): number {
    const slot = this.find(name) ?? -1;
    this.#push(name, slot);
    return slot;
  }

  find(name: string): number | undefined {
    return this.#slotsByName.get(name)?.at(-1);
  }

  #push(name: string, slot: number): void {
    this.#names.push(name);
    const slots = this.#slotsByName.get(name);
    if (slots) slots.push(slot);
    else this.#slotsByName.set(name, [slot]);
  }
}
