import { createHash } from 'node:crypto';
import { alertKey, noTime, type Alert } from '../../alerts/alert.ts';
import { commonPairs } from '../../alerts/common-pairs.ts';
import { alertMessage } from '../../alerts/alert-message.ts';

/** A body and its content type. */
export interface WebhookBody {
  readonly text: string;
  readonly contentType: string;
}

/** An alert that was told, as the history webhook is told of it. */
export interface ToldAlert {
  readonly alert: Alert;
  /** Milliseconds since 1970. */
  readonly notifiedAt: number;
  /** Where it was told, by the receiver's name and the channel's type. */
  readonly receivers: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

/** The alerts as upstream's notification-manager posts them, with what it drops: fingerprint and generatorURL. */
export function alertsBody(
  alerts: readonly Alert[],
  groupLabels: Readonly<Record<string, string>>,
): WebhookBody {
  return json({
    alerts: alerts.map((alert) => ({ ...plainAlert(alert), notificationTime: noTime })),
    groupLabels,
    commonLabels: commonPairs(alerts.map(({ labels }) => labels)),
    commonAnnotations: commonPairs(alerts.map(({ annotations }) => annotations)),
  });
}

/** What the history webhook is told, in the shape of upstream's: each alert with when and where it was told. */
export function historyBody(told: readonly ToldAlert[]): WebhookBody {
  return json({
    alerts: told.map(({ alert, notifiedAt, receivers }) => ({
      ...plainAlert(alert),
      notificationTime: new Date(notifiedAt).toISOString(),
      receiver: receivers,
    })),
    groupLabels: null,
    commonLabels: null,
    commonAnnotations: null,
  });
}

/** Annotations that a line has no field for: what they say is in `message`, or is not for records. */
const unrecorded = new Set(['message', 'summary', 'summary_cn', 'runbook_url', 'rule_id']);

/**
 * A JSON object a line for each alert, with its labels and annotations as fields beside its own: what upstream sends for
 * the template `nm.default.history`, for programs that store what they get line by line.
 */
export function historyLines(told: readonly Omit<ToldAlert, 'receivers'>[]): WebhookBody {
  const lines = told.map(({ alert, notifiedAt }) => ({
    status: alert.status,
    startsAt: alert.startsAt,
    endsAt: alert.endsAt,
    notificationTime: new Date(notifiedAt).toISOString(),
    message: alertMessage(alert),
    ...alert.labels,
    ...Object.fromEntries(Object.entries(alert.annotations).filter(([name]) => !unrecorded.has(name))),
  }));
  return { text: lines.map((line) => `${JSON.stringify(line)}\n`).join(''), contentType: jsonType };
}

/**
 * What a template of the user's own gave. Upstream says that all of them are JSON; here only those that are.
 */
export function renderedBody(text: string): WebhookBody {
  return { text, contentType: isJson(text) ? jsonType : 'text/plain; charset=utf-8' };
}

const jsonType = 'application/json';

function json(value: unknown): WebhookBody {
  return { text: `${JSON.stringify(value)}\n`, contentType: jsonType };
}

function plainAlert(alert: Alert): object {
  const { status, labels, annotations, startsAt, endsAt, generatorURL, fingerprint } = alert;
  const id = createHash('sha256').update(alertKey(alert)).digest('hex').slice(0, 32);
  return { id, status, labels, annotations, startsAt, endsAt, generatorURL, fingerprint };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
