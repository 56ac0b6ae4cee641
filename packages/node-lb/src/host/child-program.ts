import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import type { Clock } from '@armillary/kube';

/**
 * All that a program gets of the environment. Proxies, tokens and locales of the agent are none of its business, and its
 * words must be those that the readers of its output know.
 */
export const environment = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
};

/** How long a program may take to end on SIGTERM before SIGKILL. */
const graceMs = 1000;

/** A program that runs in a process group of its own, so that it can be ended with all its children. */
export class ChildProgram {
  readonly process: ChildProcessWithoutNullStreams;
  readonly #clock: Pick<Clock, 'setTimeout'>;
  #cancelKill: (() => void) | undefined;

  private constructor(process: ChildProcessWithoutNullStreams, clock: Pick<Clock, 'setTimeout'>) {
    this.process = process;
    this.#clock = clock;
    // A program that ends without reading all of its input says why by its exit code; EPIPE adds nothing.
    process.stdin.on('error', () => {});
    process.once('exit', () => this.#cancelKill?.());
  }

  /** Rejects with the system's error when the program cannot be started. */
  static async start(argv: readonly string[], clock: Pick<Clock, 'setTimeout'>): Promise<ChildProgram> {
    const [program, ...args] = argv;
    if (program === undefined) throw new TypeError('a program has a name');
    // A folder that always exists: a missing one would look like a missing program.
    const started = spawn(program, args, { env: environment, cwd: '/', detached: true, stdio: 'pipe' });
    // Without open files left it has no pipes at all, so nobody may touch them before this.
    await once(started, 'spawn');
    return new ChildProgram(started, clock);
  }

  /** Asks the program and its children to end, and ends them when they do not. */
  terminate(): void {
    this.#signal('SIGTERM');
    this.#cancelKill ??= this.#clock.setTimeout(() => this.#signal('SIGKILL'), graceMs);
  }

  /** Ends what is left of the group, and lets go of pipes that somebody outside of it may still hold. */
  kill(): void {
    this.#cancelKill?.();
    this.#signal('SIGKILL');
    this.process.stdin.destroy();
    this.process.stdout.destroy();
    this.process.stderr.destroy();
  }

  #signal(signal: NodeJS.Signals): void {
    const { pid } = this.process;
    if (pid === undefined) return;
    try {
      process.kill(-pid, signal);
    } catch (error) {
      // Nobody is left in the group.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
