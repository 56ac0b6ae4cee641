import type { Clock, Logger } from '@armillary/kube';
import { LRUCache } from 'lru-cache';
import { nobody } from './answer-content.ts';
import type { AnswerContent } from './answer-content.ts';
import { DiskCopy } from './disk-copy.ts';
import type { KeptAnswer } from './disk-copy.ts';
import { ageState } from './freshness.ts';
import type { AgeState, Freshness } from './freshness.ts';
import type { SourceSettings } from './source-settings.ts';

/** Options of an `AnswerMemory`. */
export interface AnswerMemoryOptions {
  settings: SourceSettings;
  clock: Clock;
  logger: Logger;
  /** A folder of its own for what is kept over a restart; nothing is when absent. */
  folder?: string;
  /** What the folder waits for: another one's last writing to it. */
  after?: Promise<unknown>;
  /** Reads an answer that was kept as JSON. Throws when it cannot be used. */
  read(value: unknown): AnswerContent;
}

/** An answer in memory. */
export interface Held {
  readonly content: AnswerContent;
  /** Milliseconds since 1970. */
  readonly answeredAt: number;
  readonly freshness: Freshness;
  readonly etag?: string;
  /** The answer as JSON; `null` when the source knew nothing of the namespace. */
  readonly document: string;
}

/** How old the time of an answer on disk may get while the answer itself does not change. */
const keptAgainAfterMs = 600_000;

/** The answers of one source by their keys, bounded in number and bytes, with their copy on disk. */
export class AnswerMemory {
  readonly #options: AnswerMemoryOptions;
  readonly #answers: LRUCache<string, Held & { readonly keptAt: number }>;
  readonly #disk: DiskCopy | undefined;
  readonly #loaded: Promise<void>;

  constructor(options: AnswerMemoryOptions) {
    const { settings, folder, logger } = options;
    const { endpoint, cache } = settings;
    this.#options = options;
    this.#disk =
      folder === undefined
        ? undefined
        : new DiskCopy({ folder, endpoint, maxEntries: cache.maxEntries, logger });
    this.#answers = new LRUCache({
      max: cache.maxEntries,
      maxSize: cache.maxBytes,
      // The document, and about as much for what was made of it.
      sizeCalculation: ({ document }, key) => 2 * document.length + key.length + 1,
      dispose: (_, key, reason) => {
        if (reason === 'evict') this.#disk?.forget(key);
      },
    });
    this.#loaded = this.#load();
  }

  /** Resolves once what is on disk is in memory. Never rejects. */
  async loaded(): Promise<void> {
    await this.#loaded;
  }

  get size(): number {
    return this.#answers.size;
  }

  /** The answer for a key, and how it may be used now. One that may not be used at all is forgotten. */
  get(key: string): { readonly held: Held; readonly state: Exclude<AgeState, 'gone'> } | undefined {
    const held = this.#answers.get(key);
    if (!held) return undefined;
    const state = ageState(this.#options.clock.now() - held.answeredAt, held.freshness);
    if (state !== 'gone') return { held, state };
    this.#answers.delete(key);
    this.#disk?.forget(key);
    return undefined;
  }

  keep(key: string, held: Held): void {
    const { answeredAt, etag, document } = held;
    const before = this.#answers.peek(key);
    const unchanged =
      before?.document === document && Math.abs(answeredAt - before.keptAt) < keptAgainAfterMs;
    this.#answers.set(key, { ...held, keptAt: unchanged ? before.keptAt : answeredAt });
    // One that is too long for the memory was not taken.
    if (unchanged || !this.#answers.has(key)) return;
    this.#disk?.keep({ key, answeredAt, document, ...(etag === undefined ? {} : { etag }) });
  }

  /** Leaves answers to be used only when no new ones can be had. Returns how many. */
  outdate(matches: (key: string) => boolean): number {
    const keys = [...this.#answers.keys()].filter(matches);
    for (const key of keys) {
      const held = this.#answers.peek(key);
      const freshness = held && { ...held.freshness, freshMs: 0, revalidateMs: 0 };
      if (held && freshness) this.#answers.set(key, { ...held, freshness });
    }
    return keys.length;
  }

  /** Writes what is not written yet. With `forget` nothing stays on disk. */
  async close({ forget }: { forget: boolean }): Promise<void> {
    await this.#loaded;
    await (forget ? this.#disk?.remove() : this.#disk?.settled());
  }

  async #load(): Promise<void> {
    const { settings, clock, logger, after } = this.#options;
    try {
      await after;
      for (const kept of (await this.#disk?.load()) ?? []) {
        const freshness = { freshMs: 0, revalidateMs: 0, errorMs: settings.cache.staleIfErrorMs };
        const content = clock.now() - kept.answeredAt < freshness.errorMs ? this.#contentOf(kept) : undefined;
        if (content) this.#answers.set(kept.key, { ...kept, content, freshness, keptAt: kept.answeredAt });
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
      return value === null ? nobody : this.#options.read(value);
    } catch (error) {
      const { settings, logger } = this.#options;
      logger.warn({ source: settings.name, err: error }, 'a kept answer of a receiver source is left out');
      return undefined;
    }
  }
}
