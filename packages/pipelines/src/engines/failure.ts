/** Why a run cannot start or go on: what its condition tells. Caught by the controller; never retried. */
export class RunFailure extends Error {
  /** One CamelCase word, for the condition and the event. */
  readonly reason: string;

  constructor(reason: string, message: string) {
    super(message);
    this.name = 'RunFailure';
    this.reason = reason;
  }
}
