import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Server } from 'node:net';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { onPath } from '../../scripts/debian.ts';
import { temporaryFolder } from './armillary.ts';
import { forwarding, socketOf } from './browser-network.ts';
import { ended } from './process.ts';

/** The browser of this machine, by any of the names that it is installed under. */
export const browserProgram: string | undefined = ['chromium', 'chromium-browser', 'google-chrome'].find(
  onPath,
);

/** Whether it can have a network of its own, which takes root. */
const canUnshare =
  process.getuid?.() === 0 && spawnSync('unshare', ['--net', 'ip', 'link', 'set', 'lo', 'up']).status === 0;

type Folder = Awaited<ReturnType<typeof temporaryFolder>>;

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

type Send = (method: string, params: object) => Promise<Record<string, unknown>>;

interface Waiting {
  resolve(result: Record<string, unknown>): void;
  reject(error: Error): void;
}

/** A Chromium without a window, steered through a pipe (the Chrome DevTools Protocol). */
export class Browser {
  readonly #process: ChildProcess;
  readonly #folder: Folder;
  /** Where what it asks for comes out. */
  readonly #ways: readonly Server[];
  readonly #commands: Writable;
  /** By the id of the command, or the name of an event. */
  readonly #waiting = new Map<number | string, Waiting>();
  #lastId = 0;
  #stderr = '';

  /** Starts `browserProgram`, which reaches these ports of loopback. */
  static async start(ports: readonly number[]): Promise<Browser> {
    const folder = await temporaryFolder();
    const ways = ports.map((port) =>
      forwarding(() => connect(port, '127.0.0.1')).listen(socketOf(folder.path, port)),
    );
    await Promise.all(ways.map((way) => once(way, 'listening')));
    return new Browser(folder, ports, ways);
  }

  private constructor(folder: Folder, ports: readonly number[], ways: readonly Server[]) {
    this.#folder = folder;
    this.#ways = ways;
    const network = join(import.meta.dirname, 'browser-network.ts');
    const apart = ['unshare', '--net', process.execPath, network, folder.path, ports.join(',')];
    const [program, ...before] = [...(canUnshare ? apart : []), browserProgram ?? 'chromium'];
    const child = spawn(
      program,
      [
        ...before,
        '--headless=new',
        // It sees pages of the tests alone, and root, as in containers, has no other way.
        '--no-sandbox',
        '--disable-gpu',
        '--disable-dev-shm-usage',
        '--disable-background-networking',
        '--disable-component-update',
        '--no-first-run',
        `--user-data-dir=${folder.path}`,
        '--remote-debugging-pipe',
        'about:blank',
      ],
      { stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'] },
    );
    this.#process = child;
    this.#commands = child.stdio[3] as Writable;
    // What is written to a browser that is gone is told by its end.
    this.#commands.on('error', () => undefined);
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = `${this.#stderr}${text}`.slice(-4000);
    });
    let rest = '';
    (child.stdio[4] as Readable).setEncoding('utf8').on('data', (text: string) => {
      const messages = `${rest}${text}`.split('\0');
      rest = messages.pop() ?? '';
      for (const message of messages) this.#receive(JSON.parse(message) as Message);
    });
    child.once('error', (error) => this.#fail(error));
    child.once('exit', () => this.#fail(new Error(`the browser ended\n${this.#stderr}`)));
  }

  /** Opens a page and waits until it is loaded. */
  async open(url: string): Promise<Page> {
    const { targetId } = await this.#send('Target.createTarget', { url: 'about:blank' });
    const attached = await this.#send('Target.attachToTarget', { targetId, flatten: true });
    const send: Send = (method, params) => this.#send(method, params, attached['sessionId'] as string);
    await send('Page.enable', {});
    const loaded = this.#wait('Page.loadEventFired');
    const { errorText } = await send('Page.navigate', { url });
    if (errorText !== undefined) throw new Error(`${url} does not open: ${JSON.stringify(errorText)}`);
    await loaded;
    return new Page(send);
  }

  async close(): Promise<void> {
    // The pipe may close before the answer comes.
    this.#send('Browser.close', {}).catch(() => undefined);
    await ended(this.#process);
    for (const way of this.#ways) way.close();
    await this.#folder.remove();
  }

  #send(method: string, params: object, sessionId?: string): Promise<Record<string, unknown>> {
    const id = ++this.#lastId;
    const answer = this.#wait(id);
    this.#commands.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return answer;
  }

  #wait(what: number | string): Promise<Record<string, unknown>> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(what, { resolve, reject });
    });
  }

  #receive({ id, method, result = {}, error }: Message): void {
    const what = id ?? method ?? '';
    const waiting = this.#waiting.get(what);
    this.#waiting.delete(what);
    if (error) waiting?.reject(new Error(error.message));
    else waiting?.resolve(result);
  }

  #fail(error: Error): void {
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }
}

/** A page in a browser. */
export class Page {
  readonly #send: Send;

  constructor(send: Send) {
    this.#send = send;
  }

  /**
   * Runs a function in the page and gives what it returns. It is sent as text, so it sees nothing around it, only its
   * argument, which the expression `given` makes in the page. What it throws is thrown here, with its fields.
   */
  async run<R>(given: string, program: (given: never) => Promise<R>): Promise<R> {
    const expression = `(async () => {
      try {
        return JSON.stringify({ value: await (${program.toString()})(await ${given}) });
      } catch (error) {
        return JSON.stringify({ error: { ...error, name: error.name, message: error.message } });
      }
    })()`;
    const answer = await this.#send('Runtime.evaluate', { expression, awaitPromise: true });
    const { result, exceptionDetails } = answer as { result: { value?: string }; exceptionDetails?: unknown };
    if (result.value === undefined) throw new Error(`not run: ${JSON.stringify(exceptionDetails)}`);
    const { value, error } = JSON.parse(result.value) as { value: R; error?: { message: string } };
    if (error) throw Object.assign(new Error(error.message), error);
    return value;
  }
}
