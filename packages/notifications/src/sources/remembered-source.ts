import type { Clock, Logger } from '@armillary/kube';
import { LRUCache } from 'lru-cache';
import type { OutgoingHttp } from '../outgoing/outgoing-http.ts';
import { namesNobody, nobody } from './answer-content.ts';
import type { AnswerContent } from './answer-content.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import { DiskCopy } from './disk-copy.ts';
import type { KeptAnswer } from './disk-copy.ts';
import { FailureMemory } from './failure-memory.ts';
import { ageState, freshnessOf } from './freshness.ts';
import type { AgeState, AnswerLifetime, Freshness } from './freshness.ts';
import type { Invalidation } from './invalidation.ts';
import type { CacheState, SourceAnswer, SourceQuestion } from './source-answer.ts';
import type { ReadCredential } from './source-auth.ts';
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
  /** It failed so often that it is left alone, or it is back (no reason). */
  onChange(reason: string | undefined): void;
}

/** An answer in memory. */
interface Held {
  readonly content: AnswerContent;
  readonly answeredAt: number;
  readonly freshness: Freshness;
  readonly etag?: string;
  readonly document: string;
  /** When it was last written to disk. */
  readonly keptAt: number;
}

type Refreshed = { readonly held: Held } | { readonly failure: SourceFailure };

/** One question under way. A superseded one was asked before an invalidation: its answer is not remembered. */
interface Flight {
  readonly done: Promise<Refreshed>;
  superseded: boolean;
}

/** How long an alert waits for a new answer when there is an old one. */
const patienceMs = 2_000;
/** How old the time of an answer on disk may get while the answer itself does not change. */
const keptAgainAfterMs = 600_000;

/**
 * One source with a memory: each question is asked once however many alerts have it, an answer is used as long as it
 * is fresh, and an old one while no new one can be had.
 */
export class RememberedSource {
  readonly #options: RememberedSourceOptions;
  readonly #client: SourceClient;
  readonly #calls: SourceCalls;
  readonly #memory: LRUCache<string, Held>;
  readonly #failures: FailureMemory;
  readonly #breaker: CircuitBreaker;
  readonly #disk: DiskCopy | undefined;
  readonly #loaded: Promise<void>;
  readonly #flights = new Map<string, Flight>();
  readonly #stop = new AbortController();
  readonly #counts = { hits: 0, misses: 0, stale: 0, unanswered: 0, errors: 0, skipped: 0 };
  #lastSuccessAt: number | undefined;
  #lastFailure: (NonNullable<SourceStatus['lastFailure']> & { readonly key: string }) | undefined;

