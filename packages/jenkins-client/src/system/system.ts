import type { CallOptions, Connection } from '../connection.ts';
import { Deadline } from '../deadline.ts';
import { ConnectionFailedError, NotReadyError, TimeoutError } from '../errors.ts';
import { expected } from '../expected.ts';
import { objectOf, textOf, textsOf } from '../json-shape.ts';
import { select } from '../select.ts';

/** Who Jenkins takes the caller for. */
export interface WhoAmI {
  readonly name: string;
  readonly anonymous: boolean;
  readonly authenticated: boolean;
  readonly authorities: readonly string[];
}

/** Whether Jenkins is about to go down: it starts no builds then. */
export interface QuietState {
  readonly quietingDown: boolean;
  readonly reason: string | undefined;
}

const quietState = select({ quietingDown: true, quietDownReason: true });

/** How long `waitUntilReady` waits unless told otherwise, in milliseconds. */
const longestStart = 5 * 60_000;
/** Between two looks at a server that starts, in milliseconds. */
const pollMs = 1000;
/** What one look may take: a server that hangs while starting must not use up the whole wait. */
const lookMs = 10_000;

/** The server as a whole. */
export class System {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** The version of Jenkins, such as `2.516.2`; undefined when a proxy hides it. */
  async version(options: CallOptions = {}): Promise<string | undefined> {
    return (await this.#connection.capabilities(options)).version;
  }

  /** Who Jenkins takes the caller for; works without any permission. */
  async whoAmI(options: CallOptions = {}): Promise<WhoAmI> {
    const answer = await this.#connection.request({ ...options, path: 'whoAmI/api/json' });
    const who = expected(objectOf(await answer.json<unknown>()), 'who asks');
    return {
      name: expected(textOf(who.name), 'who asks'),
      anonymous: who.anonymous === true,
      authenticated: who.authenticated === true,
      authorities: textsOf(who.authorities),
    };
  }

  /** Whether Jenkins is about to go down. */
  async quietState(options: CallOptions = {}): Promise<QuietState> {
    const answer = await this.#connection.request({
      ...options,
      path: 'api/json',
      query: { tree: quietState.tree },
    });
    const state = expected(objectOf(await answer.json<unknown>()), 'its state');
    return { quietingDown: state.quietingDown === true, reason: textOf(state.quietDownReason) };
  }

  /** Lets running builds end and starts no others. The reason is shown to users. */
  async quietDown(reason?: string, options: CallOptions = {}): Promise<void> {
    // `message` since 2.414, `reason` before: read in the source of Jenkins; an unknown parameter does no harm.
    await this.#post('quietDown', reason === undefined ? {} : { message: reason, reason }, options);
  }

  /** Lets builds start again. */
  async cancelQuietDown(options: CallOptions = {}): Promise<void> {
    await this.#post('cancelQuietDown', {}, options);
  }

  /** Reads all configuration from disk again. Builds go on; `waitUntilReady` tells when it is done. */
  async reload(options: CallOptions = {}): Promise<void> {
    await this.#post('reload', {}, options);
  }

  /**
   * Restarts at once; running Pipelines are resumed, other builds are lost. Gives the server session that ends, for
   * `waitUntilReady`. Route and parameters are read in the source of Jenkins.
   */
  async restart(options: CallOptions = {}): Promise<string | undefined> {
    return this.#restart('restart', {}, options);
  }

  /** Restarts once all builds that cannot be resumed have ended, as `restart` otherwise. The reason is shown to users. */
  async safeRestart(reason?: string, options: CallOptions = {}): Promise<string | undefined> {
    return this.#restart('safeRestart', reason === undefined ? {} : { message: reason }, options);
  }

  /**
   * Waits until Jenkins answers, five minutes unless `timeoutMs` tells otherwise, and gives its session. With
   * `sinceSession`, what `restart` gave, answers of the server that is still going down do not count. Throws
   * TimeoutError, and every error that waiting does not heal, such as UnauthenticatedError.
   */
  async waitUntilReady(
    options: CallOptions & { sinceSession?: string | undefined } = {},
  ): Promise<string | undefined> {
    const deadline = new Deadline(this.#connection.clock, {
      signal: options.signal,
      timeoutMs: options.timeoutMs ?? longestStart,
    });
    for (;;) {
      const session = await this.#look(deadline.left());
      if (
        session !== 'not ready' &&
        (options.sinceSession === undefined || session !== options.sinceSession)
      ) {
        return session;
      }
      await deadline.sleep(pollMs);
    }
  }

  async #look({ signal, timeoutMs = lookMs }: CallOptions): Promise<string | undefined> {
    try {
      return await this.#session({ signal, timeoutMs: Math.min(timeoutMs, lookMs) });
    } catch (error) {
      const passing =
        error instanceof NotReadyError ||
        error instanceof TimeoutError ||
        (error instanceof ConnectionFailedError && !error.lasting);
      if (passing) return 'not ready';
      throw error;
    }
  }

  /** The session of the server that answers; 403 is an answer, too. */
  async #session(options: CallOptions): Promise<string | undefined> {
    const answer = await this.#connection.request({
      ...options,
      method: 'HEAD',
      path: 'api/json',
      accept: [403],
    });
    await answer.discard();
    return answer.headers.get('x-jenkins-session') ?? undefined;
  }

  async #restart(
    path: string,
    query: Record<string, string>,
    options: CallOptions,
  ): Promise<string | undefined> {
    const session = await this.#session(options);
    await this.#post(path, query, options);
    return session;
  }

  async #post(path: string, query: Record<string, string>, options: CallOptions): Promise<void> {
    const answer = await this.#connection.request({ ...options, method: 'POST', path, query, accept: [302] });
    await answer.discard();
  }
}
