import { fork, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { CommandError } from './command-error.ts';
import { readableLine } from './log.ts';

const main = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './main.ts' : './main.js', import.meta.url),
);

/** The first object a role prints when it serves. */
export type ReadyEvent = { event: 'ready' } & Record<string, unknown>;

/** Options of a `ChildRole`. */
export interface ChildRoleOptions {
  /** The name in messages. */
  name: string;
  /** The arguments of `armillary` for a start; `ready` is what the role printed the first time, if it ever did. */
  args(ready: ReadyEvent | undefined): string[];
  /** Takes each line for the person at the terminal. */
  say(line: string): void;
  /** Milliseconds a stop may take before the process is killed. */
  stopTimeoutMs: number;
}

const restartDelays = { firstMs: 500, capMs: 30_000, healthyMs: 60_000 };

/**
 * One command of `armillary` as a supervised process. A crash after the first ready event is followed by a restart
 * with growing delays; a process that never gets ready fails the start.
 */
export class ChildRole {
  readonly #options: ChildRoleOptions;
  #process: ChildProcess | undefined;
  #ready: ReadyEvent | undefined;
  #stopping = false;
  #delayMs = restartDelays.firstMs;
  #restart: NodeJS.Timeout | undefined;

  constructor(options: ChildRoleOptions) {
    this.#options = options;
  }

  /** Starts the process and resolves with its ready event. Throws `CommandError` when it ends before that. */
  async start(): Promise<ReadyEvent> {
    const child = fork(main, this.#options.args(this.#ready), { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    this.#process = child;
    const startedAt = Date.now();
    const lastLines: string[] = [];
    createInterface({ input: child.stderr! }).on('line', (line) => {
      lastLines.push(line);
      if (lastLines.length > 20) lastLines.shift();
      this.#options.say(readableLine(this.#options.name, line));
    });
    return await new Promise<ReadyEvent>((resolve, reject) => {
      let ready = false;
      createInterface({ input: child.stdout! }).on('line', (line) => {
        const event = JSON.parse(line) as ReadyEvent;
        if (event.event !== 'ready') return;
        ready = true;
        this.#ready ??= event;
        resolve(event);
      });
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        this.#process = undefined;
        if (!ready) {
          reject(
            new CommandError(
              'failure',
              `${this.#options.name} did not start (${describeExit(code, signal)})`,
            ),
          );
        } else if (!this.#stopping) {
          this.#scheduleRestart(startedAt, describeExit(code, signal));
        }
      });
    });
  }

  #scheduleRestart(startedAt: number, why: string): void {
    if (Date.now() - startedAt > restartDelays.healthyMs) this.#delayMs = restartDelays.firstMs;
    const delay = this.#delayMs;
    this.#delayMs = Math.min(delay * 2, restartDelays.capMs);
    this.#options.say(`${this.#options.name} ended unexpectedly (${why}); starting it again in ${delay} ms`);
    this.#restart = setTimeout(() => {
      this.start().catch((error: unknown) => {
        if (!this.#stopping) this.#scheduleRestart(Date.now(), (error as Error).message);
      });
    }, delay);
  }

  /** Tells the process to stop and, when it takes too long, kills it. Resolves when it is gone. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#restart);
    const child = this.#process;
    if (!child) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    if (child.connected) child.disconnect();
    const killer = setTimeout(() => {
      this.#options.say(`${this.#options.name} did not stop in time and is killed`);
      child.kill('SIGKILL');
    }, this.#options.stopTimeoutMs);
    await gone;
    clearTimeout(killer);
  }
}

function describeExit(code: number | null, signal: NodeJS.Signals | null): string {
  return signal ? `ended by ${signal}` : `exit code ${code}`;
}
