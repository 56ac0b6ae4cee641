import { isObject } from '@armillary/resource';
import { NotificationError } from '../errors.ts';
import { noTime, type Alert } from './alert.ts';
import { fingerprintOf } from './fingerprint.ts';

/** Most alerts in one post. Alertmanager sends a group at a time. */
export const maxAlertsPerPost = 10_000;
/** Most labels of an alert, and most annotations. */
export const maxLabels = 256;
/** Most characters of a label's or annotation's name. */
export const maxNameLength = 1024;
/** Most characters of a value. */
export const maxValueLength = 65_536;

const rfc3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/i;

/**
 * Reads the alerts of a post: the body of Alertmanager's webhook (version 4) after JSON parsing. Only `alerts` is
 * used: status and common labels of the post speak of the alerts that were not cut off, so they can be wrong. Unknown
 * fields are accepted.
 *
 * Senders beside Alertmanager leave things out (KubeSphere's events and auditing rules): an alert without a status is
 * firing unless it has ended, one without a start starts at `now` (milliseconds since 1970), and one without a
 * fingerprint gets that of its labels.
 *
 * @throws {NotificationError} `Invalid`, naming the first wrong field, `alerts[3].labels`. Nothing is half taken.
 */
export function parseAlertPost(body: unknown, now: number): Alert[] {
  if (!isObject(body)) throw invalid('the body', 'must be a JSON object with `alerts`');
  const alerts = body['alerts'] ?? [];
  if (!Array.isArray(alerts)) throw invalid('alerts', 'must be an array');
  if (alerts.length > maxAlertsPerPost) {
    throw invalid('alerts', `has ${alerts.length} entries; post at most ${maxAlertsPerPost} at once`);
  }
  return alerts.map((alert: unknown, index) => parseAlert(alert, `alerts[${index}]`, now));
}

/** How many alerts of a group Alertmanager left out of a post, as its `max_alerts` has it: nobody can be told of them. */
export function leftOutOf(body: unknown): number {
  const count = isObject(body) ? body['truncatedAlerts'] : undefined;
  return typeof count === 'number' && Number.isSafeInteger(count) && count > 0 ? count : 0;
}

function parseAlert(value: unknown, field: string, now: number): Alert {
  if (!isObject(value)) throw invalid(field, 'must be an object');
  const labels = parseLabels(value['labels'], `${field}.labels`);
  const endsAt = parseTime(value['endsAt'], `${field}.endsAt`) ?? noTime;
  const fingerprint = parseText(value['fingerprint'], `${field}.fingerprint`);
  return {
    status: parseStatus(value['status'], `${field}.status`) ?? statusAt(endsAt, now),
    labels,
    annotations: parseLabels(value['annotations'], `${field}.annotations`),
    startsAt: parseTime(value['startsAt'], `${field}.startsAt`) ?? new Date(now).toISOString(),
    endsAt,
    generatorURL: parseText(value['generatorURL'], `${field}.generatorURL`),
    fingerprint: /^[0-9a-f]{16}$/.test(fingerprint) ? fingerprint : fingerprintOf(labels),
  };
}

const statusAt = (endsAt: string, now: number): Alert['status'] =>
  endsAt !== noTime && Date.parse(endsAt) <= now ? 'resolved' : 'firing';

function parseStatus(value: unknown, field: string): Alert['status'] | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (value === 'firing' || value === 'resolved') return value;
  throw invalid(field, 'must be "firing" or "resolved"');
}

/** Undefined when there is no time: absent, or Go's zero time. */
function parseTime(value: unknown, field: string): string | undefined {
  const text = parseText(value, field);
  if (text === '' || text.startsWith('0001-01-01T00:00:00')) return undefined;
  if (text.length <= 64 && rfc3339.test(text) && !Number.isNaN(Date.parse(text))) return text;
  throw invalid(field, 'must be a time as RFC 3339 writes it, 2026-01-31T13:30:00Z');
}

function parseText(value: unknown, field: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw invalid(field, 'must be a string');
  if (value.length > maxValueLength) throw invalid(field, `is longer than ${maxValueLength} characters`);
  return value;
}

function parseLabels(value: unknown, field: string): Record<string, string> {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw invalid(field, 'must be an object of strings');
  const entries = Object.entries(value);
  if (entries.length > maxLabels)
    throw invalid(field, `has ${entries.length} entries; at most ${maxLabels} are taken`);
  // Made by `fromEntries`, so that a label named `__proto__` is a label like any other.
  return Object.fromEntries(
    entries.map(([name, text]) => {
      if (name.length > maxNameLength)
        throw invalid(field, `has a name longer than ${maxNameLength} characters`);
      return [name, parseText(text, `${field}[${JSON.stringify(name)}]`)];
    }),
  );
}

const invalid = (field: string, problem: string): NotificationError =>
  new NotificationError('Invalid', `${field} ${problem}`);
