import { itemUrlPath, type ItemPath } from '../address/item-path.ts';
import type { Connection, JenkinsRequest } from '../connection.ts';
import type { Deadline } from '../deadline.ts';
import { InvalidError, isJenkinsError } from '../errors.ts';
import { throughOutages } from '../waiting.ts';
import { mayHaveArrived } from './create-item.ts';

/**
 * Deletes an item with all that is in it: builds, and the items of a folder. When the answer is lost it asks again, and
 * takes it for done when the item is gone. Throws NotFoundOrHiddenError when there was none.
 *
 * Servers and proxies that do not know the method DELETE are asked by `doDelete`.
 */
export async function deleteItem(connection: Connection, path: ItemPath, deadline: Deadline): Promise<void> {
  if (path.length === 0) throw new InvalidError('The root cannot be deleted: give the path of an item.');
  const send = async (call: ReturnType<Deadline['left']>): Promise<void> => {
    const base = itemUrlPath(path);
    try {
      await discard(connection, { ...call, method: 'DELETE', path: `${base}/`, accept: [302] });
    } catch (error) {
      if (!isJenkinsError(error) || (error.status !== 405 && error.status !== 501)) throw error;
      await discard(connection, { ...call, method: 'POST', path: `${base}/doDelete`, accept: [302] });
    }
  };
  try {
    await send(deadline.left());
  } catch (error) {
    if (!mayHaveArrived(error)) throw error;
    await throughOutages(connection.clock, deadline, async (call) => {
      try {
        await send(call);
      } catch (again) {
        if (!isJenkinsError(again, 'NotFoundOrHidden')) throw again;
      }
    });
  }
}

async function discard(connection: Connection, request: JenkinsRequest): Promise<void> {
  const response = await connection.request(request);
  await response.discard();
}
