/** What one execution may use. Templates are untrusted: none of these can be switched off. */
export interface Budget {
  /**
   * Units of work: each action, argument, call and round of a loop is one, and every 64 characters that a call gives
   * back are one more. Rendering one alert with a usual template takes 100 to 300.
   */
  readonly steps: number;
  /** Bytes of UTF-8 in the result; also the most that any single string made on the way may have. */
  readonly outputBytes: number;
  /** How deep templates may call templates. */
  readonly depth: number;
  /** Milliseconds; looked at after every call and every thousand steps. */
  readonly milliseconds: number;
}

/** The budget of an execution that names none: generous for a message, small for a server. */
export const defaultBudget: Budget = {
  steps: 2_000_000,
  outputBytes: 1024 * 1024,
  depth: 100,
  milliseconds: 2_000,
};

/** Thrown by functions that would make more than any budget allows; the evaluator says where. Stays inside. */
export class OverBudget extends Error {
  override readonly name = 'OverBudget';
}

/** Whether an error says that the stack is full or a string too long for the engine: no counter foresees all of these. */
export const isEngineLimit = (error: unknown): boolean =>
  error instanceof RangeError && /call stack|string length/i.test(error.message);
