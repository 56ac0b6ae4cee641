import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { NetworkNamespace } from '../../host/testing/network-namespace.ts';

/** A node in a network namespace: addresses on a link that leads nowhere, and processes that speak in lines. */
export class NodeStage implements AsyncDisposable {
  readonly namespace = new NetworkNamespace();
  readonly #processes: LineProcess[] = [];

  constructor(...addresses: readonly string[]) {
    try {
      this.#ip('link', 'add', 'node0', 'type', 'veth', 'peer', 'name', 'node1');
      for (const link of ['node0', 'node1']) this.#ip('link', 'set', link, 'up');
      for (const address of addresses) this.addAddress(address);
    } catch (error) {
      this.namespace[Symbol.dispose]();
      throw error;
    }
  }

  /** With its prefix length. It is usable at once: IPv6 does not look for others that have it. */
  addAddress(address: string): void {
    this.#ip('address', 'add', address, 'dev', 'node0', ...(address.includes(':') ? ['nodad'] : []));
  }

  /** Starts a process; it is killed at the end. */
  start(program: string, ...args: readonly string[]): LineProcess {
    const started = new LineProcess(this.namespace.name, program, args);
    this.#processes.push(started);
    return started;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#processes.map((one) => one.end()));
    this.namespace[Symbol.dispose]();
  }

  #ip(...args: string[]): void {
    this.namespace.run('ip', ...args);
  }
}

/** A process that is written to and read from in lines. */
export class LineProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;

  constructor(namespace: string, program: string, args: readonly string[]) {
    const enter = [`--net=/run/netns/${namespace}`, '--', program, ...args];
    this.#child = spawn('nsenter', enter, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  write(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  /** Says a line and waits for one. */
  async ask(line: string): Promise<string> {
    this.write(line);
    return this.next();
  }

  /** The next line; throws when the process ended instead. */
  async next(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error('The process ended without a word more');
    return value;
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }
}
