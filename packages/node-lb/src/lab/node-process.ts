import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { NodeLbError } from '../errors.ts';

/** How a program of a node is started. */
export interface NodeProcessOptions {
  readonly namespace: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Told each line the program prints, on either of its outputs. */
  readonly onLine?: ((line: string) => void) | undefined;
}

/** How long a program may take to end on SIGTERM, in milliseconds. */
const graceMs = 5000;

/** A program that goes on in the network namespace of a node, such as its kube-proxy or its agent. */
export class NodeProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  readonly #name: string;
  #lastWords: string[] = [];
  #running = true;
  #stopping = false;

  constructor({ namespace, argv, env, onLine }: NodeProcessOptions) {
    this.#name = argv.slice(0, 3).join(' ');
    this.#child = spawn('nsenter', [`--net=/run/netns/${namespace}`, '--', ...argv], {
      env,
      cwd: '/',
      // Ctrl-C in a terminal is for the lab alone, which ends what it started.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        this.#lastWords = [...this.#lastWords.slice(-9), line];
        onLine?.(line);
      });
    }
    this.#exited = new Promise((resolve) => {
      const end = (error?: unknown): void => {
        if (error instanceof Error) this.#lastWords.push(error.message);
        this.#running = false;
        resolve();
      };
      this.#child.once('error', end).once('exit', end);
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** The last lines it printed. */
  get lastWords(): string {
    return this.#lastWords.join('\n');
  }

  /** Throws `NodeLbError` (`ProgramFailed`) with its last words when the program ended although nobody stopped it. */
  check(): void {
    if (this.#running || this.#stopping) return;
    throw new NodeLbError('ProgramFailed', `${this.#name} ended:\n${this.lastWords}`);
  }

  /** Ends it with a signal and waits: SIGTERM first, SIGKILL when it takes longer than five seconds. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    this.#stopping = true;
    if (!this.#running) return;
    this.#child.kill(signal);
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), graceMs);
    await this.#exited;
    clearTimeout(timer);
  }
}
