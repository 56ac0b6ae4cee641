import { canonicalRequest, hmacSha256, sha256Hex } from './canonical-request.ts';
import type { SignedRequest } from './canonical-request.ts';

/** Who signs, for which service where. */
export interface AwsKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
  readonly service: string;
}

/** The `Authorization` header of AWS Signature Version 4. The headers must have `x-amz-date`, `20260102T030405Z`. */
export function sigv4Authorization(request: SignedRequest, key: AwsKey): string {
  const algorithm = 'AWS4-HMAC-SHA256';
  const time = request.headers['x-amz-date'] ?? '';
  const date = time.slice(0, 8);
  const scope = `${date}/${key.region}/${key.service}/aws4_request`;
  const { text, signedHeaders } = canonicalRequest(request);
  const regionKey = hmacSha256(hmacSha256(`AWS4${key.secretAccessKey}`, date), key.region);
  const secret = hmacSha256(hmacSha256(regionKey, key.service), 'aws4_request');
  const signature = hmacSha256(secret, [algorithm, time, scope, sha256Hex(text)].join('\n')).toString('hex');
  return `${algorithm} Credential=${key.accessKeyId}/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`;
}

/** A time as AWS writes it, `20260102T030405Z`. */
export function awsTime(now: number): string {
  return new Date(now).toISOString().replace(/[-:]|\.\d+/gu, '');
}
