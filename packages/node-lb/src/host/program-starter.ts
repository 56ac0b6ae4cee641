import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { environment } from './child-program.ts';
import type { Ended, RunLimits, RunProgram } from './run-to-end.ts';

/** What the starter is asked for: a run, or the end of one. */
export type StarterOrder =
  | {
      readonly id: number;
      readonly argv: readonly string[];
      readonly limits: Omit<RunLimits, 'signal'>;
    }
  | { readonly id: number; readonly abort: true };

/** How a run ended, or what the system said when it could not begin. */
export type StarterAnswer =
  | { readonly id: number; readonly ended: Ended }
  | { readonly id: number; readonly error: { message: string; code?: string; path?: string } };

const program = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './starter-process.ts' : './starter-process.js', import.meta.url),
);

/**
 * Runs programs by way of a small process of its own, made when it is first needed. To fork takes the longer the more
 * memory a process has, and all else in it waits meanwhile: an agent with 10,000 ports would lose some milliseconds for
 * each program. When this process is killed, what runs is left to run to its end.
 */
export class ProgramStarter {
  readonly #runs = new Map<number, PromiseWithResolvers<Ended>>();
  #process: ChildProcess | undefined;
  #lastId = 0;

  /** Rejects with the system's error when the program or the starter cannot be started, and when the starter ends. */
  readonly run: RunProgram = async (argv, { signal, ...limits }) => {
    const id = ++this.#lastId;
    const run = Promise.withResolvers<Ended>();
    const starter = (this.#process ??= this.#fork());
    this.#runs.set(id, run);
    const onAbort = (): void => send(starter, { id, abort: true });
    send(starter, { id, argv, limits });
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted) onAbort();
    try {
      return await run.promise;
    } finally {
      signal?.removeEventListener('abort', onAbort);
      this.#runs.delete(id);
    }
  };

  /** Lets the starter go, which ends when what it runs has ended; nobody hears of that any more. */
  close(): void {
    if (this.#process?.connected) this.#process.disconnect();
  }

  #fork(): ChildProcess {
    // Neither the agent's flags nor its environment are for it; a folder that always exists, whatever becomes of ours.
    const starter = fork(program, [], {
      cwd: '/',
      env: environment,
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const lost = (error: Error): void => {
      // Of one that was replaced already, nothing is left to lose.
      if (this.#process !== starter) return;
      this.#process = undefined;
      for (const { reject } of this.#runs.values()) reject(error);
    };
    return starter
      .on('message', (answer: StarterAnswer) => this.#take(answer))
      .once('error', lost)
      .once('disconnect', () => lost(new Error('its starter ended')));
  }

  #take(answer: StarterAnswer): void {
    const run = this.#runs.get(answer.id);
    if ('ended' in answer) run?.resolve(answer.ended);
    else run?.reject(Object.assign(new Error(answer.error.message), answer.error));
  }
}

/** A channel that breaks is noticed by its end. */
function send(starter: ChildProcess, order: StarterOrder): void {
  if (starter.connected) starter.send(order, () => {});
}
