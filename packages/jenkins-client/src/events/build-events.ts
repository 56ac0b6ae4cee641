import type { CallOptions, Connection } from '../connection.ts';
import { Deadline } from '../deadline.ts';
import { isJenkinsError, type JenkinsErrorCode } from '../errors.ts';
import { Pace, throughOutages } from '../waiting.ts';
import { BuildWatch } from './build-watch.ts';
import type { JenkinsEvent } from './event.ts';
import { listenToGateway } from './gateway.ts';
import { WakeUp } from './wake-up.ts';
import { isWatched, type WatchedJobs } from './watched-jobs.ts';

/** Which events to tell and how fast. */
export interface EventsOptions extends WatchedJobs, CallOptions {
  /** The shortest time between two looks at the server, in milliseconds; 1000 when absent. */
  readonly intervalMs?: number | undefined;
  /** Whether to let the server's event gateway tell when to look, when it has one. True when absent. */
  readonly gateway?: boolean | undefined;
}

/** The longest time between two looks: while nothing happens, and beside the gateway, whose events may get lost. */
const longestIntervalMs = 30_000;

/** The same while something runs or waits: the gateway may speak of an end before the build shows it. */
const busyIntervalMs = 5000;

/**
 * Events of builds, from now on, until it is left (`break`) or its signal ends it.
 *
 * What is told comes from looks at the builds themselves (`BuildWatch`), which lose nothing and tell nothing twice. The
 * server's event gateway, where there is one, only says when to look; without it the pauses grow while nothing happens.
 * While the server is away, it waits: five minutes, or until the deadline.
 */
export class BuildEvents implements AsyncIterable<JenkinsEvent> {
  readonly #connection: Connection;
  readonly #options: EventsOptions;
  readonly #wakeUps = new Set<WakeUp>();

  constructor(connection: Connection, options: EventsOptions = {}) {
    this.#connection = connection;
    this.#options = options;
  }

  /** Looks at once, such as after a start of one's own. */
  wake(): void {
    for (const wakeUp of this.#wakeUps) wakeUp.call();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<JenkinsEvent, void, undefined> {
    const { clock } = this.#connection;
    const { intervalMs = 1000 } = this.#options;
    const deadline = new Deadline(clock, this.#options);
    const watch = new BuildWatch(this.#connection, this.#options);
    const wakeUp = new WakeUp();
    const end = new AbortController();
    const hints = new Hints(this.#connection, this.#options, wakeUp, end.signal);
    const listening = this.#options.gateway === false ? undefined : hints.listen();
    const pace = new Pace(intervalMs, longestIntervalMs);
    this.#wakeUps.add(wakeUp);
    try {
      for (;;) {
        const events = await throughOutages(clock, deadline, (call) => watch.poll(call));
        yield* events;
        if (events.length > 0) pace.reset();
        const quiet = hints.live ? longestIntervalMs : pace.next();
        const pause = watch.busy ? Math.min(quiet, busyIntervalMs) : quiet;
        await wakeUp.sleep(clock, deadline, intervalMs, Math.max(pause, intervalMs));
      }
    } finally {
      this.#wakeUps.delete(wakeUp);
      end.abort();
      await listening;
    }
  }
}

/** Errors that come again when the same is asked again. */
const refusals: readonly JenkinsErrorCode[] = [
  'Unauthenticated',
  'LoginRedirect',
  'Forbidden',
  'NotFoundOrHidden',
  'Invalid',
];

/** Listens to the event gateway in the background and wakes up the looking when a watched job is spoken of. */
class Hints {
  /** Whether the gateway is connected. */
  live = false;
  readonly #connection: Connection;
  readonly #jobs: WatchedJobs;
  readonly #wakeUp: WakeUp;
  readonly #signal: AbortSignal;

  constructor(connection: Connection, jobs: WatchedJobs, wakeUp: WakeUp, signal: AbortSignal) {
    this.#connection = connection;
    this.#jobs = jobs;
    this.#wakeUp = wakeUp;
    this.#signal = signal;
  }

  /**
   * Listens until the signal ends it, connecting again when the stream breaks. It never fails: without the gateway,
   * looking goes on all the same, and what is wrong with the server shows there.
   */
  async listen(): Promise<void> {
    const { clock } = this.#connection;
    const call = { signal: this.#signal };
    const pace = new Pace(1000, 60_000);
    while (!this.#signal.aborted) {
      try {
        const { sse } = await this.#connection.capabilities(call);
        if (!sse) return;
        const ready = (): void => {
          this.live = true;
          pace.reset();
          // What happened before the subscription was told to nobody.
          this.#wakeUp.call();
        };
        for await (const job of listenToGateway(this.#connection, ready, call)) {
          if (isWatched(this.#jobs, job)) this.#wakeUp.call();
        }
      } catch (error) {
        // A server that refuses the gateway goes on doing so. Whatever else broke, a new connection may hold.
        if (refusals.some((code) => isJenkinsError(error, code))) return;
      } finally {
        this.live = false;
      }
      try {
        await clock.sleep(pace.next(), this.#signal);
      } catch {
        return;
      }
    }
  }
}