  constructor(options: RememberedSourceOptions) {
    const { settings, clock, logger, folder } = options;
    const { endpoint, batch, cache } = settings;
    this.#options = options;
    this.#client = new SourceClient(options);
    this.#calls = new SourceCalls({ client: this.#client, batch, clock, signal: this.#stop.signal });
    this.#failures = new FailureMemory({ clock, firstMs: cache.errorTtlMs, maxEntries: cache.maxEntries });
    this.#disk =
      folder === undefined
        ? undefined
        : new DiskCopy({ folder, endpoint, maxEntries: cache.maxEntries, logger });
    this.#memory = new LRUCache({
      max: cache.maxEntries,
      maxSize: cache.maxBytes,
      // The document and what was made of it.
      sizeCalculation: ({ document }, key) => 2 * document.length + key.length + 1,
      dispose: (_, key, reason) => {
        if (reason === 'evict') this.#disk?.forget(key);
      },
    });
    this.#breaker = new CircuitBreaker({
      clock,
      random: options.random,
      probe: () => void this.#refresh(queryOfKey(this.#lastFailure?.key ?? '')),
      onChange: (open) => options.onChange(open ? this.#lastFailure?.message : undefined),
    });
    this.#loaded = this.#load();
  }

  /** What the source says, from memory or asked now. Never rejects. */
  async ask(question: SourceQuestion, signal: AbortSignal): Promise<SourceAnswer> {
    await this.#loaded;
    const query = sourceQuery(question, this.#options.settings.keyLabels);
    const held = this.#memory.get(query.key);
    const state = held ? this.#stateOf(held) : 'gone';
    if (held && state === 'fresh') {
      this.#counts.hits++;
      return this.#answer(held, namesNobody(held.content) ? 'negative' : 'fresh');
    }
    if (held && state === 'revalidate') {
      this.#counts.stale++;
      if (!this.#restraint(query.key)) void this.#refresh(query);
      return this.#answer(held, 'stale');
    }
    this.#counts.misses++;
    const usable = held && state === 'error' ? held : undefined;
    const restraint = this.#restraint(query.key);
    const refreshed = restraint
      ? { failure: restraint }
      : await this.#wait(this.#refresh(query), usable, signal);
    if ('held' in refreshed) return this.#answer(refreshed.held, 'fetched');
    this.#counts[usable ? 'stale' : 'unanswered']++;
    return usable
      ? this.#answer(usable, 'stale', refreshed.failure)
      : failureAnswer(this.#options.settings, refreshed.failure);
  }

  /** Has answers asked for again before they are used; they still serve when the source fails. Returns how many. */
  invalidate({ cluster, namespace }: Invalidation): number {
    for (const [key, flight] of this.#flights) {
      if (!concerns(queryOfKey(key), cluster, namespace)) continue;
      flight.superseded = true;
      this.#flights.delete(key);
    }
    const keys = [...this.#memory.keys()].filter((key) => concerns(queryOfKey(key), cluster, namespace));
    for (const key of keys) {
      const held = this.#memory.peek(key);
      const outdated = { freshMs: 0, revalidateMs: 0 };
      if (held) this.#memory.set(key, { ...held, freshness: { ...held.freshness, ...outdated } });
    }
    return keys.length;
  }

  status(): SourceStatus {
    const { name, endpoint } = this.#options.settings;
    const { at, code, message } = this.#lastFailure ?? {};
    return {
      source: name,
      endpoint,
      breaker: this.#breaker.state,
      ...this.#counts,
      calls: this.#calls.made,
      entries: this.#memory.size,
      ...(this.#lastSuccessAt === undefined ? {} : { lastSuccessAt: this.#lastSuccessAt }),
      ...(at === undefined || code === undefined || message === undefined
        ? {}
        : { lastFailure: { at, code, message } }),
    };
  }

  /** Ends requests and writes what is not written yet. With `forget` nothing stays on disk. */
  async close({ forget = false } = {}): Promise<void> {
    this.#stop.abort();
    this.#breaker.close();
    await this.#loaded;
    await Promise.all([...this.#flights.values()].map(({ done }) => done));
    await (forget ? this.#disk?.remove() : this.#disk?.settled());
  }

  #stateOf(held: Held): AgeState {
    return ageState(this.#options.clock.now() - held.answeredAt, held.freshness);
  }

  /** Why the source is not asked now. */
  #restraint(key: string): SourceFailure | undefined {
    const failed = this.#failures.get(key);
    if (failed || this.#breaker.state === 'closed') return failed;
    const reason = this.#lastFailure?.message ?? 'it failed';
    return {
      code: 'CircuitOpen',
      message: `it failed too often and is left alone for some seconds; last: ${reason}`,
    };
  }

  /** Asks now, or joins whoever does. Never rejects. */
  #refresh(query: SourceQuery): Promise<Refreshed> {
    const current = this.#flights.get(query.key);
    if (current) return current.done;
    const held = this.#memory.peek(query.key);
    const flight: Flight = {
      superseded: false,
      done: Promise.resolve().then(() => this.#fly(query, held, flight)),
    };
    this.#flights.set(query.key, flight);
    return flight.done;
  }

  async #fly(query: SourceQuery, held: Held | undefined, flight: Flight): Promise<Refreshed> {
    const outcome = await this.#calls.ask(query, held?.etag);
    if (this.#flights.get(query.key) === flight) this.#flights.delete(query.key);
    const renewed = this.#renew(outcome, held);
    if ('failure' in renewed) {
      this.#noteFailure(query.key, renewed.failure);
      return renewed;
    }
    this.#breaker.succeeded();
    this.#failures.succeeded(query.key);
    this.#lastSuccessAt = renewed.held.answeredAt;
    if (!flight.superseded) this.#keep(query.key, renewed.held);
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
    const freshness = this.#freshness(lifetime, content);
    const kept = { content, answeredAt, freshness, document, keptAt: -Infinity };
    return { held: etag === undefined ? kept : { ...kept, etag } };
  }

  #freshness(lifetime: AnswerLifetime, content: AnswerContent): Freshness {
    const { settings, random } = this.#options;
    return freshnessOf(lifetime, namesNobody(content), settings.cache, random());
  }

  #keep(key: string, held: Held): void {
    const { answeredAt, etag, document } = held;
    const due = Math.abs(answeredAt - held.keptAt) >= keptAgainAfterMs;
    this.#memory.set(key, due ? { ...held, keptAt: answeredAt } : held);
    if (due) this.#disk?.keep({ key, answeredAt, document, ...(etag === undefined ? {} : { etag }) });
  }

  #noteFailure(key: string, failure: SourceFailure): void {
    // Neither says anything about the source.
    if (failure.code === 'Aborted' || failure.code === 'Overloaded') return;
    this.#counts.errors++;
    this.#lastFailure = { at: this.#options.clock.now(), code: failure.code, message: failure.message, key };
    this.#failures.failed(key, failure);
    this.#breaker.failed();
  }

  async #wait(refresh: Promise<Refreshed>, held: Held | undefined, signal: AbortSignal): Promise<Refreshed> {
    const { clock } = this.#options;
    const early = Promise.withResolvers<Refreshed>();
    const abort = (): void =>
      early.resolve({ failure: { code: 'Aborted', message: 'nobody waits any more' } });
    const late = { failure: { code: 'Timeout', message: `no new answer within ${patienceMs} ms` } };
    const clear = held && clock.setTimeout(() => early.resolve(late), patienceMs);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    try {
      return await Promise.race([refresh, early.promise]);
    } finally {
      clear?.();
      signal.removeEventListener('abort', abort);
    }
  }

  #answer(held: Held, cache: CacheState, failure?: SourceFailure): SourceAnswer {
    const { name, mergePolicy, onError } = this.#options.settings;
    const ageMs = cache === 'fetched' ? 0 : Math.max(0, this.#options.clock.now() - held.answeredAt);
    return {
      source: name,
      cache,
      ageMs,
      mergePolicy,
      onError,
      ...held.content,
      ...(failure && { failure: shown(failure) }),
    };
  }

  async #load(): Promise<void> {
    const { settings, clock, logger } = this.#options;
    try {
      await this.#options.after;
      for (const kept of (await this.#disk?.load()) ?? []) {
        const age = clock.now() - kept.answeredAt;
        const freshness = { freshMs: 0, revalidateMs: 0, errorMs: settings.cache.staleIfErrorMs };
        const content = age < freshness.errorMs ? this.#contentOf(kept) : undefined;
        if (content) this.#memory.set(kept.key, { ...kept, content, freshness, keptAt: kept.answeredAt });
        else this.#disk?.forget(kept.key);
      }
    } catch (error) {
      logger.warn(
        { source: settings.name, err: error },
        'the kept answers of a receiver source cannot be loaded',
      );
    }
  }

  /** Reads a kept answer by the settings of today: who may be trusted with what can have changed. */
  #contentOf({ document }: KeptAnswer): AnswerContent | undefined {
    try {
      const value: unknown = JSON.parse(document);
      return value === null ? nobody : this.#client.read(value).content;
    } catch (error) {
      const { settings, logger } = this.#options;
      logger.warn({ source: settings.name, err: error }, 'a kept answer of a receiver source is left out');
      return undefined;
    }
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
