import { badRequest, expired } from '../status-error.ts';
import type { StatusError } from '../status-error.ts';

/** Where the next page of a list starts. */
export interface ContinueToken {
  /** The version of the snapshot; -1 when the rest is to be read from the newest state. */
  resourceVersion: number;
  /** Objects up to and including this key were in earlier pages (`namespace/name`). */
  lastKey: string;
}

/** The opaque text of a token. */
export const encodeContinue = ({ resourceVersion, lastKey }: ContinueToken): string =>
  Buffer.from(
    JSON.stringify({ v: 'meta.k8s.io/v1', rv: resourceVersion, start: `${lastKey}\u0000` }),
  ).toString('base64url');

/** Reads a token; a text that is none is a 400. */
export function decodeContinue(text: string): ContinueToken {
  try {
    const token = JSON.parse(Buffer.from(text, 'base64url').toString()) as Record<string, unknown>;
    const { v, rv, start } = token;
    if (v === 'meta.k8s.io/v1' && Number.isSafeInteger(rv) && typeof start === 'string') {
      return {
        resourceVersion: rv as number,
        lastKey: start.endsWith('\u0000') ? start.slice(0, -1) : start,
      };
    }
  } catch {
    // Said below, in the words clients know.
  }
  throw badRequest('continue key is not valid: it must be taken unchanged from a previous list');
}

/**
 * 410 for a token whose snapshot is no longer kept. It carries a token that goes on from the newest state, for
 * clients that accept an inconsistent list.
 */
export function expiredContinue(token: ContinueToken): StatusError {
  const error = expired(
    'The provided continue parameter is too old to display a consistent list result. You can start a new list ' +
      'without the continue parameter, or use the continue token in this response to retrieve the remainder of ' +
      'the results. Continuing with the provided token results in an inconsistent list - objects that were ' +
      'created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
  );
  error.status.metadata = { continue: encodeContinue({ resourceVersion: -1, lastKey: token.lastKey }) };
  return error;
}
