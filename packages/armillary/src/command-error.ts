/**
 * An error that ends a command with words for the person at the terminal: `usage` exits with 2 (the command line was
 * wrong), `failure` with 1 (the thing itself failed).
 */
export class CommandError extends Error {
  readonly code: 'usage' | 'failure';
  constructor(code: 'usage' | 'failure', message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CommandError';
    this.code = code;
  }
}

/** The exit code for an error that a command threw. */
export function exitCode(error: unknown): 1 | 2 {
  return error instanceof CommandError && error.code === 'usage' ? 2 : 1;
}
