import type { Clock } from '../connection.ts';
import type { Answer, FakeRequest } from './http.ts';

/** What goes wrong with a request. */
export type Fault =
  /** The connection breaks before the request is handled. */
  | 'reset'
  /** The request is handled, and the connection breaks before the answer. */
  | 'reset-after'
  /** Another answer; the request is not handled. */
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  /** The request is handled after a delay, in milliseconds. */
  | { readonly delayMs: number };

/** A request that a fault may be for. */
export interface FaultyRequest {
  readonly method: string;
  /** The path below the prefix, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
}

/** Which fault a request meets; undefined for none. */
export type FaultChoice = (request: FaultyRequest) => Fault | undefined;

/** The faults of a server. */
export class Faults {
  readonly #choices = new Set<FaultChoice>();
  readonly #clock: Clock;
  readonly #closing: AbortSignal;

  constructor(clock: Clock, closing: AbortSignal) {
    this.#clock = clock;
    this.#closing = closing;
  }

  /** Adds a fault; the function that comes back takes it away. */
  add(choice: FaultChoice): () => void {
    this.#choices.add(choice);
    return () => void this.#choices.delete(choice);
  }

  /** Handles a request with what goes wrong with it; `reset` when the connection breaks. */
  async around(request: FakeRequest | undefined, handle: () => Promise<Answer>): Promise<Answer | 'reset'> {
    const fault = request && this.#choose(request);
    if (fault === undefined) return handle();
    if (fault === 'reset') return 'reset';
    if (fault === 'reset-after') {
      await handle();
      return 'reset';
    }
    if ('delayMs' in fault) {
      const waited = this.#clock.sleep(fault.delayMs, this.#closing).then(
        () => true,
        () => false,
      );
      // The server was closed meanwhile: nobody is answered.
      return (await waited) ? handle() : 'reset';
    }
    return fault;
  }

  #choose(request: FaultyRequest): Fault | undefined {
    for (const choice of this.#choices) {
      const fault = choice(request);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }
}
