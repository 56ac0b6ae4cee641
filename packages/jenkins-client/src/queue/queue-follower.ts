import type { ItemPath } from '../address/item-path.ts';
import type { CallOptions, Connection } from '../connection.ts';
import { ConflictError, QueueItemCancelledError, QueueItemLostError, isJenkinsError } from '../errors.ts';
import { Deadline } from '../deadline.ts';
import { Pace, throughOutages } from '../waiting.ts';
import { cancelQueueItem } from './cancel-queue-item.ts';
import { findByQueueId } from './find-by-queue-id.ts';
import { parseQueueItem, queueItemTree, type QueueItem } from './queue-item.ts';

/** Where a requested build is. */
export type BuildRequestState =
  | { readonly phase: 'waiting' | 'blocked' | 'buildable' | 'left'; readonly why?: string }
  | { readonly phase: 'started'; readonly number: number }
  | { readonly phase: 'cancelled' };

/** A start that Jenkins put into the queue; enough to go on waiting for it in another process. */
export interface QueuedStart {
  /** The job. */
  readonly item: ItemPath;
  readonly queueId: number;
  /** Whether it was merged into a start with the same parameters that was waiting already. */
  readonly coalesced?: boolean | undefined;
  /** A time before which it was not in the queue, in milliseconds since 1970 by the server's clock. */
  readonly queuedAfter?: number | undefined;
}

/**
 * How long to look for the build of a queue item that is gone before it counts as lost: the item of a build that just
 * started, or of a queue that was just restored, may be seen a little later.
 */
const graceMs = 15_000;

/**
 * Follows a queue item until it is a build.
 *
 * Jenkins forgets a queue item five minutes after it left the queue, and at a restart. Then the build is found by the
 * queue id that it carries. Ids begin again when the server crashes before it saved its queue (hudson.model.Queue.save,
 * read in source), so the time in the queue is compared, too.
 */
export class QueueFollower {
  readonly queueId: number;
  /** Whether it was merged into a start with the same parameters that was waiting already. */
  readonly coalesced: boolean;
  /** The job. */
  readonly item: ItemPath;
  readonly connection: Connection;
  readonly #queuedAfter: number | undefined;
  /** When it came into the queue; known exactly once an answer told. */
  #queuedAt: number | undefined;
  /** When another item with its id came into the queue. */
  #reusedAt: number | undefined;
  /** The job's path in the last answer: a job may be renamed while it waits. */
  #job: ItemPath;
  #end: Extract<BuildRequestState, { phase: 'started' | 'cancelled' }> | undefined;

  constructor(connection: Connection, start: QueuedStart) {
    this.connection = connection;
    this.queueId = start.queueId;
    this.item = start.item;
    this.coalesced = start.coalesced ?? false;
    this.#queuedAfter = start.queuedAfter;
    this.#job = start.item;
  }

  /**
   * Where it is now. Throws QueueItemLostError when neither the queue nor the job's builds know it, after looking for
   * a quarter of a minute.
   */
  async state(options: CallOptions = {}): Promise<BuildRequestState> {
    return this.#state(new Deadline(this.connection.clock, options));
  }

