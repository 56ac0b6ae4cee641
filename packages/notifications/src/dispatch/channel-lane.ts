import { delay } from '@armillary/kube';
import type { ChannelType } from '../channels/channel-type.ts';
import { DeliveryError } from '../delivery-error.ts';
import type { AttemptOutcome, StoredDelivery } from '../store/notification-store.ts';
import { Interrupted, runAttempt } from './attempt.ts';
import { backoffMs } from './backoff.ts';
import type { Delivered, DispatcherOptions } from './dispatcher.ts';
import { failedAttempt } from './failed-attempt.ts';
import { Postponed } from './postponed.ts';

/** What a lane works with: everything of the dispatcher, settled for one channel. */
export interface ChannelLaneOptions extends Required<Omit<DispatcherOptions, 'concurrency' | 'tenantShare'>> {
  channel: ChannelType;
  concurrency: number;
  perTenant: number;
}

/** One destination being told. */
interface Place {
  readonly controller: AbortController;
  /** The destination was claimed once more meanwhile: it is told further after this. */
  claimedAgain: boolean;
  done: Promise<void>;
}

/** A destination with a long queue gives its place back now and then, so that others get their turn. */
const deliveriesPerTurn = 10;
/** When to look again for queues that were due and were not got, in milliseconds. */
const outrunMs = 1000;
/** How often the store is asked that does not answer; then the lease of the queue ends, and deliveries are made again. */
const mostTries = 10;

/** All that goes out through one channel: a number of places, each for one destination at a time. */
export class ChannelLane {
  readonly #options: ChannelLaneOptions;
  readonly #places = new Map<string, Place>();
  #filling = false;
  #filled: Promise<void> = Promise.resolve();
  #again = false;
  #draining = false;
  /** Claims that failed since one succeeded. */
  #failures = 0;
  #cancelTimer: () => void = () => {};

  constructor(options: ChannelLaneOptions) {
    this.#options = options;
  }

  /** Destinations being told now. */
  get held(): string[] {
    return [...this.#places.keys()];
  }

  /** Looks for queues that are due. */
  wake(): void {
    this.#again = true;
    if (!this.#filling) this.#filled = this.#fill();
  }

  /** Breaks off what is under way for these destinations. */
  interrupt(destinations: readonly string[], reason: string): void {
    for (const destination of destinations) {
      this.#places.get(destination)?.controller.abort(new Interrupted(reason));
    }
  }

  /** Begins nothing more; resolves when all that is under way has ended and is given back. */
  async drain(): Promise<void> {
    this.#draining = true;
    await this.#filled;
    this.#cancelTimer();
    while (this.#places.size > 0) await Promise.all([...this.#places.values()].map(({ done }) => done));
  }

  async #fill(): Promise<void> {
    this.#filling = true;
    try {
      while (this.#again && !this.#draining) {
        this.#again = false;
        await this.#claim();
        this.#failures = 0;
      }
    } catch (error) {
      this.#failures += 1;
      const { logger, channel, random } = this.#options;
      logger.warn({ err: error, channel }, 'could not look for deliveries; trying again');
      this.#wakeIn(backoffMs(this.#failures, random()));
    } finally {
      this.#filling = false;
    }
  }

  /** Fills free places. When some stay free, the next queue that will be due wakes the lane. */
  async #claim(): Promise<void> {
    const { store, channel, concurrency, perTenant, leaseMs, pollMs, clock } = this.#options;
    const limit = concurrency - this.#places.size;
    if (limit === 0) return;
    const queues = await store.claimDestinations({ channel, limit, perTenant, leaseMs });
    for (const { destination } of queues) this.#begin(destination);
    if (queues.length === limit) return;
    const due = await store.nextDue(channel);
    const wait = (due ?? Infinity) - clock.now();
    // One that is due and was not got waits for a place of its tenant, or another process was faster.
    this.#wakeIn(Math.min(wait > 0 ? wait : outrunMs, pollMs));
  }

  #wakeIn(ms: number): void {
    this.#cancelTimer();
    if (!this.#draining) this.#cancelTimer = this.#options.clock.setTimeout(() => this.wake(), ms);
  }

  #begin(destination: string): void {
    const taken = this.#places.get(destination);
    if (taken) {
      // It is being given back and got more meanwhile, or its lease had ended for want of a renewal.
      taken.claimedAgain = true;
      return;
    }
    const place: Place = { controller: new AbortController(), claimedAgain: false, done: Promise.resolve() };
    this.#places.set(destination, place);
    place.done = this.#tell(destination, place);
  }

