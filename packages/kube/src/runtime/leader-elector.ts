import { isAlreadyExists, isConflict, isNotFound } from '../client/kube-error.ts';
import type { KubeClient } from '../client/kube-client.ts';
import { coordinationV1 } from '../objects/coordination-v1.ts';
import type { Lease } from '../objects/coordination-v1.ts';
import { microTime } from '../objects/micro-time.ts';
import { delay, systemClock } from '../time/clock.ts';
import type { Clock } from '../time/clock.ts';
import { Deadline } from '../time/deadline.ts';
import { silentLogger } from './logger.ts';
import type { Logger } from './logger.ts';

/** Another process may lead now: stop at once. The usual answer is to exit and let the supervisor start anew. */
export class LeadershipLostError extends Error {
  constructor(lease: string, options?: ErrorOptions) {
    super(`the lease ${lease} could not be renewed in time, another process may lead now`, options);
    this.name = 'LeadershipLostError';
  }
}

/** Settings of an elector. Times in milliseconds; the defaults are controller-runtime's. */
export interface LeaderElectorOptions {
  client: KubeClient;
  /** Where the lease is, and its name. */
  namespace: string;
  name: string;
  /** Unique for each process, such as the pod's name with a random part. */
  identity: string;
  /** How long others wait for a silent leader: 15,000. */
  leaseDurationMs?: number;
  /** How long a leader tries to renew before it gives up: 10,000. */
  renewDeadlineMs?: number;
  /** Between two tries, with a jitter of up to 1.2 times more: 2,000. */
  retryPeriodMs?: number;
  clock?: Clock;
  logger?: Logger;
}

const jitter = 1.2;

/**
 * Chooses one leader among processes by a Lease. Clocks of different machines are never compared: a leader
 * counts as gone when its lease did not change for the lease duration of this process' own clock.
 */
export class LeaderElector {
  readonly #options: Required<LeaderElectorOptions>;
  readonly #leases;
  /** The renewal that was seen last, and when. */
  #observed: { holder: string; renewal: string; at: number } | undefined;