  /** Where it is, told at once and then at each change, until it started or was cancelled. */
  async *changes(options: CallOptions = {}): AsyncGenerator<BuildRequestState, void, undefined> {
    const deadline = new Deadline(this.connection.clock, options);
    const pace = new Pace(200, 5000);
    let last: string | undefined;
    for (;;) {
      const state = await this.#state(deadline);
      const seen = JSON.stringify([state.phase, 'why' in state ? wordsOf(state.why) : undefined]);
      if (seen !== last) {
        last = seen;
        pace.reset();
        yield state;
      }
      if (this.#end) return;
      await deadline.sleep(pace.next());
    }
  }

  /**
   * Waits for it to become a build and gives the job, which may have another path by then, and the number. Throws
   * QueueItemCancelledError when it is cancelled before, QueueItemLostError when nobody knows of it any more.
   */
  protected async becomesBuild(options: CallOptions): Promise<{ item: ItemPath; number: number }> {
    for await (const state of this.changes(options)) {
      if (state.phase === 'started') return { item: this.#job, number: state.number };
    }
    throw new QueueItemCancelledError(
      `The queue item ${this.queueId} of ${this.#job.join('/')} was cancelled before it became a build.`,
      this.queueId,
    );
  }

  /**
   * Takes it out of the queue. Throws ConflictError when it became a build meanwhile, which `BuildRef.stop` stops.
   * Nothing happens when it was cancelled already. ForbiddenError when the user may not cancel it.
   */
  async cancel(options: CallOptions = {}): Promise<void> {
    const deadline = new Deadline(this.connection.clock, options);
    if (await this.#cancelled(deadline)) {
      this.#end ??= { phase: 'cancelled' };
      return;
    }
    const state = await this.#state(deadline);
    if (state.phase === 'cancelled') return;
    throw new ConflictError(
      state.phase === 'started'
        ? `The queue item ${this.queueId} became build #${state.number} of ${this.#job.join('/')}. Stop the build instead.`
        : `The queue item ${this.queueId} of ${this.#job.join('/')} could not be cancelled. It is ${state.phase}; try again.`,
    );
  }

  async #cancelled(deadline: Deadline): Promise<boolean> {
    try {
      return (await cancelQueueItem(this.connection, this.queueId, deadline.left())) === 'done';
    } catch (error) {
      // It may be a build whose queue item is forgotten.
      if (isJenkinsError(error, 'NotFoundOrHidden')) return false;
      throw error;
    }
  }

  async #state(deadline: Deadline): Promise<BuildRequestState> {
    if (this.#end) return this.#end;
    const { clock } = this.connection;
    const pace = new Pace(200, 3000);
    let missingSince: number | undefined;
    for (;;) {
      const item = await throughOutages(clock, deadline, (call) => this.#readItem(call));
      if (item) return this.#remember(item);
      const number = await throughOutages(clock, deadline, (call) => this.#findBuild(call));
      if (number !== undefined) return (this.#end = { phase: 'started', number });
      missingSince ??= clock.now();
      if (clock.now() - missingSince >= graceMs) break;
      await deadline.sleep(pace.next());
    }
    throw new QueueItemLostError(
      `The queue item ${this.queueId} is gone and no build of ${this.#job.join('/')} came from it. The server may have been restarted before it was saved, or the build was deleted. Look at the job before starting again.`,
      this.queueId,
    );
  }

  /** The queue item; undefined when it is gone, or when the id is now that of another one. */
  async #readItem(call: CallOptions): Promise<QueueItem | undefined> {
    const response = await this.connection.request({
      ...call,
      path: `queue/item/${this.queueId}/api/json`,
      query: { tree: queueItemTree },
      accept: [404],
    });
    if (response.status === 404) {
      await response.discard();
      return undefined;
    }
    const item = parseQueueItem(await response.json<unknown>());
    if (this.#isOurs(item)) return item;
    if (item.queuedAt > (this.#queuedAt ?? Infinity)) this.#reusedAt ??= item.queuedAt;
    return undefined;
  }

  #isOurs(item: QueueItem): boolean {
    if (this.#queuedAt !== undefined) return item.queuedAt === this.#queuedAt;
    if (this.#queuedAfter !== undefined && item.queuedAt < this.#queuedAfter) return false;
    return item.item === undefined || item.item.join('/') === this.#job.join('/');
  }

  #remember(item: QueueItem): BuildRequestState {
    this.#queuedAt = item.queuedAt;
    this.#job = item.item ?? this.#job;
    if (item.state === 'cancelled') return (this.#end = { phase: 'cancelled' });
    if (item.buildNumber !== undefined) {
      return (this.#end = { phase: 'started', number: item.buildNumber });
    }
    return { phase: item.state, ...(item.why === undefined ? {} : { why: item.why }) };
  }

  async #findBuild(call: CallOptions): Promise<number | undefined> {
    try {
      return await findByQueueId(
        this.connection,
        this.#job,
        this.queueId,
        this.#queuedAt ?? this.#queuedAfter,
        this.#reusedAt,
        call,
      );
    } catch (error) {
      // The job itself is gone: then it has no such build either.
      if (isJenkinsError(error, 'NotFoundOrHidden')) return undefined;
      throw error;
    }
  }
}

/** A reason without its numbers: "Expires in 4.9 sec" changes with every look and says nothing new. */
function wordsOf(why: string | undefined): string | undefined {
  return why?.replace(/\d+(?:\.\d+)?/gu, '#');
}
