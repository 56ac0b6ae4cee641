import { InvalidError, NotReadyError } from '../errors.ts';

/** More waiting requests than this are a fault of the program, and refused. */
const longestQueue = 10_000;

/**
 * Lets a bounded number of requests be under way at once; the others wait in the order of their arrival. A request
 * holds its place until the head of the answer is there, not until its body is read: streams, such as logs and events,
 * cannot keep others out however long they last.
 */
export class Gate {
  readonly #limit: number;
  #inside = 0;
  readonly #waiting = new Set<() => void>();

  constructor(limit: number) {
    if (!Number.isInteger(limit) || limit < 1) {
      throw new InvalidError(`concurrency is ${limit}: give a whole number from 1 on.`);
    }
    this.#limit = limit;
  }

  /** Takes a place, at once or after waiting. Throws the reason of the signal when that is aborted first. */
  enter(signal: AbortSignal): Promise<void> | undefined {
    signal.throwIfAborted();
    if (this.#inside < this.#limit) {
      this.#inside++;
      return undefined;
    }
    if (this.#waiting.size >= longestQueue) {
      throw new NotReadyError(
        `${longestQueue} requests of this client wait to be sent. Start fewer at once, or raise \`concurrency\`.`,
      );
    }
    return new Promise((resolve, reject) => {
      const enter = (): void => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = (): void => {
        this.#waiting.delete(enter);
        reject(signal.reason as Error);
      };
      this.#waiting.add(enter);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }

  /** Gives the place to who waits longest. */
  leave(): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#inside--;
    else {
      this.#waiting.delete(next);
      next();
    }
  }
}
