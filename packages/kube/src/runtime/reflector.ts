import { hasCode, isExpired, isTooLargeResourceVersion } from '../client/kube-error.ts';
import type { ResourceClient, SelectorOptions } from '../client/resource-client.ts';
import type { WatchEvent } from '../client/watch-event.ts';
import type { KubeObject } from '../objects/kube-object.ts';
import { Backoff } from '../time/backoff.ts';
import { delay } from '../time/clock.ts';
import type { Clock } from '../time/clock.ts';
import { Deadline } from '../time/deadline.ts';
import { InitialEvents, refusesWatchList, WatchListIgnored } from './initial-events.ts';
import type { Logger } from './logger.ts';

/** A change that a watch reports. */
export type ChangeEvent<T extends KubeObject> = WatchEvent<T> & { type: 'ADDED' | 'MODIFIED' | 'DELETED' };

/** Where a reflector puts what it sees. */
export interface ReflectorSink<T extends KubeObject> {
  /** This is everything there is. */
  replace(objects: T[]): void;
  apply(event: ChangeEvent<T>): void;
}

/** Whether the server can begin a watch with the present objects; the reflectors of one server share it. */
export interface WatchListSupport {
  supported: boolean;
}

/** Settings of a reflector. */
export interface ReflectorOptions<T extends KubeObject> {
  resource: ResourceClient<T>;
  select: SelectorOptions;
  sink: ReflectorSink<T>;
  watchList: WatchListSupport;
  clock: Clock;
  logger: Logger;
  /** Hand on `metadata.managedFields` too, which are often more than half of an object. */
  keepManagedFields: boolean;
}

const pageSize = 500;
/** Servers send a bookmark about once a minute; after that and a half, silence may mean a dead connection. */
const idleTimeoutMs = 90_000;
/** A server that knows `sendInitialEvents` sends them at once; one that ignores it may send nothing at all. */
const initialEventsIdleMs = 10_000;
/** A watch that ends sooner did not serve; the next one waits. */
const shortWatchMs = 1000;

/**
 * Mirrors a resource: reads it, follows it, and does so for as long as it runs, whatever the server and the
 * network do. The back-off goes from 0.8 s to 30 s and starts anew after two quiet minutes (the numbers of
 * client-go's reflector).
 */
export class Reflector<T extends KubeObject> {
  readonly #options: ReflectorOptions<T>;
  /** Where the next watch starts; undefined when everything must be read anew. */
  #version: string | undefined;
  #awaitsInitialEvents = false;

  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
  }

  /** Resolves when the signal aborts; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const backoff = new Backoff({ baseMs: 800, capMs: 30_000, resetAfterMs: 120_000, clock });
    while (!signal.aborted) {
      const startedAt = clock.now();
      try {
        await this.#followOnce(signal);
        if (clock.now() - startedAt >= shortWatchMs) continue;
      } catch (error) {
        if (signal.aborted) return;
        if (this.#awaitsInitialEvents && refusesWatchList(error)) {
          this.#options.watchList.supported = false;
          continue;
        }
        this.#noteFailure(error);
        // The silence was wait enough.
        if (hasCode(error, 'StreamIdle')) continue;
      }
      await delay(clock, backoff.next(), signal);
    }
  }

  /** One watch, with everything there is before it when that is due. Resolves when the server ends it. */
  async #followOnce(signal: AbortSignal): Promise<void> {
    const { resource, select, sink, watchList, clock } = this.#options;
    let initial: InitialEvents<T> | undefined;
    if (this.#version === undefined) {
      if (watchList.supported) initial = new InitialEvents();
      else await this.#list(signal);
    }
    this.#awaitsInitialEvents = initial !== undefined;
    const deadline = new Deadline(clock, signal);
    const events = resource.watch({
      ...select,
      ...(initial
        ? { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' as const }
        : { resourceVersion: this.#version ?? '' }),
      // Five to ten minutes, so that the watches of a cluster do not all come back at once.
      timeoutSeconds: Math.round(300 * (1 + Math.random())),
      idleTimeoutMs,
      signal: deadline.signal,
    });
    try {
      if (initial) deadline.start(initialEventsIdleMs, () => new WatchListIgnored());
      for await (const event of events) {
        if (event.type !== 'BOOKMARK') this.#trim(event.object);
        if (initial) {
          deadline.start(initialEventsIdleMs, () => new WatchListIgnored());
          const objects = initial.take(event);
          if (!objects) continue;
          sink.replace(objects);
          initial = undefined;
          this.#awaitsInitialEvents = false;
          deadline.stop();
        } else if (event.type !== 'BOOKMARK') sink.apply(event);
        this.#version = event.object.metadata.resourceVersion;
      }
    } finally {
      deadline.end();
    }
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { resource, select, sink } = this.#options;
    const objects: T[] = [];
    let page = await resource.list({ ...select, limit: pageSize, signal });
    for (;;) {
      for (const item of page.items) {
        this.#trim(item);
        objects.push(item);
      }
      const token = page.metadata.continue;
      if (!token) break;
      try {
        page = await resource.list({ ...select, limit: pageSize, continue: token, signal });
      } catch (error) {
        if (!isExpired(error)) throw error;
        // The state behind the token is gone. Pages may never get to the end; one answer does.
        objects.length = 0;
        page = await resource.list({ ...select, signal });
      }
    }
    signal.throwIfAborted();
    sink.replace(objects);
    this.#version = page.metadata.resourceVersion;
  }

  #trim(object: T): void {
    if (this.#options.keepManagedFields) return;
    // A copy, because V8 keeps an object that lost a field in a larger form.
    const { managedFields: _, ...metadata } = object.metadata;
    object.metadata = metadata;
  }

  #noteFailure(error: unknown): void {
    const { resource, logger } = this.#options;
    if (isExpired(error) || isTooLargeResourceVersion(error)) this.#version = undefined;
    logger.warn({ err: error, kind: resource.type.kind }, 'the watch was interrupted; it starts again');
  }
}
