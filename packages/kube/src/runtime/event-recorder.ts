import type { KubeClient } from '../client/kube-client.ts';
import { hasCode, isNotFound } from '../client/kube-error.ts';
import { coreV1 } from '../objects/core-v1.ts';
import type { Event } from '../objects/core-v1.ts';
import type { KubeObject } from '../objects/kube-object.ts';
import { Backoff } from '../time/backoff.ts';
import { delay, systemClock } from '../time/clock.ts';
import type { Clock } from '../time/clock.ts';
import { EventCorrelator } from './event-correlator.ts';
import { silentLogger } from './logger.ts';
import type { Logger } from './logger.ts';

/** Settings of a recorder. */
export interface EventRecorderOptions {
  client: KubeClient;
  /** Who reports; kubectl shows it in the From column. */
  component: string;
  /** On which host, when that matters. */
  host?: string;
  clock?: Clock;
  logger?: Logger;
}

const maxPending = 1000;
const maxTries = 5;

/**
 * Records events about objects, in the core `v1` form, which every kubectl shows with count and age.
 * Repetitions raise the count of one event; many alike become one; an object that makes too many is
 * quietened (25 at once, then one in five minutes). Recording never fails and never waits: what cannot be
 * written in the end is logged and dropped, and so is what comes while 1,000 wait.
 */
export class EventRecorder {
  readonly #client: KubeClient;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #correlator: EventCorrelator;
  readonly #pending: Event[] = [];
  readonly #stop = new AbortController();
  #writing: Promise<void> | undefined;

  constructor(options: EventRecorderOptions) {
    this.#client = options.client;
    this.#clock = options.clock ?? systemClock;
    this.#logger = options.logger ?? silentLogger;
    const source =
      options.host === undefined
        ? { component: options.component }
        : { component: options.component, host: options.host };
    this.#correlator = new EventCorrelator({ source, clock: this.#clock });
  }

  /** Records that something happened to the object. `reason` is one CamelCase word, `message` a sentence. */
  event(object: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string): void {
    if (this.#stop.signal.aborted) return;
    if (this.#pending.length >= maxPending) {
      this.#logger.warn({ reason }, 'an event was dropped: too many wait to be written');
      return;
    }
    const event = this.#correlator.correlate(object, type, reason, message);
    if (!event) return;
    this.#pending.push(event);
    this.#writing ??= this.#writeAll();
  }

  /** Resolves when everything recorded so far is written or given up. */
  async flush(): Promise<void> {
    await this.#writing;
  }

  /** Gives up what waits; later events are ignored. */
  close(): void {
    this.#stop.abort();
    this.#pending.length = 0;
  }

  async #writeAll(): Promise<void> {
    for (let event = this.#pending.shift(); event; event = this.#pending.shift()) await this.#write(event);
    this.#writing = undefined;
  }

  async #write(event: Event): Promise<void> {
    const { signal } = this.#stop;
    const backoff = new Backoff({ baseMs: 500, capMs: 30_000, resetAfterMs: Infinity, clock: this.#clock });
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      try {
        return await this.#writeOnce(event, signal);
      } catch (error) {
        if (signal.aborted) return;
        // A namespace that ends, or rights that are missing: another try would not help.
        const final = hasCode(error, 'NotFound', 'Forbidden', 'Invalid', 'BadRequest', 'AlreadyExists');
        if (final || attempt >= maxTries) {
          this.#logger.warn({ err: error, reason: event.reason }, 'an event could not be written');
          return;
        }
      }
      await delay(this.#clock, backoff.next(), signal);
    }
  }

  async #writeOnce(event: Event, signal: AbortSignal): Promise<void> {
    const events = this.#client.resource(coreV1.events);
    const { name = '', namespace } = event.metadata;
    const { count = 1, lastTimestamp, message } = event;
    if (count > 1) {
      try {
        const body = { count, lastTimestamp, message };
        await events.patch(name, { type: 'merge', body, namespace, signal });
        return;
      } catch (error) {
        // The server forgets events after an hour or so: begin it anew.
        if (!isNotFound(error)) throw error;
      }
    }
    await events.create(event, { signal });
  }
}
