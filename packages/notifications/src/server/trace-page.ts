import { explainStep } from '../routing/explain-step.ts';
import type { AlertTrace, AttemptOutcome } from '../store/notification-store.ts';

type Delivery = AlertTrace['deliveries'][number];

/**
 * The answer of `GET /api/v2/trace`: what was decided about the newest alerts with a fingerprint. Times are RFC 3339.
 * `words` says the same in sentences, in the order in which it happened.
 */
export interface TracePage {
  fingerprint: string;
  alerts: {
    alert: AlertTrace['alert'];
    receivedAt: string;
    repetitions: number;
    state: AlertTrace['state'];
    decisions: { at: string; steps: AlertTrace['decisions'][number]['steps'] }[];
    deliveries: (Omit<Delivery, 'queuedAt' | 'notBefore' | 'attempts'> & {
      queuedAt: string;
      notBefore?: string;
      attempts: { at: string; outcome: AttemptOutcome }[];
    })[];
    words: string[];
    /** Why the receiver that was asked for was told or not, and what became of its messages. */
    receiver?: string[];
  }[];
}

/** Puts traces into the form in which they are shown; `about` is the receiver that was asked for. */
export function tracePage(
  fingerprint: string,
  traces: readonly AlertTrace[],
  about?: { receiver: string; why: (trace: AlertTrace) => string[] },
): TracePage {
  return {
    fingerprint,
    alerts: traces.map((trace) => ({
      alert: trace.alert,
      receivedAt: time(trace.receivedAt),
      repetitions: trace.duplicates,
      state: trace.state,
      decisions: trace.decisions.map(({ at, steps }) => ({ at: time(at), steps })),
      deliveries: trace.deliveries.map(({ queuedAt, notBefore, attempts, ...delivery }) => ({
        ...delivery,
        queuedAt: time(queuedAt),
        ...(notBefore === undefined ? {} : { notBefore: time(notBefore) }),
        attempts: attempts.map(({ at, outcome }) => ({ at: time(at), outcome })),
      })),
      words: wordsOf(trace),
      ...(about === undefined ? {} : { receiver: [...about.why(trace), ...sentTo(about.receiver, trace)] }),
    })),
  };
}

function wordsOf(trace: AlertTrace): string[] {
  const { alert, duplicates } = trace;
  const name = alert.labels['alertname'] ?? alert.fingerprint;
  const repeated = duplicates === 0 ? '' : ` and ${duplicates} more times, which were not told again`;
  return [
    `${name} (${alert.status}) came in at ${time(trace.receivedAt)}${repeated}.`,
    ...(trace.decisions.length === 0 ? ['Nothing was decided yet.'] : []),
    ...trace.decisions.flatMap(({ steps }) => steps.map(explainStep)),
    ...(isForNobody(trace) ? ['Nobody is told: there is no receiver that the alert is for.'] : []),
    ...trace.deliveries.flatMap(deliveryWords),
  ];
}

/** Whether the decisions end without a word about anybody: a silence says so itself. */
function isForNobody({ state, decisions, deliveries }: AlertTrace): boolean {
  const silenced = decisions.some(({ steps }) => steps.some(({ step }) => step === 'silenced'));
  return state === 'routed' && deliveries.length === 0 && !silenced;
}

const sentTo = (name: string, { deliveries }: AlertTrace): string[] =>
  deliveries.filter(({ kind, receiver }) => kind === 'alerts' && receiver === name).flatMap(deliveryWords);

function deliveryWords(delivery: Delivery): string[] {
  const { receiver, shown, kind, state, notBefore, attempts } = delivery;
  const what = kind === 'history' ? 'The record for the history webhook' : `The message for ${receiver}`;
  const words = attempts.map(
    ({ at, outcome }) => `${what} by ${shown} ${attemptWords(outcome)} at ${time(at)}.`,
  );
  if (state !== 'queued') return words;
  const when = notBefore === undefined ? '' : `, not before ${time(notBefore)}`;
  return [...words, `${what} by ${shown} is waiting to be sent${when}.`];
}

function attemptWords(outcome: AttemptOutcome): string {
  if (outcome.outcome === 'retry') return `was not taken (${outcome.reason}), to be tried again,`;
  if (outcome.outcome === 'dead') return `was given up (${outcome.reason})`;
  const rejected = outcome.rejected.map(({ address, reason }) => `${address}: ${reason}`).join('; ');
  const notes = outcome.notes === undefined ? '' : ` (${outcome.notes.join('; ')})`;
  return rejected === '' ? `was delivered${notes}` : `was delivered${notes}, but not to all (${rejected}),`;
}

const time = (ms: number): string => new Date(ms).toISOString();
