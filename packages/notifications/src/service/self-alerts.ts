import type { Clock } from '@armillary/kube';
import type { Alert } from '../alerts/alert.ts';
import { fingerprintOf } from '../alerts/fingerprint.ts';

/** Options of `SelfAlerts`. */
export interface SelfAlertsOptions {
  clock: Clock;
  /** Takes an alert as if it had been posted. */
  accept(alerts: readonly Alert[]): Promise<unknown>;
  onError(error: unknown): void;
}

const stillFiring = '0001-01-01T00:00:00Z';

/**
 * Alerts about the notification manager itself: that a source of receivers is away, which is how people lose alerts
 * without anybody noticing. They name no namespace, so that global receivers are told.
 */
export class SelfAlerts {
  readonly #options: SelfAlertsOptions;
  readonly #down = new Map<string, Alert>();

  constructor(options: SelfAlertsOptions) {
    this.#options = options;
  }

  /** A source fails so often that it is left alone for a while. `reason` holds no secret. */
  sourceDown(source: string, reason: string): void {
    if (this.#down.has(source)) return;
    const labels = { alertname: 'ReceiverSourceDown', severity: 'warning', receiver_source: source };
    const alert: Alert = {
      status: 'firing',
      labels,
      annotations: {
        summary: `The source ${source} does not say who is to be told`,
        message: `The source ${source} of receivers cannot be asked: ${reason}. Its last answers are used as long as they may be.`,
      },
      startsAt: new Date(this.#options.clock.now()).toISOString(),
      endsAt: stillFiring,
      generatorURL: '',
      fingerprint: fingerprintOf(labels),
    };
    this.#down.set(source, alert);
    this.#accept(alert);
  }

  /** The source answers again. */
  sourceUp(source: string): void {
    const alert = this.#down.get(source);
    if (!alert) return;
    this.#down.delete(source);
    this.#accept({ ...alert, status: 'resolved', endsAt: new Date(this.#options.clock.now()).toISOString() });
  }

  #accept(alert: Alert): void {
    this.#options.accept([alert]).catch((error: unknown) => this.#options.onError(error));
  }
}
