/** The variables that are visible at a place of a template, each with its slot in the frame of an execution. */
export class Scope {
  // Innermost last; the same name may stand in it more than once.
  #visible: { readonly name: string; readonly slot: number }[] = [{ name: '$', slot: 0 }];
  #next = 1;
  #slots = 1;

  /** How many variables are alive at once, at most. */
  get slots(): number {
    return this.#slots;
  }

  /** What to give to {@link leave} when the block that begins here ends. */
  enter(): number {
    return this.#visible.length;
  }

  leave(mark: number): void {
    this.#visible = this.#visible.slice(0, mark);
    this.#next = Math.max(0, ...this.#visible.map((variable) => variable.slot)) + 1;
  }

  /** Makes a variable that is visible from here on. */
  declare(name: string): number {
    const slot = this.#next;
    this.#next += 1;
    this.#slots = Math.max(this.#slots, this.#next);
    this.#visible.push({ name, slot });
    return slot;
  }

  /**
   * The slot of a variable whose name stands before `:=` or `=`: the one that has been declared before. Go finds out
   * only when executing that there is none; until then the name counts as known, with the slot -1.
   */
  mention(name: string): number {
    const slot = this.find(name) ?? -1;
    this.#visible.push({ name, slot });
    return slot;
  }

  find(name: string): number | undefined {
    return this.#visible.findLast((variable) => variable.name === name)?.slot;
  }
}
