import { canonicalRequest, hmacSha256, sha256Hex } from './canonical-request.ts';
import type { SignedRequest } from './canonical-request.ts';

/** Who signs, for which service. */
export interface TencentKey {
  readonly secretId: string;
  readonly secretKey: string;
  readonly service: string;
}

/**
 * The `Authorization` header of Tencent Cloud's signature v3, TC3-HMAC-SHA256. `timestamp` is in seconds and is sent as
 * X-TC-Timestamp. Values of signed headers count in lower case.
 */
export function tc3Authorization(request: SignedRequest, key: TencentKey, timestamp: number): string {
  const algorithm = 'TC3-HMAC-SHA256';
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, value.toLowerCase()]),
  );
  const { text, signedHeaders } = canonicalRequest({ ...request, headers });
  const date = new Date(timestamp * 1000).toISOString().slice(0, 10);
  const scope = `${date}/${key.service}/tc3_request`;
  const secret = hmacSha256(hmacSha256(hmacSha256(`TC3${key.secretKey}`, date), key.service), 'tc3_request');
  const signature = hmacSha256(secret, [algorithm, timestamp, scope, sha256Hex(text)].join('\n')).toString(
    'hex',
  );
  return `${algorithm} Credential=${key.secretId}/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`;
}
