import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { silentLogger, systemClock } from '@armillary/kube';
import type { Clock, Logger } from '@armillary/kube';
import { NotificationError } from '../errors.ts';
import type { ReceiverSource } from '../kinds/receiver-source.ts';
import type { ReadCredential } from '../outgoing/client-settings.ts';
import type { OutgoingHttp } from '../outgoing/outgoing-http.ts';
import type { Invalidation } from './invalidation.ts';
import { failureAnswer, RememberedSource } from './remembered-source.ts';
import type { SourceAnswer, SourceQuestion } from './source-answer.ts';
import { settingsOf, sidecarSettings } from './source-settings.ts';
import type { SidecarAddress, SourceSettings } from './source-settings.ts';
import type { SourceStatus } from './source-status.ts';

/** Options of `ReceiverSources`. */
export interface ReceiverSourcesOptions {
  /** Requests to the sources themselves; their addresses were given by whoever may write ReceiverSources. */
  http: OutgoingHttp;
  /** The text of a credential. Rejects with `NotificationError` `CredentialUnavailable`. */
  credential: ReadCredential;
  /** Where the last good answers are kept over a restart; nowhere when absent. */
  folder?: string;
  /** A source failed so often that it is left alone for a while. Called once until `onSourceUp`. */
  onSourceDown?: (source: string, reason: string) => void;
  /** It answers again, or for the first time. */
  onSourceUp?: (source: string) => void;
  clock?: Clock;
  logger?: Logger;
  /** 0 to 1, for tests; `Math.random` otherwise. */
  random?: () => number;
}

/** A ReceiverSource whose settings cannot be used: it is answered for, so that nobody takes it for one that is not there. */
interface BrokenSource {
  readonly settings: Pick<SourceSettings, 'name' | 'mergePolicy' | 'onError'>;
  readonly message: string;
}

/** All sources of receivers: asks them, and remembers what they said. */
export class ReceiverSources {
  readonly #options: ReceiverSourcesOptions;
  readonly #sources = new Map<string, { settings: SourceSettings; source: RememberedSource }>();
  /** Sources that are being closed; one of the same name waits for the folder. */
  readonly #closing = new Map<string, Promise<unknown>>();
  #broken: readonly BrokenSource[] = [];

  constructor(options: ReceiverSourcesOptions) {
    this.#options = options;
  }

  /**
   * Sets which sources there are. Those whose settings did not change keep their memory; changed ones begin with what
   * is on disk. What is on disk of a source is removed with it.
   */
  update(sources: readonly ReceiverSource[], sidecars: readonly SidecarAddress[]): void {
    const wanted = sidecars.map(sidecarSettings);
    const broken: BrokenSource[] = [];
    for (const source of sources) {
      try {
        wanted.push(settingsOf(source));
      } catch (error) {
        if (!(error instanceof NotificationError)) throw error;
        broken.push(brokenSource(source, error.message));
      }
    }
    this.#broken = broken;
    const names = new Set(wanted.map(({ name }) => name));
    const unusable = new Set(broken.map(({ settings }) => settings.name));
    for (const [name, { source }] of this.#sources) {
      if (names.has(name)) continue;
      this.#sources.delete(name);
      this.#replace(name, source, { forget: !unusable.has(name) });
    }
    for (const settings of wanted) this.#set(settings);
  }

  /**
   * What all sources say, in the order of their names. Never rejects: a source that cannot be asked is an answer with
   * `failure`. Once the signal is aborted such answers say nothing about the sources: do not act on them.
   */
  async ask(question: SourceQuestion, signal: AbortSignal): Promise<SourceAnswer[]> {
    const asked = await Promise.all(
      [...this.#sources.keys()].map((name) => this.#ask(name, question, signal)),
    );
    const answers = asked.filter((answer) => answer !== undefined);
    const broken = this.#broken.map(({ settings, message }) =>
      failureAnswer(settings, { code: 'SettingsInvalid', message }),
    );
    return [...answers, ...broken].sort((one, other) => (one.source < other.source ? -1 : 1));
  }

  /** Has matching answers asked for again before they are used; they still serve when the source fails. Returns how many. */
  invalidate(what: Invalidation): number {
    return [...this.#sources]
      .filter(([name]) => what.source === undefined || what.source === name)
      .reduce((count, [, { source }]) => count + source.invalidate(what), 0);
  }

  /** How every source does that can be asked. */
  status(): SourceStatus[] {
    return [...this.#sources.values()].map(({ source }) => source.status());
  }

  /** Ends all requests and writes what is not written yet. */
  async close(): Promise<void> {
    for (const [name, { source }] of this.#sources) this.#close(name, source);
    await Promise.all(this.#closing.values());
  }

  #set(settings: SourceSettings): void {
    const { name } = settings;
    const before = this.#sources.get(name);
    if (isDeepStrictEqual(before?.settings, settings)) return;
    if (before) this.#replace(name, before.source);
    const after = this.#closing.get(name);
    const { http, credential, folder, onSourceDown, onSourceUp } = this.#options;
    const { clock = systemClock, logger = silentLogger, random = Math.random } = this.#options;
    const source = new RememberedSource({
      settings,
      http,
      credential,
      clock,
      random,
      logger,
      ...(folder === undefined ? {} : { folder: join(folder, encodeURIComponent(name)) }),
      ...(after && { after }),
      onChange: (reason) => (reason === undefined ? onSourceUp?.(name) : onSourceDown?.(name, reason)),
    });
    this.#sources.set(name, { settings, source });
  }

  /** Asks a source; again when it was replaced meanwhile. Undefined when it is there no more. */
  async #ask(name: string, question: SourceQuestion, signal: AbortSignal): Promise<SourceAnswer | undefined> {
    for (;;) {
      const current = this.#sources.get(name);
      const answer = await current?.source.ask(question, signal);
      const replaced = this.#sources.get(name) !== current;
      if (answer?.failure?.code !== 'Aborted' || signal.aborted || !replaced) return answer;
    }
  }

  /** Closes a source that is not wanted as it is: nobody can say any more that it is down. */
  #replace(name: string, source: RememberedSource, options?: { forget: boolean }): void {
    if (source.status().breaker !== 'closed') this.#options.onSourceUp?.(name);
    this.#close(name, source, options);
  }

  #close(name: string, source: RememberedSource, options: { forget: boolean } = { forget: false }): void {
    const closing = Promise.all([this.#closing.get(name), source.close(options)]).finally(() => {
      if (this.#closing.get(name) === closing) this.#closing.delete(name);
    });
    this.#closing.set(name, closing);
  }
}

function brokenSource({ metadata, spec }: ReceiverSource, message: string): BrokenSource {
  const { mergePolicy = 'Append', onError = 'Fallback' } = spec;
  return { settings: { name: metadata.name ?? '', mergePolicy, onError }, message };
}
