import { Build, shortDescription, type Cause, type Plan } from '../builds/build.ts';
import type { Clock } from '../../connection.ts';
import type { Item } from '../items/item.ts';
import type { ParameterValue } from '../items/parameters.ts';

/** What somebody asks the queue to build. */
export interface Submission {
  readonly task: Item;
  readonly parameters: readonly ParameterValue[];
  readonly causes: readonly Cause[];
  readonly plan?: Plan;
  /** How long to wait for more of the same, in milliseconds. */
  readonly quietMs: number;
}

/** Something that waits to be built, or left the queue less than five minutes ago. */
export interface QueueItem extends Submission {
  readonly id: number;
  readonly plan: Plan;
  readonly causes: Cause[];
  /** In milliseconds since 1970. */
  readonly since: number;
  /** When the quiet period ends; more of the same work with a shorter one brings it forward. */
  readyAt: number;
  state: 'waiting' | 'blocked' | 'buildable' | 'left';
  why: string | null;
  cancelled: boolean;
  build: Build | undefined;
  leftAt: number | undefined;
}

const KEPT_MS = 5 * 60_000;
const MOST_LEFT = 10_000;

/** The queue of a server. */
export class Queue {
  readonly #items = new Map<number, QueueItem>();
  readonly #clock: Clock;
  readonly #run: (build: Build) => Promise<void>;
  readonly #ended = new AbortController();
  #nextId = 1;
  /** While the server goes down, nothing is started. */
  #held = false;

  constructor(clock: Clock, run: (build: Build) => Promise<void>) {
    this.#clock = clock;
    this.#run = run;
  }

  /** Puts something into the queue, or folds it into what waits already with the same parameters. */
  submit(submission: Submission): { readonly item: QueueItem; readonly coalesced: boolean } {
    const same = this.waiting.find((item) => item.task === submission.task && sameWork(item, submission));
    if (same) {
      same.causes.push(
        ...submission.causes.filter((cause) => !same.causes.some((old) => sameCause(old, cause))),
      );
      this.#startBy(same, this.#clock.now() + submission.quietMs);
      return { item: same, coalesced: true };
    }
    const now = this.#clock.now();
    const item: QueueItem = {
      ...submission,
      id: this.#nextId++,
      plan: submission.plan ?? {},
      causes: [...submission.causes],
      since: now,
      readyAt: now + submission.quietMs,
      state: 'waiting',
      why: null,
      cancelled: false,
      build: undefined,
      leftAt: undefined,
    };
    this.#items.set(item.id, item);
    if (submission.quietMs > 0) void this.#wake(item.readyAt);
    this.maintain();
    return { item, coalesced: false };
  }

  #startBy(item: QueueItem, at: number): void {
    if (at >= item.readyAt) return;
    item.readyAt = at;
    void this.#wake(at);
  }

  /** What has not left, oldest first. */
  get waiting(): readonly QueueItem[] {
    return [...this.#items.values()].filter((item) => item.state !== 'left');
  }

  /** An item by id; one that left is known for five minutes. */
  get(id: number): QueueItem | undefined {
    this.#forget(this.#clock.now() - KEPT_MS);
    return this.#items.get(id);
  }

  /** Whether there was such an item to cancel. */
  cancel(id: number): boolean {
    const item = this.get(id);
    if (!item || item.state === 'left') return false;
    this.#leave(item);
    item.cancelled = true;
    return true;
  }

  /** Forgets all that left, as five minutes do. */
  expire(): void {
    this.#forget(Number.POSITIVE_INFINITY);
  }

  /** Forgets everything: what waited is never built, and ids begin again. */
  lose(): void {
    this.#items.clear();
    this.#nextId = 1;
  }

  hold(held: boolean): void {
    this.#held = held;
    this.maintain();
  }

  /** Starts what can be started. */
  maintain(): void {
    const now = this.#clock.now();
    for (const item of this.waiting) {
      if (item.readyAt > now) item.why = `In the quiet period. Expires in ${spanOf(item.readyAt - now)}`;
      else this.#advance(item, now);
    }
  }

  /** Ends the waiting for quiet periods. */
  close(): void {
    this.#ended.abort();
    this.#items.clear();
  }

  #advance(item: QueueItem, now: number): void {
    const running = item.task.newest.find((build) => build.running);
    if (this.#held) {
      item.state = 'blocked';
      item.why = 'Jenkins is about to shut down';
    } else if (!item.task.config.concurrent && running) {
      item.state = 'blocked';
      item.why = `Build #${running.number} is already in progress (ETA: N/A)`;
    } else {
      const { task, parameters, causes, plan } = item;
      this.#leave(item);
      item.build = new Build({
        job: task,
        queueId: item.id,
        parameters,
        causes,
        plan,
        startTime: now,
        waitedMs: now - item.since,
      });
      void this.#run(item.build).finally(() => this.maintain());
    }
  }

  #leave(item: QueueItem): void {
    item.state = 'left';
    item.why = null;
    item.leftAt = this.#clock.now();
  }

  #forget(leftBefore: number): void {
    const left = [...this.#items.values()].filter((item) => item.leftAt !== undefined);
    const tooMany = left.length - MOST_LEFT;
    for (const [index, item] of left.entries()) {
      if ((item.leftAt ?? 0) < leftBefore || index < tooMany) this.#items.delete(item.id);
    }
  }

  async #wake(at: number): Promise<void> {
    try {
      // A timer may fire a little early by the clock.
      for (let now = this.#clock.now(); now < at; now = this.#clock.now()) {
        await this.#clock.sleep(at - now, this.#ended.signal);
      }
    } catch {
      return; // The server was closed.
    }
    this.maintain();
  }
}

function sameWork(item: QueueItem, other: Submission): boolean {
  const plain = Object.keys(item.plan).length === 0 && Object.keys(other.plan ?? {}).length === 0;
  return plain && JSON.stringify(item.parameters) === JSON.stringify(other.parameters);
}

function sameCause(a: Cause, b: Cause): boolean {
  return shortDescription(a) === shortDescription(b);
}

function spanOf(ms: number): string {
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} sec` : `${Math.floor(ms / 1000)} sec`;
}
