import { UnexpectedBodyError } from './errors.ts';
import { objectsOf, type JsonObject } from './json-shape.ts';

/** The value, which an answer must hold: UnexpectedBodyError when it does not. `what` names it in the message. */
export function expected<T>(value: T | undefined, what: string): T {
  if (value !== undefined) return value;
  throw new UnexpectedBodyError(
    `Jenkins answered ${what} in another shape than known. A proxy or a plugin may have changed it.`,
  );
}

/** The objects in a list, which an answer must hold: UnexpectedBodyError when it is no list. */
export function expectedObjects(value: unknown, what: string): readonly JsonObject[] {
  return expected(Array.isArray(value) ? objectsOf(value) : undefined, what);
}
