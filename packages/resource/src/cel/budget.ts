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
}

let current: Budget | undefined;

/** Runs an evaluation whose steps are taken from the budget. */
export function spending<T>(budget: Budget, work: () => T): T {
  const outer = current;
  current = budget;
  try {
    return work();
  } finally {
    current = outer;
  }
}

/** Takes steps, or parts of one, from the evaluation that runs now. */
export function charge(steps: number): void {
  current?.spend(steps);
}

/** Charges what handling a string or list costs. */
export function chargeFor(value: string | unknown[]): void {
  if (value.length >= charactersPerStep) charge(Math.ceil(value.length / charactersPerStep));
}
