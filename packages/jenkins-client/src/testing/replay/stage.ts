import { request as send, type IncomingHttpHeaders } from 'node:http';

import { startFakeJenkins, type FakeJenkins, type FakeOptions } from '../fake-jenkins.ts';
import { recording, type Recording } from '../recording.ts';
import { DEFAULT_USERS } from '../users.ts';
import { ManualClock } from './manual-clock.ts';

/** What a server answered. */
export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/**
 * A fake server on which recorded requests are sent again. Values that a server makes up (sessions, crumbs, ids) are
 * told apart by `learn`, and are put into later requests in place of the recorded ones.
 */
export class Stage {
  readonly fake: FakeJenkins;
  readonly clock: ManualClock;
  /** Recorded values by what they are here. */
  readonly #known = new Map<string, string>();
  readonly #queueIds = new Map<string, string>();
  readonly #logSizes = new Map<string, string>();
  readonly #nodes = new Map<string, string>();

  private constructor(fake: FakeJenkins, clock: ManualClock) {
    this.fake = fake;
    this.clock = clock;
  }

  static async open(options: FakeOptions = {}): Promise<Stage> {
    const clock = new ManualClock();
    const users = [...DEFAULT_USERS, { name: 'nobody1', permissions: [] }];
    return new Stage(await startFakeJenkins({ users, clock, ...options }), clock);
  }

  /** Sends a recorded request. */
  replay(name: string): Promise<Answered> {
    const { method, path, headers, body } = recording(name).request;
    return this.request(method, this.#translate(path), this.#headers(headers), body && this.#translate(body));
  }

  /** Sends a form as an administrator, for what happened between recordings. Fails when it is refused. */
  async post(path: string, form: Readonly<Record<string, string>> = {}): Promise<void> {
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: basic('admin', 'admin-token'),
    };
    const answered = await this.request('POST', path, headers, new URLSearchParams(form).toString());
    if (answered.status >= 400)
      throw new Error(`POST ${path} was answered ${answered.status}: ${answered.body}`);
  }

  /** Makes an item of a Java class, with a configuration when one is given. */
  async create(folder: string, name: string, mode: string, json?: unknown): Promise<void> {
    await this.post(`${folder}/createItem`, { name, mode });
    if (json !== undefined) {
      await this.post(`${folder}/job/${encodeURIComponent(name)}/configSubmit`, {
        json: JSON.stringify(json),
      });
    }
  }

  /** Waits until something is so. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Remembers what stands here for a recorded value. */
  learn(recorded: string, here: string): void {
    if (recorded !== here && recorded.length > 5) this.#known.set(recorded, here);
  }

  /** Remembers which queue item stands for a recorded one, from their locations. */
  learnQueueItem(recorded: string | undefined, here: string | undefined): void {
    const was = /\/queue\/item\/(\d+)/.exec(recorded ?? '')?.[1];
    const is = /\/queue\/item\/(\d+)/.exec(here ?? '')?.[1];
    if (was !== undefined && is !== undefined) this.#queueIds.set(was, is);
  }

  /** Whether a number of an answer stands for a recorded one, as a queue item's id; the first time it is believed. */
  isQueueId(recorded: number, here: number): boolean {
    const known = this.#queueIds.get(String(recorded));
    if (known === undefined) this.#queueIds.set(String(recorded), String(here));
    return known === undefined || known === String(here);
  }

  /** Remembers which stage or step stands for a recorded one. */
  learnNode(recorded: string, here: string): void {
    this.#nodes.set(recorded, here);
  }

  /** Remembers where a log ended: later requests begin there. */
  learnLogSize(recorded: string, here: string): void {
    this.#logSizes.set(recorded, here);
  }

  /** The recorded id of the queue item that has this id here. */
  recordedQueueId(here: string): string {
    return [...this.#queueIds].find(([, id]) => id === here)?.[0] ?? here;
  }

  /** The address of the recorded server. */
  get url(): string {
    return this.fake.url;
  }

  #headers(recorded: Recording['request']['headers']): Record<string, string> {
    return Object.fromEntries(
      Object.entries(recorded).map(([name, value]) => [
        name,
        name === 'authorization' ? authorization(value) : this.#translate(value),
      ]),
    );
  }

  #translate(text: string): string {
    let translated = text;
    for (const [recorded, here] of this.#known) translated = translated.replaceAll(recorded, here);
    translated = translated.replace(/progressive(\w+)\?start=(\d+)/, (_, kind: string, start: string) => {
      return `progressive${kind}?start=${this.#logSizes.get(start) ?? start}`;
    });
    translated = translated.replace(/(\/execution\/node\/|nodeId=)(\d+)/, (_, before: string, id: string) => {
      return `${before}${this.#nodes.get(id) ?? id}`;
    });
    return translated.replace(/(\/queue\/item\/|cancelItem\?id=)(\d+)/, (_, before: string, id: string) => {
      return `${before}${this.#queueIds.get(id) ?? id}`;
    });
  }

  request(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body?: string,
  ): Promise<Answered> {
    return new Promise((resolve, reject) => {
      const { port, pathname } = new URL(this.fake.url);
      const sent = send(
        { host: '127.0.0.1', port, method, path: pathname.replace(/\/$/, '') + path, headers },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => (text += chunk));
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
          );
          response.on('error', reject);
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  }
}

/** `Basic <admin:api-token>` with the secrets of the fake server. */
function authorization(recorded: string): string {
  const [, user = '', kind = ''] = /<(\w+):([\w-]+)>/.exec(recorded) ?? [];
  return basic(
    user,
    kind === 'api-token' ? `${user}-token` : kind === 'password' ? `${user}-password` : 'wrong',
  );
}

function basic(user: string, secret: string): string {
  return `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`;
}