  constructor(options: LeaderElectorOptions) {
    this.#options = {
      leaseDurationMs: 15_000,
      renewDeadlineMs: 10_000,
      retryPeriodMs: 2000,
      clock: systemClock,
      logger: silentLogger,
      ...options,
    };
    this.#leases = options.client.resource(coordinationV1.leases);
  }

  /**
   * Waits for leadership, then runs `lead` and keeps the lease until it resolves, then gives the lease back.
   * When the lease cannot be kept, `lost` aborts, and the run rejects with {@link LeadershipLostError} after
   * `lead` ended. When `stop` aborts before leadership, it resolves without having led.
   */
  async run(stop: AbortSignal, lead: (lost: AbortSignal) => Promise<void>): Promise<void> {
    const { logger, name } = this.#options;
    const heldSince = await this.#acquire(stop);
    if (heldSince === undefined) return;
    logger.info({ lease: name }, 'this process leads');
    const lost = new AbortController();
    const finished = new AbortController();
    const renewal = this.#renewUntil(finished.signal, heldSince, lost);
    try {
      await lead(lost.signal);
    } finally {
      finished.abort();
      await renewal;
      if (!lost.signal.aborted) await this.#release();
    }
    lost.signal.throwIfAborted();
  }

  /** Answers since when the lease surely is held: others may have seen it as early as the try began. */
  async #acquire(stop: AbortSignal): Promise<number | undefined> {
    const { clock, retryPeriodMs, renewDeadlineMs, logger } = this.#options;
    while (!stop.aborted) {
      const triedAt = clock.now();
      try {
        if (await this.#tryWithin(renewDeadlineMs, stop)) return triedAt;
      } catch (error) {
        if (!stop.aborted) logger.warn({ err: error }, 'the lease could not be taken; it is tried again');
      }
      await delay(clock, retryPeriodMs * (1 + Math.random() * jitter), stop);
    }
    return undefined;
  }

  async #renewUntil(finished: AbortSignal, heldSince: number, lost: AbortController): Promise<void> {
    const { clock, retryPeriodMs, renewDeadlineMs, logger, name } = this.#options;
    let renewedAt = heldSince;
    let failure: unknown;
    while (!finished.aborted) {
      await delay(clock, retryPeriodMs, finished);
      if (finished.aborted) return;
      const triedAt = clock.now();
      const remaining = renewedAt + renewDeadlineMs - triedAt;
      if (remaining <= 0) break;
      try {
        if (!(await this.#tryWithin(remaining, finished))) break;
        renewedAt = triedAt;
      } catch (error) {
        failure = error;
        if (!finished.aborted)
          logger.warn({ err: error }, 'the lease could not be renewed; it is tried again');
      }
    }
    if (!finished.aborted) lost.abort(new LeadershipLostError(name, { cause: failure }));
  }

  /** One try to take or renew the lease, with the same time for all of its requests together. */
  async #tryWithin(timeoutMs: number, signal: AbortSignal): Promise<boolean> {
    const { clock, name } = this.#options;
    const deadline = new Deadline(clock, signal);
    deadline.start(timeoutMs, () => new Error(`the lease ${name} was not written within ${timeoutMs} ms`));
    try {
      return await this.#tryHold(deadline.signal);
    } finally {
      deadline.end();
    }
  }

  /** False when somebody else holds the lease. */
  async #tryHold(signal: AbortSignal): Promise<boolean> {
    const { namespace, name } = this.#options;
    try {
      const lease = await this.#leases.get(name, { namespace, signal });
      if (!this.#isFree(lease)) return false;
      await this.#leases.update({ ...lease, spec: this.#hold(lease) }, { signal });
      return true;
    } catch (error) {
      if (isConflict(error)) return this.#isOurs(signal);
      if (!isNotFound(error)) throw error;
    }
    try {
      const metadata = { namespace, name };
      const lease: Lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata };
      await this.#leases.create({ ...lease, spec: this.#hold(lease) }, { signal });
      return true;
    } catch (error) {
      if (isAlreadyExists(error)) return false;
      throw error;
    }
  }

  /** After a conflict: somebody else wrote. Only when they did not take the lease may the holder try again. */
  async #isOurs(signal: AbortSignal): Promise<boolean> {
    const { namespace, name, identity } = this.#options;
    const lease = await this.#leases.get(name, { namespace, signal });
    if (lease.spec?.holderIdentity !== identity) return false;
    await this.#leases.update({ ...lease, spec: this.#hold(lease) }, { signal });
    return true;
  }

  #isFree(lease: Lease): boolean {
    const { identity, clock } = this.#options;
    // The holder's own duration: it may be configured with another one than this process.
    const { leaseDurationSeconds = this.#options.leaseDurationMs / 1000 } = lease.spec ?? {};
    const holder = lease.spec?.holderIdentity ?? '';
    const renewal = lease.spec?.renewTime ?? '';
    if (this.#observed?.holder !== holder || this.#observed.renewal !== renewal) {
      this.#observed = { holder, renewal, at: clock.now() };
    }
    return (
      holder === '' || holder === identity || clock.now() > this.#observed.at + leaseDurationSeconds * 1000
    );
  }

  #hold(lease: Lease): NonNullable<Lease['spec']> {
    const { identity, clock, leaseDurationMs } = this.#options;
    const now = microTime(clock.now());
    const { holderIdentity, acquireTime = now, leaseTransitions = 0 } = lease.spec ?? {};
    const held = holderIdentity === identity;
    return {
      holderIdentity: identity,
      leaseDurationSeconds: Math.round(leaseDurationMs / 1000),
      acquireTime: held ? acquireTime : now,
      renewTime: now,
      leaseTransitions: held || lease.spec === undefined ? leaseTransitions : leaseTransitions + 1,
    };
  }

  /** Gives the lease back, so that the next leader need not wait. */
  async #release(): Promise<void> {
    const { namespace, name, identity, clock, renewDeadlineMs: timeoutMs, logger } = this.#options;
    try {
      const lease = await this.#leases.get(name, { namespace, timeoutMs });
      if (lease.spec?.holderIdentity !== identity) return;
      const now = microTime(clock.now());
      const spec = { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime: now };
      await this.#leases.update({ ...lease, spec }, { timeoutMs });
    } catch (error) {
      logger.warn({ err: error, lease: name }, 'the lease could not be given back; it runs out by itself');
    }
  }
}
