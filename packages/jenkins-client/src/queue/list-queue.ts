import type { CallOptions, Connection } from '../connection.ts';
import { expected, expectedObjects } from '../expected.ts';
import { objectOf } from '../json-shape.ts';
import { parseQueueItem, queueItemTree, type QueueItem } from './queue-item.ts';

/** What waits in the queue, as far as the user may see it. */
export async function listQueue(connection: Connection, options: CallOptions): Promise<readonly QueueItem[]> {
  const response = await connection.request({
    ...options,
    path: 'queue/api/json',
    query: { tree: `items[${queueItemTree}]` },
  });
  const queue = expected(objectOf(await response.json<unknown>()), 'the queue');
  return expectedObjects(queue.items, 'the queue').map(parseQueueItem);
}
