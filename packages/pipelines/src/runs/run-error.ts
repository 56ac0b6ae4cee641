/** What was asked of a run, or of its log, cannot be done; the message says why, for a person. */
export class RunError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RunError';
  }
}
