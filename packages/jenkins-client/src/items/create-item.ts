import { itemRoute, type ItemPath } from '../address/item-path.ts';
import type { CallOptions, Connection } from '../connection.ts';
import type { Deadline } from '../deadline.ts';
import { ConflictError, ConnectionFailedError, InvalidError, isJenkinsError } from '../errors.ts';
import { isAway, throughOutages } from '../waiting.ts';
import { checkNewName } from './new-name.ts';

/**
 * Makes an item from a form of `createItem` (`mode` and what it needs), empty as Jenkins makes it. When the answer is
 * lost it asks again: the name, taken by now, tells that the first try came through. Nothing is made twice.
 *
 * Gives `certain`, or `probable` when another one could have made it in that moment. Throws ConflictError when the name
 * is taken, NotFoundOrHiddenError when the folder is missing, InvalidError for names that Jenkins refuses.
 */
export async function createItem(
  connection: Connection,
  path: ItemPath,
  form: Readonly<Record<string, string>>,
  deadline: Deadline,
): Promise<'certain' | 'probable'> {
  const name = path.at(-1);
  if (name === undefined)
    throw new InvalidError('The root cannot be created: give the path of the new item.');
  checkNewName(name);
  const send = async (call: CallOptions): Promise<void> => {
    const response = await connection.request({
      ...call,
      method: 'POST',
      path: itemRoute(path.slice(0, -1), 'createItem'),
      form: { name, ...form },
      accept: [302],
    });
    await response.discard();
  };
  try {
    await send(deadline.left());
    return 'certain';
  } catch (error) {
    if (isTaken(error)) throw taken(path.join('/'), error);
    if (!mayHaveArrived(error)) throw error;
  }
  return throughOutages(connection.clock, deadline, async (call) => {
    try {
      await send(call);
      return 'certain';
    } catch (error) {
      if (isTaken(error)) return 'probable';
      throw error;
    }
  });
}

/** Whether Jenkins refused a name because something has it. It says so with status 400 and words. */
export function isTaken(error: unknown): boolean {
  return isJenkinsError(error, 'Invalid') && /already (?:exists|in use)/i.test(error.message);
}

/** The error for a name that something has. */
export function taken(path: string, cause: unknown): ConflictError {
  return new ConflictError(`There is something named ${path} already; perhaps this user may not see it.`, {
    cause,
  });
}

/** Whether a request that failed may have been done all the same. */
export function mayHaveArrived(error: unknown): boolean {
  return isAway(error) && !(error instanceof ConnectionFailedError && !error.maybeSent);
}
