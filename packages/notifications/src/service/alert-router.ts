import { delay, type Clock, type Logger } from '@armillary/kube';
import { NotificationError } from '../errors.ts';
import { sourceQuestion } from '../routing/alert-class.ts';
import { decide } from '../routing/decide.ts';
import type { AlertDecision } from '../routing/decision.ts';
import { groupDeliveries } from '../routing/group-deliveries.ts';
import type { RoutingWorld } from '../routing/routing-world.ts';
import type { SourceAnswer, SourceQuestion } from '../sources/source-answer.ts';
import type { NotificationStore, RoutedAlert, StoredAlert } from '../store/notification-store.ts';

/** Options of an `AlertRouter`. */
export interface AlertRouterOptions {
  store: Pick<NotificationStore, 'claimAlerts' | 'commitRouting' | 'returnAlerts' | 'onAlerts'>;
  /** Who can be told, as the cluster's objects say now. */
  world(): RoutingWorld;
  /** What all sources say. Never rejects. */
  ask(question: SourceQuestion, signal: AbortSignal): Promise<SourceAnswer[]>;
  /** Milliseconds after which a delivery is given up. */
  expireAfterMs: number;
  /** Told of each decision once it is durable. */
  onRouted(decision: AlertDecision): void;
  /** How many alerts are routed together, and how long the first of them waits for others. */
  batch(): { maxSize: number; maxWaitMs: number };
  clock: Clock;
  logger: Logger;
}

interface Decided {
  stored: StoredAlert;
  decision: AlertDecision;
  routed: RoutedAlert;
}

/** Batches that are routed at the same time, so that one slow source does not hold up alerts that do not ask it. */
const concurrency = 8;
/** How long a batch may take before another process may take its alerts. */
const leaseMs = 60_000;
/** Alerts of other processes that died, and those that were put off, are looked for this often. */
const lookAgainMs = 5000;
/** How long an alert waits whose tenants could not be found, or whose routing failed. */
const againMs = 30_000;
/** A batch that could not be written is tried again after this long. */
const returnMs = 2000;

/**
 * Takes accepted alerts out of the store in batches, decides who is told, and queues the deliveries: the decision and
 * its deliveries become durable in one step, so that a crash in between repeats the decision and loses nothing.
 */
export class AlertRouter {
  readonly #options: AlertRouterOptions;
  readonly #stopping = new AbortController();
  readonly #routing = new Set<Promise<void>>();
  #cancelTimer: () => void = () => {};
  #unsubscribe: () => void = () => {};
  #dueAt = Number.POSITIVE_INFINITY;
  #claiming: Promise<void> | undefined;
  #claimAgain = false;
  #waiting = 0;

  constructor(options: AlertRouterOptions) {
    this.#options = options;
  }

  /** Starts with what an earlier process left. */
  start(): void {
    this.#unsubscribe = this.#options.store.onAlerts(() => this.arrived(0));
    this.#flushAt(this.#options.clock.now());
  }

  /** Resolves when the batches under way are decided and durable. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#unsubscribe();
    this.#cancelTimer();
    await this.#claiming;
    await Promise.all(this.#routing);
  }

  /** Tells that so many alerts were accepted: a full batch waits no longer. */
  arrived(count: number): void {
    this.#waiting += count;
    const { maxSize, maxWaitMs } = this.#options.batch();
    this.#flushAt(this.#options.clock.now() + (this.#waiting >= maxSize ? 0 : maxWaitMs));
  }

  #flushAt(at: number): void {
    if (this.#stopping.signal.aborted || at >= this.#dueAt) return;
    this.#cancelTimer();
    this.#dueAt = at;
    this.#cancelTimer = this.#options.clock.setTimeout(
      () => this.#flush(),
      Math.max(0, at - this.#options.clock.now()),
    );
  }

