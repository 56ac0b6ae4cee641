import type { OutgoingAnswer } from '../../outgoing/outgoing-http.ts';
import { retryAfterMs } from '../../outgoing/retry-after.ts';
import { DeliveryError } from '../../delivery-error.ts';
import type { DeliveryFault } from '../../delivery-error.ts';
import { jsonObject, providerWords, statusFailure } from '../http-outcome.ts';

/**
 * Errors of `chat.postMessage` by what to do about them (Slack's page of the method). Those that are not here,
 * `internal_error`, `fatal_error` and `service_unavailable` among them, are tried again.
 */
const faults: Readonly<Partial<Record<DeliveryFault, readonly string[]>>> = {
  rate: ['ratelimited', 'rate_limited', 'message_limit_exceeded'],
  // A new token in the Secret ends these.
  token: ['account_inactive', 'invalid_auth', 'not_authed', 'token_expired', 'token_revoked'],
  permanent: [
    'access_denied',
    'accesslimited',
    'app_access_restricted',
    'channel_not_found',
    'channel_type_not_supported',
    'deprecated_endpoint',
    'ekm_access_denied',
    'enterprise_is_restricted',
    'invalid_arguments',
    'is_archived',
    'is_inactive',
    'messages_tab_disabled',
    'method_deprecated',
    'missing_scope',
    'msg_too_long',
    'no_permission',
    'no_text',
    'not_allowed_token_type',
    'not_in_channel',
    'org_login_required',
    'restricted_action',
    'restricted_action_read_only_channel',
    'restricted_action_thread_only_channel',
    'team_access_not_granted',
    'team_not_found',
    'two_factor_setup_required',
  ],
};

/** What helps, for errors that people run into most. */
const advice: Readonly<Record<string, string>> = {
  channel_not_found: 'check its name, and invite the app when the channel is private',
  invalid_auth: 'put a valid token in the Secret of the Config',
  is_archived: 'unarchive the channel or name another one',
  missing_scope: 'the app needs the scope chat:write',
  not_in_channel: 'invite the app to the channel, or give it the scope chat:write.public',
};

/** Throws `DeliveryError` unless Slack took the message. Most refusals have the status 200 and `ok: false`. */
export function checkSlackAnswer(answer: OutgoingAnswer, now: number): void {
  const json = jsonObject(answer);
  if (answer.status === 200 && json?.['ok'] === true) return;
  const error = providerWords(json?.['error']);
  if (json?.['ok'] !== false || error === '') {
    throw (
      statusFailure(answer, 'Slack', now) ??
      new DeliveryError('transient', 'Slack answered something else than its JSON')
    );
  }
  const fault = faultOf(error) ?? (answer.status === 429 ? 'rate' : 'transient');
  const wait = retryAfterMs(answer.headers, now);
  const hint = advice[error] === undefined ? '' : `: ${advice[error]}`;
  throw new DeliveryError(fault, `Slack refused the message (${error})${hint}`, {
    code: error,
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  });
}

function faultOf(error: string): DeliveryFault | undefined {
  const known = Object.entries(faults) as [DeliveryFault, readonly string[]][];
  return known.find(([, errors]) => errors.includes(error))?.[0];
}
