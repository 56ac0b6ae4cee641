import type { Clock, Logger } from '@armillary/kube';
import type { ReadCredential } from '../outgoing/client-settings.ts';
import type { OutgoingHttp } from '../outgoing/outgoing-http.ts';
import { namesNobody, nobody } from './answer-content.ts';
import type { AnswerContent } from './answer-content.ts';
import { AnswerMemory } from './answer-memory.ts';
import type { Held } from './answer-memory.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import { FailureMemory } from './failure-memory.ts';
import { freshnessOf } from './freshness.ts';
import type { AnswerLifetime, Freshness } from './freshness.ts';
import type { Invalidation } from './invalidation.ts';
import type { CacheState, SourceAnswer, SourceQuestion } from './source-answer.ts';
import { SourceCalls } from './source-calls.ts';
import { SourceClient } from './source-client.ts';
import type { SourceOutcome } from './source-client.ts';
import type { SourceFailure } from './source-failure.ts';
import { concerns, queryOfKey, sourceQuery } from './source-query.ts';
import type { SourceQuery } from './source-query.ts';
import type { SourceSettings } from './source-settings.ts';
import type { SourceStatus } from './source-status.ts';

/** Options of a `RememberedSource`. */
export interface RememberedSourceOptions {
  settings: SourceSettings;
  http: OutgoingHttp;
  credential: ReadCredential;
  clock: Clock;
  random: () => number;
  logger: Logger;
  /** A folder of its own for the answers that are kept over a restart. */
  folder?: string;
  /** What the folder waits for: another one's last writing to it. */
  after?: Promise<unknown>;
  /** It failed so often that it is left alone; or it answers, for the first time or again (no reason). */
  onChange(reason: string | undefined): void;
}

type Refreshed = { readonly held: Held } | { readonly failure: SourceFailure };

/** One question under way. A superseded one was asked before an invalidation: its answer is not remembered. */
interface Flight {
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly done: Promise<Refreshed>;
  superseded: boolean;
}

/** How long alerts wait for a new answer while the old one may be used because the source is slow. */
const patienceMs = 2_000;

/**
 * One source with a memory: each question is asked once however many alerts have it. An answer is used as long as it
 * is fresh. After that alerts wait for a new one, so that nobody is told who is not named any more; an old answer
 * serves only when the source is slow or fails.
 */
export class RememberedSource {
  readonly #options: RememberedSourceOptions;
  readonly #calls: SourceCalls;
  readonly #memory: AnswerMemory;
  readonly #failures: FailureMemory;
  readonly #breaker: CircuitBreaker;
  readonly #flights = new Map<string, Flight>();
  readonly #stop = new AbortController();
  readonly #counts = { hits: 0, misses: 0, stale: 0, unanswered: 0, errors: 0, skipped: 0 };
  #lastSuccessAt: number | undefined;
  #lastFailure: { readonly key: string; readonly at: number; readonly failure: SourceFailure } | undefined;

