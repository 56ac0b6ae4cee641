import type { Clock } from '@armillary/kube';
import { CallSlots } from './call-slots.ts';
import type { SourceClient, SourceOutcome } from './source-client.ts';
import type { SourceQuery } from './source-query.ts';

/** Options of `SourceCalls`. */
export interface SourceCallsOptions {
  client: SourceClient;
  /** Questions of the same moment go out together. */
  batch: boolean;
  clock: Clock;
  signal: AbortSignal;
}

interface Waiting {
  readonly query: SourceQuery;
  readonly etag: string | undefined;
  readonly answer: (outcome: SourceOutcome) => void;
}

/** Most requests to one source at once, most questions that wait for their turn, and for how long. */
const limits = { atOnce: 8, waiting: 10_000, waitMs: 10_000 } as const;
/** Most questions in one request. */
const batchSize = 100;

/** Decides how questions become requests: a few at once, and several in one where the source takes that. */
export class SourceCalls {
  readonly #options: SourceCallsOptions;
  readonly #slots: CallSlots;
  /** Until the source says that it does not. */
  #batch: boolean;
  #gathered: Waiting[] = [];
  #made = 0;

  constructor(options: SourceCallsOptions) {
    this.#options = options;
    this.#batch = options.batch;
    this.#slots = new CallSlots({ clock: options.clock, ...limits });
  }

  /** Requests made. */
  get made(): number {
    return this.#made;
  }

  /** Asks one question. Never rejects. */
  async ask(query: SourceQuery, etag: string | undefined): Promise<SourceOutcome> {
    if (!this.#batch) return await this.#askOne(query, etag);
    return await new Promise((answer) => {
      if (this.#gathered.length === 0) setImmediate(() => this.#flush());
      this.#gathered.push({ query, etag, answer });
    });
  }

  #flush(): void {
    const gathered = this.#gathered;
    this.#gathered = [];
    for (let start = 0; start < gathered.length; start += batchSize) {
      void this.#askTogether(gathered.slice(start, start + batchSize));
    }
  }

  async #askTogether(waiting: readonly Waiting[]): Promise<void> {
    // A single question can be answered by "unchanged", which a batch cannot.
    const outcomes = waiting.length > 1 && this.#batch ? await this.#askMany(waiting) : undefined;
    for (const [index, { query, etag, answer }] of waiting.entries()) {
      const outcome = outcomes?.[index];
      if (outcome) answer(outcome);
      else void this.#askOne(query, etag).then(answer);
    }
  }

  /** One outcome each; undefined when they are to be asked one by one. */
  async #askMany(waiting: readonly Waiting[]): Promise<readonly SourceOutcome[] | undefined> {
    const { client, signal } = this.#options;
    const queries = waiting.map(({ query }) => query);
    const result = await this.#call(async () => ({ many: await client.askMany(queries, signal) }));
    if ('failure' in result) return waiting.map(() => result);
    if (result.many === 'notOffered') this.#batch = false;
    return typeof result.many === 'string' ? undefined : result.many;
  }

  async #askOne(query: SourceQuery, etag: string | undefined): Promise<SourceOutcome> {
    return await this.#call(() => this.#options.client.ask(query, etag, this.#options.signal));
  }

  async #call<T>(call: () => Promise<T>): Promise<T | (SourceOutcome & { outcome: 'failed' })> {
    const result = await this.#slots.run(async () => {
      this.#made++;
      return { value: await call() };
    });
    return result ? result.value : { outcome: 'failed', failure: overloaded };
  }
}

const overloaded = {
  code: 'Overloaded',
  message: 'too many questions wait for this source; let it answer faster, or several at once (spec.batch)',
} as const;
