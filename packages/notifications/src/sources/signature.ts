import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** Headers of signed requests and answers, in lower case. */
export const signatureHeaders = {
  /** Seconds since 1970. */
  timestamp: 'x-armillary-timestamp',
  /** `v1=` and a hexadecimal HMAC-SHA256; several, separated by commas, while a secret is being replaced. */
  signature: 'x-armillary-signature',
} as const;

/** How far the clocks of both sides may be apart, and how old a message may be, in seconds. */
export const signatureWindowSeconds = 300;

/** What is signed of a request. */
export interface SignedRequest {
  readonly method: string;
  /** Path and query as they are sent, `/api/v2/receivers?namespace=a`. */
  readonly target: string;
  /** Empty when there is none. */
  readonly body: string | Uint8Array;
}

/** What is signed of an answer. */
export interface SignedAnswer {
  readonly status: number;
  readonly body: Uint8Array;
}

/** The headers that sign a request: one signature per secret. `now` in milliseconds since 1970. */
export function signRequest(
  request: SignedRequest,
  secrets: readonly string[],
  now: number,
): Readonly<Record<string, string>> {
  return signed((timestamp) => requestText(request, timestamp), secrets, now);
}

/** The headers that sign an answer: what a source does. */
export function signAnswer(
  answer: SignedAnswer,
  secrets: readonly string[],
  now: number,
): Readonly<Record<string, string>> {
  return signed((timestamp) => answerText(answer, timestamp), secrets, now);
}

/** Why a request is not from whoever knows one of the secrets; undefined when it is. */
export function requestRefusal(
  request: SignedRequest,
  headers: Readonly<Record<string, string | undefined>>,
  secrets: readonly string[],
  now: number,
): string | undefined {
  return refusal((timestamp) => requestText(request, timestamp), headers, secrets, now);
}

/** Why an answer is not from whoever knows one of the secrets; undefined when it is. */
export function answerRefusal(
  answer: SignedAnswer,
  headers: Readonly<Record<string, string | undefined>>,
  secrets: readonly string[],
  now: number,
): string | undefined {
  return refusal((timestamp) => answerText(answer, timestamp), headers, secrets, now);
}

const requestText = ({ method, target, body }: SignedRequest, timestamp: string): string =>
  [timestamp, method, target, createHash('sha256').update(body).digest('hex')].join('\n');

const answerText = ({ status, body }: SignedAnswer, timestamp: string): Buffer =>
  Buffer.concat([Buffer.from(`${status}\n${timestamp}\n`), body]);

function signed(
  textAt: (timestamp: string) => string | Uint8Array,
  secrets: readonly string[],
  now: number,
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(now / 1000));
  const text = textAt(timestamp);
  return {
    [signatureHeaders.timestamp]: timestamp,
    [signatureHeaders.signature]: secrets
      .map((secret) => `v1=${hmac(secret, text).toString('hex')}`)
      .join(','),
  };
}

function refusal(
  textAt: (timestamp: string) => string | Uint8Array,
  headers: Readonly<Record<string, string | undefined>>,
  secrets: readonly string[],
  now: number,
): string | undefined {
  const { [signatureHeaders.timestamp]: timestamp, [signatureHeaders.signature]: signature } = headers;
  if (timestamp === undefined || signature === undefined) return 'it is not signed';
  if (!/^\d{1,12}$/u.test(timestamp)) return `${signatureHeaders.timestamp} is not in seconds since 1970`;
  if (Math.abs(now / 1000 - Number(timestamp)) > signatureWindowSeconds) {
    return `its timestamp is more than ${signatureWindowSeconds} s away from this clock`;
  }
  const text = textAt(timestamp);
  const wanted = secrets.map((secret) => hmac(secret, text));
  // A handful is enough to replace a secret; more would be work for nothing.
  const given = signature.split(',', 8).map((one) => /^\s*v1=([0-9a-f]{64})\s*$/iu.exec(one)?.[1]);
  const matches = given.map((one) => {
    const bytes = one === undefined ? undefined : Buffer.from(one, 'hex');
    return bytes !== undefined && wanted.map((mac) => timingSafeEqual(mac, bytes)).includes(true);
  });
  return matches.includes(true) ? undefined : 'its signature was not made with the secret of this source';
}

const hmac = (secret: string, text: string | Uint8Array): Buffer =>
  createHmac('sha256', secret).update(text).digest();
