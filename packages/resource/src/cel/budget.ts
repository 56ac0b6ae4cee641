/** An expression or all rules of an object took more work than they may. */
export class BudgetError extends Error {
  readonly code = 'CEL_BUDGET';
  constructor() {
    super('operation cancelled: actual cost limit exceeded');
    this.name = 'BudgetError';
  }
}

// Reading this many characters costs about as much as one step.
const charactersPerStep = 64;

/** How many evaluation steps are left. Expressions may loop over lists, so each step has to be counted. */
export class Budget {
  #left: number;
  constructor(steps: number) {
    this.#left = steps;
  }

  get left(): number {
    return this.#left;
  }

  /** @throws {BudgetError} when nothing is left. */
  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) throw new BudgetError();
  }

  /** Spends what handling a string or list costs. */
  spendOn(value: string | unknown[]): void {
    if (value.length >= charactersPerStep) this.spend(Math.ceil(value.length / charactersPerStep));
  }
}
