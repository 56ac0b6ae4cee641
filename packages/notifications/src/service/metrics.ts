import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { SourceStatus } from '../sources/source-status.ts';
import type { AttemptOutcome, Backlog, StoredDelivery } from '../store/notification-store.ts';

/** What metrics are read from when they are asked for. */
export interface MetricsState {
  backlog(): Promise<Backlog>;
  sources(): readonly SourceStatus[];
}

/** Seconds within which people expect to be told, and those within which a channel answers. */
const buckets = [0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800];

/** The metrics of the notification manager, all named `armillary_notifications_…`. */
export class Metrics {
  readonly registry = new Registry();
  readonly #accepted: Counter<'result'>;
  readonly #decided: Counter<'result'>;
  readonly #attempts: Counter<'channel' | 'outcome' | 'fault'>;
  readonly #attemptSeconds: Histogram<'channel'>;
  readonly #toldSeconds: Histogram<'channel'>;

  constructor(state: MetricsState) {
    const registers = [this.registry];
    const name = (text: string): string => `armillary_notifications_${text}`;
    this.#accepted = new Counter({
      name: name('alerts_total'),
      help: 'Alerts that came in: accepted, repeated (known already), refused (backlog or disk full), or left out by the sender (max_alerts of Alertmanager).',
      labelNames: ['result'],
      registers,
    });
    this.#decided = new Counter({
      name: name('alerts_routed_total'),
      help: 'Alerts that were routed: told, nobody (no receiver), or held (a source that fails closed is away).',
      labelNames: ['result'],
      registers,
    });
    this.#attempts = new Counter({
      name: name('attempts_total'),
      help: 'Attempts to deliver, by channel and outcome; fault says why one failed.',
      labelNames: ['channel', 'outcome', 'fault'],
      registers,
    });
    this.#attemptSeconds = new Histogram({
      name: name('attempt_seconds'),
      help: 'How long an attempt took.',
      labelNames: ['channel'],
      buckets,
      registers,
    });
    this.#toldSeconds = new Histogram({
      name: name('told_seconds'),
      help: 'From the acceptance of an alert to its delivery.',
      labelNames: ['channel'],
      buckets,
      registers,
    });
    registerBacklog(registers, state, name);
    registerSources(registers, state, name);
  }

  accepted(counts: { accepted: number; repeated: number }): void {
    this.#accepted.inc({ result: 'accepted' }, counts.accepted);
    this.#accepted.inc({ result: 'repeated' }, counts.repeated);
  }

  refused(alerts: number): void {
    this.#accepted.inc({ result: 'refused' }, alerts);
  }

  leftOut(alerts: number): void {
    this.#accepted.inc({ result: 'left_out' }, alerts);
  }

  routed(result: 'told' | 'nobody' | 'held'): void {
    this.#decided.inc({ result });
  }

  /** One attempt at a delivery that took `durationMs` and ended `now`, in milliseconds since 1970. */
  attempted(delivery: StoredDelivery, outcome: AttemptOutcome, durationMs: number, now: number): void {
    const { channel, kind, alerts } = delivery;
    const fault = outcome.outcome === 'delivered' ? '' : outcome.fault;
    this.#attempts.inc({ channel, outcome: outcome.outcome, fault });
    this.#attemptSeconds.observe({ channel }, durationMs / 1000);
    if (outcome.outcome !== 'delivered' || kind === 'history') return;
    for (const { receivedAt } of alerts) this.#toldSeconds.observe({ channel }, (now - receivedAt) / 1000);
  }
}

function registerBacklog(registers: Registry[], state: MetricsState, name: (text: string) => string): void {
  const alerts = new Gauge({
    name: name('waiting_alerts'),
    help: 'Accepted alerts that are not routed yet.',
    registers,
    async collect() {
      const backlog = await state.backlog();
      alerts.set(backlog.alerts);
      oldest.set(backlog.oldestAlertAt === undefined ? 0 : (Date.now() - backlog.oldestAlertAt) / 1000);
      dead.set(backlog.deadLetters);
      deliveries.reset();
      for (const [channel, count] of Object.entries(backlog.deliveries)) deliveries.set({ channel }, count);
    },
  });
  const oldest = new Gauge({
    name: name('waiting_alert_seconds'),
    help: 'How long the oldest alert that is not routed has waited.',
    registers,
  });
  const deliveries = new Gauge({
    name: name('waiting_deliveries'),
    help: 'Deliveries that are not done, by channel.',
    labelNames: ['channel'],
    registers,
  });
  const dead = new Gauge({ name: name('dead_letters'), help: 'Deliveries that were given up.', registers });
}

function registerSources(registers: Registry[], state: MetricsState, name: (text: string) => string): void {
  const counts = new Gauge({
    name: name('source_events'),
    help: 'What happened with a source since the start: hits, misses, stale, unanswered, calls, errors, skipped.',
    labelNames: ['source', 'event'],
    registers,
    collect() {
      counts.reset();
      down.reset();
      for (const status of state.sources()) {
        const { source, hits, misses, stale, unanswered, calls, errors, skipped } = status;
        for (const [event, count] of Object.entries({
          hits,
          misses,
          stale,
          unanswered,
          calls,
          errors,
          skipped,
        })) {
          counts.set({ source, event }, count);
        }
        down.set({ source }, status.breaker === 'closed' ? 0 : 1);
      }
    },
  });
  const down = new Gauge({
    name: name('source_down'),
    help: '1 while a source failed so often that it is left alone.',
    labelNames: ['source'],
    registers,
  });
}
