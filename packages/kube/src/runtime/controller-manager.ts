import type { KubeClient } from '../client/kube-client.ts';
import type { SelectorOptions } from '../client/resource-client.ts';
import type { KubeObject } from '../objects/kube-object.ts';
import type { ResourceType } from '../objects/resource-type.ts';
import { delay } from '../time/clock.ts';
import type { Clock } from '../time/clock.ts';
import { Deadline } from '../time/deadline.ts';
import { Controller } from './controller.ts';
import type { ControllerDefinition } from './controller-definition.ts';
import { EventRecorder } from './event-recorder.ts';
import type { Informer } from './informer.ts';
import { InformerSet } from './informer-set.ts';
import { LeaderElector } from './leader-elector.ts';
import type { LeaderElectorOptions } from './leader-elector.ts';
import { silentLogger } from './logger.ts';
import type { Logger } from './logger.ts';
import { RuntimeMetrics } from './metrics.ts';

/** Which lease decides whether the controllers of this process run. */
export type LeaderElectionOptions = Omit<LeaderElectorOptions, 'client' | 'clock' | 'logger'>;

/** Settings of a manager. Times in milliseconds. */
export interface ControllerManagerOptions {
  client: KubeClient;
  logger?: Logger;
  metrics?: RuntimeMetrics;
  /** Without it, the controllers run at once. */
  leaderElection?: LeaderElectionOptions;
  clock?: Clock;
  /** Makes cached objects immutable, so that a test finds who changes one. Off unless told: it takes time. */
  freezeObjects?: boolean;
  /**
   * Keeps `metadata.managedFields` in the caches. Off unless told: they are often more than half of an object, and
   * servers keep them through an update that does not name them.
   */
  keepManagedFields?: boolean;
  /** How long the first lists may take: 120,000. */
  cacheSyncTimeoutMs?: number;
  /** How long a stop waits for reconciles that are under way before their signals abort: 30,000. */
  drainTimeoutMs?: number;
}

/** Whether the process lives and whether it is of use, with the reasons when not. */
export interface Health {
  ok: boolean;
  problems: string[];
}

/** How long a stop waits for reconciles whose signals were aborted. */
const abortGraceMs = 5000;

/**
 * Runs controllers over shared informers.
 *
 * ```ts
 * const manager = new ControllerManager({ client, logger });
 * manager.add({ name: 'greeter', for: coreV1.configMaps, reconcile: async (key, { logger }) => {
 *   logger.info({ key }, 'hello');
 * } });
 * await manager.start(signal); // until the signal aborts
 * ```
 */
export class ControllerManager {
  readonly metrics: RuntimeMetrics;
  readonly #client: KubeClient;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #options: ControllerManagerOptions;
  readonly #informers: InformerSet;
  readonly #controllers = new Map<string, Controller<KubeObject>>();
  readonly #recorders: EventRecorder[] = [];
  readonly #stop = new AbortController();
  #run: Promise<void> | undefined;
  #phase: 'new' | 'starting' | 'standby' | 'running' | 'stopping' | 'failed' = 'new';

