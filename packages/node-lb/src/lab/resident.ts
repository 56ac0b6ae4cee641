import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { NodeLbError } from '../errors.ts';
import type { Answer, CallOrder, Order, OrderLine, ResultLine } from './resident-orders.ts';

const program = fileURLToPath(
  new URL(
    import.meta.url.endsWith('.ts') ? './resident-program.ts' : './resident-program.js',
    import.meta.url,
  ),
);

/** A TCP connection that stays open; see {@link Resident.open}. */
export interface OpenConnection {
  /** What its opening brought. */
  readonly first: Answer;
  /** Asks again; `closed` is the error once it is gone. */
  ask(timeoutMs?: number): Promise<Answer>;
  close(): Promise<void>;
}

/**
 * The program in one namespace of a lab, as a pod or as a client. Its methods reject with `NodeLbError` when it could not
 * be started or ended; that a connection fails is an answer, not an error.
 */
export class Resident {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #waiting = new Map<
    number,
    { resolve: (result: unknown) => void; reject: (error: Error) => void }
  >();
  #number = 0;
  #ended: NodeLbError | undefined;
  #lastWords = '';

  constructor(namespace: string) {
    const enter = [`--net=/run/netns/${namespace}`, '--', process.execPath, '--no-warnings', program];
    // Detached: Ctrl-C in a terminal is for the lab alone, which ends what it started.
    this.#child = spawn('nsenter', enter, { env: {}, cwd: '/', detached: true, stdio: 'pipe' });
    this.#child.stdin.on('error', () => {});
    this.#child.stderr.on('data', (text: Buffer) => {
      this.#lastWords = (this.#lastWords + text.toString()).slice(-1000);
    });
    this.#child.once('error', (error) => this.#end(error));
    this.#child.once('close', () => this.#end());
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      const said = JSON.parse(line) as ResultLine;
      const waiting = this.#waiting.get(said.number);
      this.#waiting.delete(said.number);
      if ('failure' in said) waiting?.reject(new NodeLbError('ProgramFailed', said.failure));
      else waiting?.resolve(said.result);
    });
  }

  /** Answers from now on as `name`, on one port over TCP and UDP and both families. */
  async serve(name: string, port: number): Promise<void> {
    await this.#order({ kind: 'serve', name, port });
  }

  /** Connects so often as it is told, all at once, and says what each connection brought. */
  async call(order: Omit<CallOrder, 'kind'>): Promise<Answer[]> {
    return (await this.#order({ kind: 'call', ...order })) as Answer[];
  }

  /** Opens a TCP connection that stays. */
  async open(address: string, port: number, timeoutMs = 2000): Promise<OpenConnection> {
    const connection = String(this.#number);
    const first = (await this.#order({ kind: 'open', connection, address, port, timeoutMs })) as Answer;
    return {
      first,
      ask: async (limitMs = 2000) =>
        (await this.#order({ kind: 'ask', connection, timeoutMs: limitMs })) as Answer,
      close: async () => void (await this.#order({ kind: 'close', connection })),
    };
  }

  /** Ends the program. */
  async stop(): Promise<void> {
    if (this.#ended) return;
    const closed = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.kill('SIGKILL');
    await closed;
  }

  #order(order: Order): Promise<unknown> {
    if (this.#ended) return Promise.reject(this.#ended);
    const number = this.#number++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject });
      this.#child.stdin.write(`${JSON.stringify({ number, order } satisfies OrderLine)}\n`);
    });
  }

  #end(cause?: Error): void {
    const words = this.#lastWords.trim();
    this.#ended ??= new NodeLbError(
      'ProgramFailed',
      `the program of a namespace of the lab ended${words === '' ? '' : `: ${words}`}`,
      { cause },
    );
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }
}
