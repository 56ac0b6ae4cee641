import { canonicalRequest, hmacSha256, sha256Hex } from './canonical-request.ts';
import type { SignedRequest } from './canonical-request.ts';

/** Who signs. */
export interface AliyunKey {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
}

/** The `Authorization` header of Alibaba Cloud's signature V3, ACS3-HMAC-SHA256, over the headers that are given. */
export function acs3Authorization(request: SignedRequest, key: AliyunKey): string {
  const algorithm = 'ACS3-HMAC-SHA256';
  const { text, signedHeaders } = canonicalRequest(request);
  const signature = hmacSha256(key.accessKeySecret, `${algorithm}\n${sha256Hex(text)}`).toString('hex');
  return `${algorithm} Credential=${key.accessKeyId},SignedHeaders=${signedHeaders},Signature=${signature}`;
}