  constructor(options: ControllerManagerOptions) {
    this.#options = options;
    this.#client = options.client;
    this.#clock = options.clock ?? options.client.clock;
    this.#logger = options.logger ?? silentLogger;
    this.metrics = options.metrics ?? new RuntimeMetrics();
    this.#informers = new InformerSet({
      client: options.client,
      clock: this.#clock,
      logger: this.#logger,
      metrics: this.metrics,
      freeze: options.freezeObjects ?? false,
      keepManagedFields: options.keepManagedFields ?? false,
    });
  }

  /** The shared informer of a resource, started with the manager, or at once when it runs. */
  informer<T extends KubeObject>(type: ResourceType<T>, select?: SelectorOptions): Informer<T> {
    return this.#informers.get(type, select);
  }

  /** Adds a controller. Throws an Error once the manager was started, or when the name is taken. */
  add<T extends KubeObject>(definition: ControllerDefinition<T>): void {
    const { name } = definition;
    if (this.#phase !== 'new') throw new Error(`add the controller ${name} before the manager is started`);
    if (this.#controllers.has(name)) throw new Error(`there is a controller ${name} already`);
    const environment = {
      client: this.#client,
      clock: this.#clock,
      logger: this.#logger,
      metrics: this.metrics,
    };
    const controller = new Controller(definition, environment);
    controller.watch(this.#informers);
    this.#controllers.set(name, controller as unknown as Controller<KubeObject>);
  }

  /** A recorder of events that reports as `component`; a stop waits for what it has to write. */
  recorder(component: string): EventRecorder {
    const recorder = new EventRecorder({
      client: this.#client,
      component,
      clock: this.#clock,
      logger: this.#logger,
    });
    this.#recorders.push(recorder);
    return recorder;
  }

  /**
   * Runs until the signal aborts or `stop` is called, and resolves after the graceful end: no new work, the
   * work under way finished, the lease given back. Rejects when the caches do not sync in time, and with
   * {@link LeadershipLostError} when the lease is lost: let the process end then. The client stays open.
   */
  start(signal?: AbortSignal): Promise<void> {
    if (this.#run) throw new Error('a manager is started once: make a new one');
    const stop = (): void => this.#stop.abort();
    if (signal?.aborted) stop();
    signal?.addEventListener('abort', stop, { once: true });
    this.#phase = 'starting';
    this.#run = this.#runAll().finally(() => signal?.removeEventListener('abort', stop));
    return this.#run;
  }

  /** Ends gracefully; resolves when everything has stopped. */
  async stop(): Promise<void> {
    this.#stop.abort();
    // What went wrong is for who called start.
    await this.#run?.catch(() => {});
  }

  /** For `/healthz`: not alive only after a failure that ends the manager. */
  liveness(): Health {
    return this.#phase === 'failed'
      ? { ok: false, problems: ['the manager failed'] }
      : { ok: true, problems: [] };
  }

  /** For `/readyz`: every cache has synced, and the manager runs or waits for leadership. */
  readiness(): Health {
    const problems = this.#informers.unsynced().map((kind) => `the cache of ${kind} has not synced`);
    const phase = this.#stop.signal.aborted && this.#phase !== 'failed' ? 'stopping' : this.#phase;
    if (phase !== 'standby' && phase !== 'running') problems.push(`the manager is ${phase}`);
    return { ok: problems.length === 0, problems };
  }

  async #runAll(): Promise<void> {
    const sources = new AbortController();
    const endSources = (): void => sources.abort();
    if (this.#stop.signal.aborted) endSources();
    this.#stop.signal.addEventListener('abort', endSources, { once: true });
    try {
      this.#informers.start(sources.signal);
      await this.#sync();
      if (!this.#stop.signal.aborted) await this.#lead();
      this.#phase = 'stopping';
    } catch (error) {
      this.#phase = 'failed';
      throw error;
    } finally {
      endSources();
      this.#stop.abort();
      await this.#informers.stopped();
      for (const recorder of this.#recorders) recorder.close();
    }
  }

  async #sync(): Promise<void> {
    const { cacheSyncTimeoutMs = 120_000 } = this.#options;
    const deadline = new Deadline(this.#clock, this.#stop.signal);
    deadline.start(cacheSyncTimeoutMs, () => {
      const kinds = this.#informers.unsynced().join(', ');
      return new Error(
        `no complete list within ${cacheSyncTimeoutMs} ms of ${kinds}: are they served, and allowed?`,
      );
    });
    try {
      await this.#informers.waitForSync(deadline.signal);
    } catch (error) {
      if (!this.#stop.signal.aborted) throw error;
    } finally {
      deadline.end();
    }
  }

  async #lead(): Promise<void> {
    const { leaderElection } = this.#options;
    if (!leaderElection) return this.#runControllers(new AbortController().signal);
    this.#phase = 'standby';
    const elector = new LeaderElector({
      ...leaderElection,
      client: this.#client,
      clock: this.#clock,
      logger: this.#logger,
    });
    this.metrics.setLeader(leaderElection.name, false);
    await elector.run(this.#stop.signal, async (lost) => {
      this.metrics.setLeader(leaderElection.name, true);
      await this.#runControllers(lost).finally(() => this.metrics.setLeader(leaderElection.name, false));
    });
  }

  /** Runs the workers until the stop, then drains them. A lost lease interrupts them. */
  async #runControllers(lost: AbortSignal): Promise<void> {
    this.#phase = 'running';
    const stop = this.#stop.signal;
    const interrupt = new AbortController();
    const onLost = (): void => {
      interrupt.abort(lost.reason);
      this.#stop.abort();
    };
    lost.addEventListener('abort', onLost, { once: true });
    const working = Promise.all(
      [...this.#controllers.values()].map((controller) => controller.run(stop, interrupt.signal)),
    );
    const over = new AbortController();
    void working.finally(() => over.abort());
    await aborted(stop);
    this.#phase = 'stopping';
    if (!interrupt.signal.aborted)
      await delay(this.#clock, this.#options.drainTimeoutMs ?? 30_000, over.signal);
    if (!over.signal.aborted) {
      interrupt.abort(new Error('the manager stops'));
      await delay(this.#clock, abortGraceMs, over.signal);
    }
    if (!over.signal.aborted)
      this.#logger.error({}, 'a reconcile does not end; the manager stops without it');
    await this.#flushEvents();
  }

  async #flushEvents(): Promise<void> {
    const flushed = new AbortController();
    const flushing = Promise.all(this.#recorders.map((recorder) => recorder.flush()));
    void flushing.finally(() => flushed.abort());
    await delay(this.#clock, abortGraceMs, flushed.signal);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
