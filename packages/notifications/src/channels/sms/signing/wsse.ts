import { createHash } from 'node:crypto';

/** Who signs, and what makes the signature good for once. */
export interface WsseToken {
  readonly appKey: string;
  readonly appSecret: string;
  readonly nonce: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * The `X-WSSE` header of Huawei Cloud's Message & SMS: the password digest is the Base64 of the hexadecimal digits of
 * SHA-256 over nonce, time and secret.
 */
export function wsseHeader({ appKey, appSecret, nonce, now }: WsseToken): string {
  const created = `${new Date(now).toISOString().slice(0, 19)}Z`;
  const hex = createHash('sha256').update(`${nonce}${created}${appSecret}`).digest('hex');
  const digest = Buffer.from(hex).toString('base64');
  return `UsernameToken Username="${appKey}",PasswordDigest="${digest}",Nonce="${nonce}",Created="${created}"`;
}
