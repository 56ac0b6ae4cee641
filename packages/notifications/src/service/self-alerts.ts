import type { Clock } from '@armillary/kube';
import { noTime, type Alert } from '../alerts/alert.ts';
import { fingerprintOf } from '../alerts/fingerprint.ts';

/** Options of `SelfAlerts`. */
export interface SelfAlertsOptions {
  clock: Clock;
  /** The newest alert with a fingerprint that was taken, by this process or another one. */
  newest(fingerprint: string): Promise<Alert | undefined>;
  /** Takes an alert as if it had been posted. */
  accept(alerts: readonly Alert[]): Promise<unknown>;
  onError(error: unknown): void;
}

/**
 * Alerts about the notification manager itself: that a source of receivers is away, which is how people lose alerts
 * without anybody noticing. They name no namespace, so that global receivers are told. What was told is asked of the
 * store, so that an alert ends also when the process that began it is gone.
 */
export class SelfAlerts {
  readonly #options: SelfAlertsOptions;
  #work: Promise<void> = Promise.resolve();

  constructor(options: SelfAlertsOptions) {
    this.#options = options;
  }

  /** A source fails so often that it is left alone for a while. `reason` holds no secret. */
  sourceDown(source: string, reason: string): void {
    const labels = labelsOf(source);
    const at = this.#now();
    this.#then(async () => ({
      status: 'firing',
      labels,
      annotations: {
        summary: `The source ${source} does not say who is to be told`,
        message: `The source ${source} of receivers cannot be asked: ${reason}. Its last answers are used as long as they may be.`,
      },
      // It goes on when it was told already.
      startsAt: (await this.#firing(source))?.startsAt ?? at,
      endsAt: noTime,
      generatorURL: '',
      fingerprint: fingerprintOf(labels),
    }));
  }

  /** The source answers again, or for the first time in this process. */
  sourceUp(source: string): void {
    const endsAt = this.#now();
    this.#then(async () => {
      const firing = await this.#firing(source);
      return firing && { ...firing, status: 'resolved', endsAt };
    });
  }

  /** Resolves when everything is taken that was to be told. Never rejects. */
  async settled(): Promise<void> {
    await this.#work;
  }

  #now(): string {
    return new Date(this.#options.clock.now()).toISOString();
  }

  async #firing(source: string): Promise<Alert | undefined> {
    const newest = await this.#options.newest(fingerprintOf(labelsOf(source)));
    return newest?.status === 'firing' ? newest : undefined;
  }

  /** One after the other: an end must not be taken before its beginning. */
  #then(make: () => Promise<Alert | undefined>): void {
    this.#work = this.#work.then(() => this.#take(make));
  }

  async #take(make: () => Promise<Alert | undefined>): Promise<void> {
    try {
      const alert = await make();
      if (alert) await this.#options.accept([alert]);
    } catch (error) {
      this.#options.onError(error);
    }
  }
}

const labelsOf = (source: string): Alert['labels'] => ({
  alertname: 'ReceiverSourceDown',
  severity: 'warning',
  receiver_source: source,
});
