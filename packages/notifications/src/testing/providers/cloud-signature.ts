import { createHash, createHmac } from 'node:crypto';
import type { ReceivedRequest } from './stand-in.ts';

/** A scheme that signs canonical requests: how its key is derived and its text to sign is written. */
interface Scheme {
  readonly algorithm: string;
  /** Values of signed headers count in lower case. */
  readonly lowerCase?: boolean;
  stringToSign(hash: string, scope: string, request: ReceivedRequest): string;
  key(secret: string, scope: string): string | Buffer;
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const chain = (secret: string, scope: string): Buffer =>
  scope.split('/').reduce<string | Buffer>((key, part) => hmac(key, part), secret) as Buffer;
const header = (request: ReceivedRequest, name: string): string => String(request.headers[name] ?? '');

const schemes = {
  /** AWS Signature Version 4. */
  aws: {
    algorithm: 'AWS4-HMAC-SHA256',
    stringToSign: (hash, scope, request) =>
      `AWS4-HMAC-SHA256\n${header(request, 'x-amz-date')}\n${scope}\n${hash}`,
    key: (secret, scope) => chain(`AWS4${secret}`, scope),
  },
  /** Tencent Cloud, signature v3. */
  tencent: {
    algorithm: 'TC3-HMAC-SHA256',
    lowerCase: true,
    stringToSign: (hash, scope, request) =>
      `TC3-HMAC-SHA256\n${header(request, 'x-tc-timestamp')}\n${scope}\n${hash}`,
    key: (secret, scope) => chain(`TC3${secret}`, scope),
  },
  /** Alibaba Cloud, signature V3. */
  aliyun: {
    algorithm: 'ACS3-HMAC-SHA256',
    stringToSign: (hash) => `ACS3-HMAC-SHA256\n${hash}`,
    key: (secret) => secret,
  },
} satisfies Record<string, Scheme>;

/** Whether a request is signed with the key, over the headers that must be signed; computed from the documents. */
export function isSigned(
  request: ReceivedRequest,
  cloud: keyof typeof schemes,
  key: { readonly id: string; readonly secret: string },
  mustSign: readonly string[],
): boolean {
  const scheme: Scheme = schemes[cloud];
  const parts =
    /^(\S+) Credential=([^/,]+)\/?([^,]*), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/u.exec(
      request.headers.authorization ?? '',
    );
  const [, algorithm, id, scope = '', signedHeaders = '', signature] = parts ?? [];
  const names = signedHeaders.split(';');
  if (algorithm !== scheme.algorithm || id !== key.id || mustSign.some((name) => !names.includes(name)))
    return false;
  const values = names.map((name) => {
    const value = header(request, name).trim();
    return `${name}:${scheme.lowerCase ? value.toLowerCase() : value}\n`;
  });
  const encoded = (text: string): string =>
    [...Buffer.from(text)]
      .map((byte) => String.fromCharCode(byte))
      .map((sign) =>
        /[\w.~-]/u.test(sign) ? sign : `%${sign.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
      )
      .join('');
  const query = [...request.query].map(([name, value]) => `${encoded(name)}=${encoded(value)}`).sort();
  const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
  const canonical = [
    request.method,
    request.path,
    query.join('&'),
    values.join(''),
    signedHeaders,
    hash(request.text),
  ].join('\n');
  const toSign = scheme.stringToSign(hash(canonical), scope, request);
  return hmac(scheme.key(key.secret, scope), toSign).toString('hex') === signature;
}