  /** Never rejects. */
  async #tell(destination: string, place: Place): Promise<void> {
    const { store, logger, channel } = this.#options;
    const { signal } = place.controller;
    try {
      for (let made = 0; made < deliveriesPerTurn && !this.#draining && !signal.aborted; made++) {
        const delivery = await this.#insist(() => store.nextDelivery(destination), signal);
        if (!delivery) break;
        await this.#deliver(delivery, signal);
      }
      await this.#insist(() => store.release(destination), signal);
    } catch (error) {
      // The lease ends by itself.
      logger.error(
        { err: error, channel, destination },
        'a queue could not be worked on; it is tried again later',
      );
    }
    this.#places.delete(destination);
    if (place.claimedAgain) this.#begin(destination);
    this.wake();
  }

  async #deliver(delivery: StoredDelivery, signal: AbortSignal): Promise<void> {
    const { store, clock, attemptMs, deliver } = this.#options;
    const startedAt = clock.now();
    if (delivery.expiresAt <= startedAt) {
      const reason = 'it expired while it waited for its turn';
      return this.#finish(delivery, { outcome: 'dead', fault: 'expired', reason }, startedAt, signal);
    }
    let delivered: Delivered;
    try {
      const attempt = { clock, deadlineMs: attemptMs, parent: signal };
      delivered = await runAttempt(attempt, (signal) => deliver(delivery, signal));
    } catch (error) {
      // Given back as it was.
      if (error instanceof Interrupted) return;
      if (error instanceof Postponed) return store.postpone(delivery.id, clock.now() + error.waitMs);
      return this.#finish(delivery, this.#failed(delivery, error), startedAt, signal);
    }
    const { history, ...report } = delivered;
    await this.#finish(delivery, { outcome: 'delivered', ...report }, startedAt, signal, history);
  }

  #failed(delivery: StoredDelivery, error: unknown): AttemptOutcome {
    const { clock, random, logger, channel } = this.#options;
    if (!(error instanceof DeliveryError)) {
      logger.error(
        { err: error, channel, delivery: delivery.id },
        'a delivery failed in a way no channel foresees',
      );
    }
    const { attempts, expiresAt } = delivery;
    return failedAttempt({ error, attempts, expiresAt, now: clock.now(), random: random() });
  }

  async #finish(
    delivery: StoredDelivery,
    outcome: AttemptOutcome,
    startedAt: number,
    signal: AbortSignal,
    history?: Delivered['history'],
  ): Promise<void> {
    const { store, clock, onAttempt } = this.#options;
    const durationMs = clock.now() - startedAt;
    await this.#insist(() => store.finishAttempt(delivery.id, outcome, history), signal);
    onAttempt(delivery, outcome, durationMs);
  }

  /**
   * Asks the store until it answers: what was sent and not noted would be sent again, and a queue that is not given back
   * would wait for its lease to end.
   */
  async #insist<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const { clock, logger, channel, random } = this.#options;
    for (let failures = 1; ; failures++) {
      try {
        return await ask();
      } catch (error) {
        if (failures === mostTries || signal.aborted) throw error;
        logger.warn({ err: error, channel }, 'the store does not answer; trying again');
        await delay(clock, backoffMs(failures, random()), signal);
      }
    }
  }
}
