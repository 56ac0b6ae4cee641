import { BuildRequest } from '../builds/build-ref.ts';
import type { CallOptions, Connection } from '../connection.ts';
import { ConflictError } from '../errors.ts';
import { listQueue } from './list-queue.ts';
import type { QueuedStart } from './queue-follower.ts';
import { parseQueueItem, queueItemTree, type QueueItem } from './queue-item.ts';

/** The build queue of the server. */
export class Queue {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** What waits, as far as the user may see it. Items that left the queue are not in the list. */
  list(options: CallOptions = {}): Promise<readonly QueueItem[]> {
    return listQueue(this.#connection, options);
  }

  /**
   * One item, also when it left the queue within the last five minutes. Throws NotFoundOrHiddenError later than that,
   * and for one of before a restart.
   */
  async item(id: number, options: CallOptions = {}): Promise<QueueItem> {
    const response = await this.#connection.request({
      ...options,
      path: `queue/item/${id}/api/json`,
      query: { tree: queueItemTree },
    });
    return parseQueueItem(await response.json<unknown>());
  }

  /**
   * Takes an item out of the queue. Throws NotFoundOrHiddenError when there is none of that id, ConflictError when it
   * left the queue already.
   */
  async cancel(id: number, options: CallOptions = {}): Promise<void> {
    const response = await this.#connection.request({
      ...options,
      method: 'POST',
      path: 'queue/cancelItem',
      query: { id },
      // Servers before 2.4xx answer with a redirect, whether there is such an item or not.
      accept: [302, 303, 422],
    });
    await response.discard();
    if (response.status === 422) {
      throw new ConflictError(`The queue item ${id} left the queue already. Stop the build that it became.`, {
        status: 422,
      });
    }
  }

  /** Goes on waiting for a start of which only the queue id was kept, such as by a program that was restarted. */
  follow(start: QueuedStart): BuildRequest {
    return new BuildRequest(this.#connection, start);
  }
}
