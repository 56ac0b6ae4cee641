import { createHash } from 'node:crypto';

/** Longest name of an object, in letters. */
export const LONGEST_NAME = 253;

/**
 * A text as it is when it has `limit` letters at most; a longer one keeps its beginning and gets a digest, and can be
 * part of a name as before.
 */
export function shortName(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 16);
  // A part of a name may not end with a dot or a hyphen, nor begin with the hyphen that follows.
  const beginning = text.slice(0, limit - digest.length - 1).replace(/[-.]+$/u, '');
  return `${beginning}-${digest}`;
}
