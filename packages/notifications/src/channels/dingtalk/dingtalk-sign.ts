import { createHmac } from 'node:crypto';
import { DeliveryError } from '../../delivery-error.ts';

/**
 * The address of a DingTalk robot that wants signatures: `timestamp` in milliseconds, and `sign`, the Base64 of
 * HMAC-SHA256 over timestamp, line feed and secret, with the secret as key, percent-encoded once (DingTalk: custom
 * robot security settings). Throws `DeliveryError` `permanent` for an address that is none.
 */
export function signedAddress(webhook: string, secret: string, now: number): string {
  const url = URL.parse(webhook);
  if (!url) throw new DeliveryError('permanent', 'the webhook of the DingTalk robot is no URL');
  const timestamp = String(now);
  const sign = createHmac('sha256', secret).update(`${timestamp}\n${secret}`).digest('base64');
  url.searchParams.set('timestamp', timestamp);
  url.searchParams.set('sign', sign);
  return url.href;
}
