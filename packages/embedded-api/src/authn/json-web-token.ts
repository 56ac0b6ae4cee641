import { createHash, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';

/** The claims of a token; times are seconds since 1970. */
export type Claims = Record<string, unknown>;

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const decode = (part: string): Claims | undefined => {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Claims)
      : undefined;
  } catch {
    return undefined;
  }
};

// JWS signatures are the two numbers side by side, not the DER form that node:crypto defaults to.
const rawSignature = (key: KeyObject): { key: KeyObject; dsaEncoding: 'ieee-p1363' } => ({
  key,
  dsaEncoding: 'ieee-p1363',
});

/** Signs and verifies ES256 tokens (RFC 7519) with one key. No other algorithm is ever accepted. */
export class JsonWebTokens {
  readonly #privateKey: KeyObject;
  readonly #publicKey: KeyObject;
  readonly #keyId: string;

  /** `privateKey` is an ECDSA P-256 key. */
  constructor(privateKey: KeyObject) {
    this.#privateKey = privateKey;
    this.#publicKey = createPublicKey(privateKey);
    const der = this.#publicKey.export({ type: 'spki', format: 'der' });
    this.#keyId = createHash('sha256').update(der).digest('base64url');
  }

  sign(claims: Claims): string {
    const signed = `${encode({ alg: 'ES256', kid: this.#keyId })}.${encode(claims)}`;
    return `${signed}.${sign('sha256', Buffer.from(signed), rawSignature(this.#privateKey)).toString('base64url')}`;
  }

  /** The claims of a token that this key signed, whatever they say; undefined for anything else. */
  verify(token: string): Claims | undefined {
    const [header, payload, signature, ...rest] = token.split('.');
    if (!header || !payload || !signature || rest.length > 0) return undefined;
    if (decode(header)?.['alg'] !== 'ES256') return undefined;
    const bytes = Buffer.from(signature, 'base64url');
    if (bytes.length !== 64) return undefined;
    const signed = Buffer.from(`${header}.${payload}`);
    return verify('sha256', signed, rawSignature(this.#publicKey), bytes) ? decode(payload) : undefined;
  }
}
