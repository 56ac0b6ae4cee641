import type { ItemPath } from '../address/item-path.ts';
import type { Connection } from '../connection.ts';
import type { Deadline } from '../deadline.ts';
import { isJenkinsError, UnsupportedError } from '../errors.ts';
import { classOf } from './item-class.ts';

/**
 * The result of an operation that nobody may do to the pipeline of a branch. Jenkins refuses it with a permission that
 * even administrators lack there, so on a refusal the parent is looked at, and UnsupportedError says what is the matter.
 */
export async function withBranchHint<T>(
  item: { readonly connection: Connection; readonly path: ItemPath },
  deadline: Deadline,
  result: Promise<T>,
): Promise<T> {
  try {
    return await result;
  } catch (error) {
    if (!isJenkinsError(error, 'Forbidden') || item.path.length < 2) throw error;
    // What goes wrong with this look is no news beside the refusal.
    const parentClass = await classOf(item.connection, item.path.slice(0, -1), deadline).catch(() => '');
    if (!parentClass.endsWith('MultiBranchProject')) throw error;
    throw new UnsupportedError(
      `${item.path.join('/')} belongs to a multibranch pipeline, which alone decides what becomes of it: change its sources and filters, or disable it as a whole.`,
      [],
      { cause: error, method: error.method, path: error.path, status: error.status },
    );
  }
}
