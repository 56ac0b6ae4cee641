import { createHmac } from 'node:crypto';

/** What a signed message of a robot has in its body. */
export interface FeishuSignature {
  /** Seconds since 1970, within an hour of Feishu's own clock. */
  readonly timestamp: string;
  readonly sign: string;
}

/**
 * Signs a message for a robot that wants it: the Base64 of HMAC-SHA256 over nothing, with timestamp, line feed and
 * secret as the key (Feishu: custom robots, signature verification).
 */
export function feishuSignature(secret: string, now: number): FeishuSignature {
  const timestamp = String(Math.floor(now / 1000));
  const sign = createHmac('sha256', `${timestamp}\n${secret}`).digest('base64');
  return { timestamp, sign };
}
