import { InvalidError } from '../errors.ts';

/**
 * What stands in a read specification for a secret that Jenkins keeps encrypted, where it must not be left out: the
 * token of a remote trigger (Jenkins 2.541, 2.528.3 and later). Applied again, it keeps what is stored.
 */
export const storedSecret = '(stored secret)';

/** Whether a stored text is a secret as Jenkins encrypts it, or masks it for readers who may not configure. */
export function isEncrypted(text: string): boolean {
  return text === '********' || /^\{[A-Za-z0-9+/]{20,}={0,2}\}$/.test(text);
}

/** Refuses the stand-in where there is nothing that it could keep. */
export function realSecret(value: string, path: string): string {
  if (value !== storedSecret) return value;
  throw new InvalidError(
    `${path} stands for a stored secret, and there is none to keep. Give the secret itself.`,
  );
}
