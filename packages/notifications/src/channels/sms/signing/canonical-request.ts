import { createHash, createHmac } from 'node:crypto';
import type { BinaryLike } from 'node:crypto';

/** A request in the form that is signed, by AWS, Tencent Cloud and Alibaba Cloud alike. */
export interface SignedRequest {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  /** Headers to sign, with names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The canonical request, and the names of its headers with `;` between. */
export interface CanonicalRequest {
  readonly text: string;
  readonly signedHeaders: string;
}

/** Method, path, sorted query, sorted headers, their names and the body's hash, line by line. */
export function canonicalRequest({ method, url, headers, body }: SignedRequest): CanonicalRequest {
  const names = Object.keys(headers).sort();
  const signedHeaders = names.join(';');
  const lines = names.map((name) => `${name}:${(headers[name] ?? '').trim()}\n`).join('');
  const text = [
    method,
    url.pathname,
    canonicalQuery(url.searchParams),
    lines,
    signedHeaders,
    sha256Hex(body),
  ].join('\n');
  return { text, signedHeaders };
}

/** The parameters sorted and encoded as RFC 3986 has it; also good for the address itself. */
export function canonicalQuery(parameters: Iterable<readonly [string, string]>): string {
  return [...parameters]
    .map(([name, value]) => `${percentEncoded(name)}=${percentEncoded(value)}`)
    .sort()
    .join('&');
}

/** SHA-256 in hexadecimal digits. */
export function sha256Hex(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** HMAC-SHA256. */
export function hmacSha256(key: BinaryLike, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function percentEncoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/gu,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
