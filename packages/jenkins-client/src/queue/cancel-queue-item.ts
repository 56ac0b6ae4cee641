import type { CallOptions, Connection } from '../connection.ts';
import { ForbiddenError } from '../errors.ts';

/**
 * Asks Jenkins to take an item out of the queue. `refused` is what it says of one that left the queue before; servers
 * before 2.4xx say the same in any case: `untold`. NotFoundOrHiddenError for an item that it does not know,
 * ForbiddenError for a user who may not cancel it.
 *
 * 204 and 404 are recorded; 422 without the right, and 500 for what cannot be cancelled, are read in the source of
 * Jenkins (Queue.doCancelItem), not tried.
 */
export async function cancelQueueItem(
  connection: Connection,
  id: number,
  options: CallOptions,
): Promise<'done' | 'refused' | 'untold'> {
  const path = 'queue/cancelItem';
  const response = await connection.request({
    ...options,
    method: 'POST',
    path,
    query: { id },
    accept: [302, 303, 422, 500],
    repeatable: true,
  });
  await response.discard();
  const { status } = response;
  if (status === 422) {
    const permission = 'hudson.model.Item.Cancel';
    throw new ForbiddenError(
      `The user may not cancel the queue item ${id}: that takes the permission ${permission}`,
      { permission },
      { method: 'POST', path, status },
    );
  }
  if (status === 500) return 'refused';
  return status < 300 ? 'done' : 'untold';
}
