/** Thrown by who delivers when a limit leaves no room now: nothing was sent, and it is no failure. */
export class Postponed extends Error {
  /** Milliseconds until there may be room. */
  readonly waitMs: number;

  constructor(waitMs: number) {
    super(`a limit leaves no room for ${waitMs} ms`);
    this.name = 'Postponed';
    this.waitMs = waitMs;
  }
}
