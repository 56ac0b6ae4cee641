import { isObject, type Cause } from '@armillary/resource';
import { parseAlertPost } from '../alerts/alert-post.ts';
import { noTime, type Alert } from '../alerts/alert.ts';
import { goTime } from '../alerts/enrichment.ts';
import { fingerprintOf } from '../alerts/fingerprint.ts';
import { NotificationError } from '../errors.ts';
import { configKind, type Config } from '../kinds/config.ts';
import { receiverKind, type Receiver } from '../kinds/receiver.ts';
import { validateConfig } from '../validation/config.ts';
import { validateReceiver } from '../validation/receiver.ts';
import type { DirectNotification } from './notification-api.ts';

/** Most alerts that are sent at once past the queue. */
const maxAlerts = 100;

/** A kind of object that a body brings. */
interface BroughtKind {
  readonly apiVersion: string;
  readonly kind: string;
  default(object: unknown): void;
}

/**
 * Reads `{ receiver, config?, alert: { alerts } }`, the body of `/api/v2/notifications`, and of `/api/v2/verify`, which
 * brings no alerts. Throws `NotificationError` `Invalid` with everything that is wrong with the objects.
 */
export function parseDirectNotification(body: unknown, now: number): DirectNotification {
  if (!isObject(body)) throw new NotificationError('Invalid', 'the body must be an object with `receiver`');
  const receiver = broughtObject(receiverKind, body['receiver'], 'receiver');
  check('receiver', validateReceiver(receiver));
  const given = body['config'] ?? undefined;
  const config = given === undefined ? undefined : broughtObject(configKind, given, 'config');
  if (config) check('config', validateConfig(config));
  const alerts = parseAlertPost(body['alert'] ?? {}, now);
  if (alerts.length > maxAlerts) {
    throw new NotificationError(
      'Invalid',
      `alert.alerts has more than ${maxAlerts} entries: post to /api/v2/alerts`,
    );
  }
  return {
    receiver: receiver as unknown as Receiver,
    ...(config ? { config: config as unknown as Config } : {}),
    alerts,
  };
}

/**
 * An object of a body as the API server would have it. Its kind is known by its place and need not be said, as upstream
 * has it; nulls are no values, and what is no text is no label.
 */
function broughtObject(brought: BroughtKind, value: unknown, field: string): Record<string, unknown> {
  if (!isObject(value)) throw new NotificationError('Invalid', `${field} must be an object`);
  const { apiVersion, kind } = brought;
  const metadata = isObject(value['metadata']) ? value['metadata'] : {};
  const { name = '' } = metadata;
  const object = {
    ...value,
    apiVersion,
    kind,
    metadata: {
      name: typeof name === 'string' ? name : '',
      labels: textsOf(metadata['labels']),
      annotations: textsOf(metadata['annotations']),
    },
  };
  brought.default(object);
  return object;
}

const textsOf = (value: unknown): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(isObject(value) ? value : {}).filter(([, text]) => typeof text === 'string'),
  );

function check(field: string, causes: readonly Cause[]): void {
  if (causes.length === 0) return;
  const words = causes.map((cause) => `${field}.${cause.field}: ${cause.message}`);
  throw new NotificationError('Invalid', words.join('; '));
}

/** The alert that `/api/v2/verify` sends, with the labels of upstream's. `now` is in milliseconds since 1970. */
export function verificationAlert(now: number): Alert {
  const labels = { alertname: 'verify', alerttype: 'verify', alerttime: goTime(now) };
  const message = 'Congratulations, this receiver works.';
  return {
    status: 'firing',
    labels,
    annotations: { message, summary: message },
    startsAt: new Date(now).toISOString(),
    endsAt: noTime,
    generatorURL: '',
    fingerprint: fingerprintOf(labels),
  };
}
