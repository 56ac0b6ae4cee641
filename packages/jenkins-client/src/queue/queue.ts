import { BuildRequest } from '../builds/build-ref.ts';
import type { CallOptions, Connection } from '../connection.ts';
import { Deadline } from '../deadline.ts';
import { ConflictError, ServerFaultError } from '../errors.ts';
import { cancelQueueItem } from './cancel-queue-item.ts';
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
   * left the queue already, ForbiddenError when the user may not cancel it.
   */
  async cancel(id: number, options: CallOptions = {}): Promise<void> {
    const deadline = new Deadline(this.#connection.clock, options);
    if ((await cancelQueueItem(this.#connection, id, deadline.left())) !== 'refused') return;
    const { state } = await this.item(id, deadline.left());
    if (state === 'left' || state === 'cancelled') {
      throw new ConflictError(`The queue item ${id} left the queue already. Stop the build that it became.`);
    }
    throw new ServerFaultError(
      `Jenkins failed to cancel the queue item ${id}, which is still ${state}. Its log may tell why.`,
    );
  }

  /** Goes on waiting for a start of which only the queue id was kept, such as by a program that was restarted. */
  follow(start: QueuedStart): BuildRequest {
    return new BuildRequest(this.#connection, start);
  }
}