  constructor(options: RememberedSourceOptions) {
    const { settings, clock, random } = options;
    const { cache, batch } = settings;
    const client = new SourceClient(options);
    this.#options = options;
    this.#calls = new SourceCalls({ client, batch, clock, signal: this.#stop.signal });
    this.#memory = new AnswerMemory({ ...options, read: (value) => client.read(value).content });
    this.#failures = new FailureMemory({ clock, firstMs: cache.errorTtlMs, maxEntries: cache.maxEntries });
    this.#breaker = new CircuitBreaker({
      clock,
      random,
      probe: () => void this.#refresh(queryOfKey(this.#lastFailure?.key ?? '')),
      onChange: (open) => options.onChange(open ? this.#lastFailure?.failure.message : undefined),
    });
  }

  /** What the source says, from memory or asked now. Never rejects. */
  async ask(question: SourceQuestion, signal: AbortSignal): Promise<SourceAnswer> {
    await this.#memory.loaded();
    const query = sourceQuery(question, this.#options.settings.keyLabels);
    const { held, state } = this.#memory.get(query.key) ?? {};
    if (held && state === 'fresh') {
      this.#counts.hits++;
      return this.#answer(held, namesNobody(held.content) ? 'negative' : 'fresh');
    }
    this.#counts.misses++;
    const restraint = this.#restraint(query.key);
    const waitMs = state === 'revalidate' ? patienceMs : this.#options.settings.timeoutMs;
    const refreshed = restraint
      ? { failure: restraint }
      : await this.#wait(this.#refresh(query), held && waitMs, signal);
    if ('held' in refreshed) return this.#answer(refreshed.held, 'fetched');
    this.#counts[held ? 'stale' : 'unanswered']++;
    return held
      ? this.#answer(held, 'stale', refreshed.failure)
      : failureAnswer(this.#options.settings, refreshed.failure);
  }

  /** Has answers asked for again before they are used; they still serve when the source fails. Returns how many. */
  invalidate({ cluster, namespace }: Invalidation): number {
    const matches = (key: string): boolean => concerns(queryOfKey(key), cluster, namespace);
    for (const [key, flight] of this.#flights) {
      if (!matches(key)) continue;
      flight.superseded = true;
      this.#flights.delete(key);
    }
    return this.#memory.outdate(matches);
  }

  status(): SourceStatus {
    const { name, endpoint } = this.#options.settings;
    const last = this.#lastFailure && { at: this.#lastFailure.at, ...shown(this.#lastFailure.failure) };
    return {
      source: name,
      endpoint,
      breaker: this.#breaker.state,
      ...this.#counts,
      calls: this.#calls.made,
      entries: this.#memory.size,
      ...(this.#lastSuccessAt === undefined ? {} : { lastSuccessAt: this.#lastSuccessAt }),
      ...(last && { lastFailure: last }),
    };
  }

  /** Ends requests and writes what is not written yet. With `forget` nothing stays on disk. */
  async close(options: { forget: boolean }): Promise<void> {
    this.#stop.abort();
    this.#breaker.close();
    await Promise.all([...this.#flights.values()].map(({ done }) => done));
    await this.#memory.close(options);
  }

  /** Why the source is not asked now. */
  #restraint(key: string): SourceFailure | undefined {
    const failed = this.#failures.get(key);
    if (failed || this.#breaker.state === 'closed') return failed;
    const reason = this.#lastFailure?.failure.message ?? 'it failed';
    return {
      code: 'CircuitOpen',
      message: `it failed too often and is left alone for some seconds; last: ${reason}`,
    };
  }

  /** Asks now, or joins whoever does. */
  #refresh(query: SourceQuery): Flight {
    const current = this.#flights.get(query.key);
    if (current) return current;
    const held = this.#memory.get(query.key)?.held;
    const flight: Flight = {
      startedAt: this.#options.clock.now(),
      superseded: false,
      done: Promise.resolve().then(() => this.#fly(query, held, flight)),
    };
    this.#flights.set(query.key, flight);
    return flight;
  }

  async #fly(query: SourceQuery, held: Held | undefined, flight: Flight): Promise<Refreshed> {
    const outcome = await this.#calls.ask(query, held?.etag);
    if (this.#flights.get(query.key) === flight) this.#flights.delete(query.key);
    const renewed = this.#renew(outcome, held);
    if ('failure' in renewed) {
      this.#noteFailure(query.key, renewed.failure);
      return renewed;
    }
    // Another process may have said that it is down.
    if (this.#lastSuccessAt === undefined && this.#breaker.state === 'closed')
      this.#options.onChange(undefined);
    this.#breaker.succeeded();
    this.#failures.succeeded(query.key);
    this.#lastSuccessAt = renewed.held.answeredAt;
    if (!flight.superseded) this.#memory.keep(query.key, renewed.held);
    return renewed;
  }

  /** What is to be remembered after an outcome. */
  #renew(outcome: SourceOutcome, held: Held | undefined): Refreshed {
    if (outcome.outcome === 'failed') return outcome;
    const answeredAt = this.#options.clock.now();
    if (outcome.outcome === 'unchanged') {
      if (!held)
        return { failure: { code: 'AnswerInvalid', message: 'it answered 304 to a first question' } };
      return { held: { ...held, answeredAt, freshness: this.#freshness(outcome.lifetime, held.content) } };
    }
    const { content, lifetime, etag, document } = outcome;
    this.#counts.skipped += content.skipped.length;
    const renewed = { content, answeredAt, freshness: this.#freshness(lifetime, content), document };
    return { held: etag === undefined ? renewed : { ...renewed, etag } };
  }

  #freshness(lifetime: AnswerLifetime, content: AnswerContent): Freshness {
    const { settings, random } = this.#options;
    return freshnessOf(lifetime, namesNobody(content), settings.cache, random());
  }

  #noteFailure(key: string, failure: SourceFailure): void {
    // Neither says anything about the source.
    if (failure.code === 'Aborted' || failure.code === 'Overloaded') return;
    this.#counts.errors++;
    this.#lastFailure = { key, at: this.#options.clock.now(), failure };
    this.#failures.failed(key, failure);
    this.#breaker.failed();
  }

  /** What a flight brings, or a failure when it takes longer than it may or nobody waits any more. */
  async #wait(
    { done, startedAt }: Flight,
    waitMs: number | undefined,
    signal: AbortSignal,
  ): Promise<Refreshed> {
    const { clock } = this.#options;
    const early = Promise.withResolvers<Refreshed>();
    const end = (code: string, message: string): void => early.resolve({ failure: { code, message } });
    const abort = (): void => end('Aborted', 'nobody waits any more');
    const giveUpAfter = (ms: number): (() => void) => {
      // Whoever comes later does not wait longer; a clock that was set back lengthens nothing.
      const leftMs = Math.min(ms, Math.max(0, startedAt + ms - clock.now()));
      return clock.setTimeout(() => end('Timeout', `no new answer within ${ms} ms`), leftMs);
    };
    const clear = waitMs === undefined ? undefined : giveUpAfter(waitMs);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    try {
      return await Promise.race([done, early.promise]);
    } finally {
      clear?.();
      signal.removeEventListener('abort', abort);
    }
  }

  #answer(held: Held, cache: CacheState, failure?: SourceFailure): SourceAnswer {
    const { name, mergePolicy, onError } = this.#options.settings;
    const ageMs = cache === 'fetched' ? 0 : Math.max(0, this.#options.clock.now() - held.answeredAt);
    const answer = { source: name, cache, ageMs, mergePolicy, onError, ...held.content };
    return failure ? { ...answer, failure: shown(failure) } : answer;
  }
}

/** The answer of a source that could not be asked, when there is none in memory either. */
export function failureAnswer(
  { name, mergePolicy, onError }: Pick<SourceSettings, 'name' | 'mergePolicy' | 'onError'>,
  failure: SourceFailure,
): SourceAnswer {
  return { source: name, cache: 'none', ageMs: 0, mergePolicy, onError, ...nobody, failure: shown(failure) };
}

const shown = ({ code, message }: SourceFailure): { code: string; message: string } => ({ code, message });
