import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A process to start: no shell reads any of it. */
export interface ProcessCommand {
  file: string;
  args: readonly string[];
  folder: string;
  environment: Readonly<Record<string, string>>;
  /** The path of a named pipe that the caller reads; it becomes standard output and error, and its name goes. */
  pipe: string;
}

type Task =
  | { do: 'start'; command: ProcessCommand }
  | { do: 'make-pipes'; paths: readonly string[] }
  | { do: 'kill-stragglers'; podsFolder: string; uid: string };

/** What the runner asks the spawner process for. */
export type SpawnerRequest = { id: number } & Task;

/** What the spawner process answers: done or started, why not, or how a started process ended. */
export interface SpawnerAnswer {
  id: number;
  pid?: number;
  error?: string;
  /** `null` when a signal ended it. */
  exitCode?: number | null;
}

/** A process that was started as the leader of a group of its own. */
export interface StartedProcess {
  pid: number;
  /** Its exit code, `null` after a signal. Nothing of its group is left then. Rejects when that cannot be known. */
  exit: Promise<number | null>;
}

/** A process that could not be started; the message says why in the system's words. */
export class SpawnError extends Error {
  readonly code = 'SpawnFailed';
}

interface Waiting {
  take(answer: SpawnerAnswer): void;
  fail(error: Error): void;
}

const program = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './spawner-process.ts' : './spawner-process.js', import.meta.url),
);

/** Starts processes by way of a small process of its own, which is started when first needed. */
export class Spawner {
  readonly #waiting = new Map<number, Waiting>();
  #process: ChildProcess | undefined;
  #lastId = 0;

  /** Makes named pipes, which Node cannot. Rejects with `SpawnError`. */
  async makePipes(paths: readonly string[]): Promise<void> {
    if (paths.length === 0) return;
    await this.#carryOut({ do: 'make-pipes', paths });
  }

  /** Kills what the steps of a pod left running outside of their groups. Rejects with `SpawnError`. */
  async killStragglers(podsFolder: string, uid: string): Promise<void> {
    await this.#carryOut({ do: 'kill-stragglers', podsFolder, uid });
  }

  /** Starts a process. Rejects with `SpawnError`. */
  async start(command: ProcessCommand): Promise<StartedProcess> {
    const { promise, resolve, reject } = Promise.withResolvers<StartedProcess>();
    const exit = Promise.withResolvers<number | null>();
    // Whoever does not wait for the end need not hear that it is unknown.
    exit.promise.catch(() => undefined);
    this.#ask(
      { do: 'start', command },
      {
        take({ pid, error, exitCode }) {
          if (error !== undefined) reject(new SpawnError(error));
          else if (pid !== undefined) resolve({ pid, exit: exit.promise });
          else exit.resolve(exitCode ?? null);
        },
        fail(error) {
          reject(error);
          exit.reject(error);
        },
      },
    );
    return await promise;
  }

  /** Ends the spawner process, and with it everything it started. */
  close(): void {
    if (this.#process?.connected === true) this.#process.disconnect();
  }

  async #carryOut(task: Task): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#ask(task, {
      take: ({ error }) => (error === undefined ? resolve() : reject(new SpawnError(error))),
      fail: reject,
    });
    await promise;
  }

  #ask(task: Task, waiting: Waiting): void {
    const id = ++this.#lastId;
    this.#waiting.set(id, waiting);
    const spawner = (this.#process ??= this.#fork());
    spawner.ref();
    spawner.channel?.ref();
    // A channel that breaks is noticed by `disconnect`.
    spawner.send({ id, ...task }, () => undefined);
  }

  #fork(): ChildProcess {
    // It needs nothing of our environment but the way to `mkfifo`.
    const child = fork(program, { execArgv: [], env: { PATH: process.env['PATH'] } });
    child.on('message', (message) => this.#take(message as SpawnerAnswer));
    const lost = (): void => {
      if (this.#process !== child) return;
      this.#process = undefined;
      const error = new SpawnError('the process that starts steps has ended; what it started was ended too');
      for (const waiting of this.#waiting.values()) waiting.fail(error);
      this.#waiting.clear();
    };
    child.once('disconnect', lost);
    child.once('error', lost);
    return child;
  }

  #take(answer: SpawnerAnswer): void {
    this.#waiting.get(answer.id)?.take(answer);
    // A process that was started is answered for once more, when it ends.
    if (answer.pid === undefined) this.#waiting.delete(answer.id);
    if (this.#waiting.size > 0) return;
    // The program may end while nothing runs.
    this.#process?.unref();
    this.#process?.channel?.unref();
  }
}