  #flush(): void {
    this.#dueAt = Number.POSITIVE_INFINITY;
    this.#waiting = 0;
    if (this.#claiming) {
      this.#claimAgain = true;
      return;
    }
    this.#claiming = this.#claimAll().finally(() => {
      this.#claiming = undefined;
      if (this.#claimAgain) this.#flush();
    });
  }

  async #claimAll(): Promise<void> {
    const { store, clock, logger } = this.#options;
    this.#claimAgain = false;
    try {
      while (!this.#stopping.signal.aborted) {
        while (this.#routing.size >= concurrency) await Promise.race(this.#routing);
        const { maxSize } = this.#options.batch();
        const batch = await store.claimAlerts({ limit: maxSize, leaseMs });
        if (batch.length > 0) this.#begin(batch);
        if (batch.length < maxSize) break;
      }
    } catch (error) {
      logger.error({ err: error }, 'alerts that wait cannot be read');
    }
    this.#flushAt(clock.now() + lookAgainMs);
  }

  #begin(batch: readonly StoredAlert[]): void {
    const work = this.#route(batch).finally(() => this.#routing.delete(work));
    this.#routing.add(work);
  }

  async #route(batch: readonly StoredAlert[]): Promise<void> {
    const { store, clock, logger } = this.#options;
    try {
      const world = this.#options.world();
      const decided = await Promise.all(batch.map((stored) => this.#decide(stored, world)));
      const deliveries = groupDeliveries(
        decided.map(({ stored: { id, alert }, decision }) => ({ id, alert, targets: decision.targets })),
        { groupLabels: world.groupLabels, expiresAt: clock.now() + this.#options.expireAfterMs },
      );
      await store.commitRouting(
        decided.map(({ routed }) => routed),
        deliveries,
      );
      for (const { decision } of decided) this.#options.onRouted(decision);
    } catch (error) {
      if (!this.#stopping.signal.aborted) {
        logger.error(
          { err: error, alerts: batch.length },
          'alerts could not be routed; they are tried again',
        );
        // One that no database takes must not hold up those beside it for ever.
        if (batch.length > 1 && !isBusy(error)) {
          for (const stored of batch) await this.#route([stored]);
          return;
        }
      }
      await this.#giveBack(batch.map((stored) => stored.id));
    }
  }

  /** Tries until the store takes them: it may be back long before their lease ends. */
  async #giveBack(ids: readonly string[]): Promise<void> {
    const { store, clock, logger } = this.#options;
    const leaseEnd = clock.now() + leaseMs;
    for (;;) {
      try {
        return await store.returnAlerts(ids, clock.now() + returnMs);
      } catch (error) {
        logger.error({ err: error, alerts: ids.length }, 'alerts could not be given back');
      }
      if (this.#stopping.signal.aborted || clock.now() >= leaseEnd) return;
      await delay(clock, returnMs, this.#stopping.signal);
    }
  }

  /** Decides about one alert; what goes wrong with it is no reason not to tell the others. */
  async #decide(stored: StoredAlert, world: RoutingWorld): Promise<Decided> {
    const { clock, logger, expireAfterMs } = this.#options;
    const { id, alert, part, receivedAt } = stored;
    const question = sourceQuestion(alert, world);
    const answers = question ? await this.#options.ask(question, this.#stopping.signal) : [];
    // Answers that were cut short by a stop say nothing about who is to be told.
    this.#stopping.signal.throwIfAborted();
    const now = clock.now();
    const later = { notBefore: now + againMs };
    const mayWait = now - receivedAt < expireAfterMs;
    try {
      const decision = decide(alert, world, answers, now, part);
      const again = decision.tenantsHeld && mayWait ? { part: 'tenants' as const, ...later } : undefined;
      return { stored, decision, routed: { id, steps: decision.steps, ...(again && { again }) } };
    } catch (error) {
      logger.error({ err: error, fingerprint: alert.fingerprint }, 'nothing could be decided about an alert');
      const decision: AlertDecision = {
        targets: [],
        steps: [{ step: 'failed', reason: (error as Error).message }],
        tenantsHeld: false,
      };
      const again = mayWait ? { part, ...later } : undefined;
      return { stored, decision, routed: { id, steps: decision.steps, ...(again && { again }) } };
    }
  }
}

/** Whether an error passes by itself, whatever the alerts are. */
const isBusy = (error: unknown): boolean => error instanceof NotificationError && error.code === 'Busy';
