import { execFileSync, spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

let made = 0;

/** Whether namespaces can be made here; says so loudly when not. In CI a suite that does not run is a failure. */
export function namespacesAvailable(suite: string): boolean {
  if (process.platform === 'linux' && process.getuid?.() === 0) return true;
  const message = `${suite} is NOT RUN: it needs root on Linux, for network namespaces`;
  if (process.env['CI']) throw new Error(message);
  process.stderr.write(`${message}\n`);
  return false;
}

/** A network namespace of its own, with the addresses of a node on a link that leads nowhere. Node's own network stays as it is. */
export class NetworkNamespace implements AsyncDisposable {
  readonly name = `claims-${process.pid}-${(made += 1)}`;
  readonly #children = new Set<Lines>();

  constructor(addresses: readonly string[] = []) {
    execFileSync('ip', ['netns', 'add', this.name]);
    try {
      this.#setUp(addresses);
    } catch (error) {
      execFileSync('ip', ['netns', 'delete', this.name]);
      throw error;
    }
  }

  #setUp(addresses: readonly string[]): void {
    this.run('ip', 'link', 'add', 'node0', 'type', 'veth', 'peer', 'name', 'node1');
    for (const link of ['lo', 'node0', 'node1']) this.run('ip', 'link', 'set', link, 'up');
    for (const address of addresses) {
      this.run('ip', 'address', 'add', address, 'dev', 'node0', ...(address.includes(':') ? ['nodad'] : []));
    }
  }

  /** Runs a program in it to its end and returns what it printed; throws when it fails. */
  run(program: string, ...args: string[]): string {
    return this.feed('', program, ...args);
  }

  /** The same, with something on its standard input. */
  feed(input: string, program: string, ...args: string[]): string {
    return execFileSync('ip', ['netns', 'exec', this.name, program, ...args], { encoding: 'utf8', input });
  }

  /** Starts a program in it that speaks in lines; it is killed at the end. */
  start(program: string, ...args: string[]): Lines {
    const lines = new Lines(this.name, program, args);
    this.#children.add(lines);
    return lines;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#children].map((child) => child.end()));
    execFileSync('ip', ['netns', 'delete', this.name]);
  }
}

/** A process that is written to and read from in lines. */
export class Lines {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;

  constructor(namespace: string, program: string, args: readonly string[]) {
    this.#child = spawn('ip', ['netns', 'exec', namespace, program, ...args], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  write(line: string): void {
    this.#child.stdin.write(`${line}\n`);
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
