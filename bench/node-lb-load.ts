import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Where a load goes. */
export interface Target {
  readonly address: string;
  readonly port: number;
}

/** Actions per second; of a stream its bits. `p50` in seconds. */
export interface Load {
  perSecond: number;
  p50: number;
}

type Order =
  | { kind: 'serve'; port: number; workers: number }
  | ({ kind: 'stream' | 'requests' | 'connections' | 'crowd'; seconds: number } & Target);

/** How long one measurement goes on. Short ones come close to those that they are compared with. */
const seconds = 0.1;
/** A stream takes longer to come to its speed. */
const streamSeconds = 0.2;
const program = fileURLToPath(new URL('node-lb-load.py', import.meta.url));

/** A program in a network namespace that sends load or answers it. */
export class LoadProgram {
  readonly #child: ChildProcess;
  readonly #answers: AsyncIterator<string>;
  readonly #ended: Promise<unknown>;
  #lastWords = '';

  constructor(namespace: string) {
    const argv = [`--net=/run/netns/${namespace}`, '--', 'python3', program];
    // A group of its own: what it has forked is ended with it.
    this.#child = spawn('nsenter', argv, { stdio: 'pipe', detached: true });
    this.#ended = once(this.#child, 'close');
    this.#child.stderr?.on('data', (text: Buffer) => (this.#lastWords += text.toString()));
    this.#answers = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]();
  }

  async serve(port: number, workers: number): Promise<void> {
    await this.#order({ kind: 'serve', port, workers });
  }

  /** Bits per second of one TCP stream. */
  async stream(target: Target): Promise<number> {
    return (await this.#order({ kind: 'stream', seconds: streamSeconds, ...target })).perSecond;
  }

  /** Requests of one byte on one open connection, one after the other. */
  requests(target: Target): Promise<Load> {
    return this.#order({ kind: 'requests', seconds, ...target });
  }

  /** Connections that ask once and close, one after the other. */
  connections(target: Target): Promise<Load> {
    return this.#order({ kind: 'connections', seconds, ...target });
  }

  /** Connections per second of so many clients at once that the processors are what limits them. */
  async crowd(target: Target): Promise<number> {
    return (await this.#order({ kind: 'crowd', seconds, ...target })).perSecond;
  }

  async stop(): Promise<void> {
    this.#child.stdin?.end();
    await this.#ended;
  }

  async #order(order: Order): Promise<Load> {
    this.#child.stdin!.write(`${JSON.stringify(order)}\n`);
    const { value, done } = await this.#answers.next();
    if (done) throw new Error(`python3 ended: ${this.#lastWords.trim()}`);
    const { result, failure } = JSON.parse(value) as { result: Load; failure?: string };
    if (failure !== undefined) throw new Error(failure);
    return result;
  }
}
