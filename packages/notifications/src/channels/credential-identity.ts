import { createHash } from 'node:crypto';
import type { Credential } from '../kinds/credential.ts';

/**
 * Names a credential without knowing or telling it: by its Secret, or by a digest of a text that is written out. Two
 * credentials with the same identity hold the same text; the reverse need not be.
 */
export function credentialIdentity(credential: Credential): string {
  const reference = credential.valueFrom?.secretKeyRef;
  if (reference) return `secret:${reference.namespace ?? ''}/${reference.name}/${reference.key}`;
  return `value:${digest(credential.value ?? '')}`;
}

/** A text's SHA-256, 32 hexadecimal digits of it: enough to tell texts apart, and no way back. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
