import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { latencies, type Latencies } from './measure.ts';

/** A Kubernetes API server to put load on. */
export interface ApiTarget {
  url: string;
  /** PEM of the authority that signed its certificate. */
  ca: string;
  token: string;
}

/** One client of an API server: ConfigMaps in one namespace, over keep-alive connections. */
export class ApiLoad {
  readonly #pool: Pool;
  readonly #headers: Record<string, string>;
  readonly #path: string;

  constructor(target: ApiTarget, namespace: string, connections: number) {
    this.#pool = new Pool(target.url, { connections, connect: { ca: target.ca }, bodyTimeout: 0 });
    this.#headers = { authorization: `Bearer ${target.token}`, 'content-type': 'application/json' };
    this.#path = `/api/v1/namespaces/${namespace}/configmaps`;
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  async #request(method: 'GET' | 'POST', path: string, body?: string): Promise<number> {
    const response = await this.#pool.request({ method, path, headers: this.#headers, body: body ?? null });
    let bytes = 0;
    for await (const chunk of response.body as AsyncIterable<Buffer>) bytes += chunk.length;
    if (response.statusCode >= 300) throw new Error(`${method} ${path} answered ${response.statusCode}`);
    return bytes;
  }

  /** Makes the namespace. */
  async createNamespace(name: string): Promise<void> {
    const body = JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    await this.#request('POST', '/api/v1/namespaces', body);
  }

  async create(name: string, bytes: number): Promise<void> {
    const data = { payload: 'x'.repeat(bytes) };
    const body = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });
    await this.#request('POST', this.#path, body);
  }

  /** Creates `count` ConfigMaps of `bytes` bytes with so many requests under way at a time. */
  async createMany(prefix: string, count: number, concurrency: number, bytes: number): Promise<Latencies> {
    const durations: number[] = [];
    let next = 0;
    const started = performance.now();
    await Promise.all(
      Array.from({ length: concurrency }, async () => {
        for (let i = next++; i < count; i = next++) {
          const before = performance.now();
          await this.create(`${prefix}-${i}`, bytes);
          durations.push(performance.now() - before);
        }
      }),
    );
    return latencies(durations, performance.now() - started);
  }

  /** Milliseconds for one list of everything, unpaged, all bytes read. */
  async list(): Promise<number> {
    const before = performance.now();
    await this.#request('GET', this.#path);
    return performance.now() - before;
  }

  /** Calls `seen` with the name in each event of a watch from now on. Resolves once the watch is open. */
  async watch(seen: (name: string) => void, signal: AbortSignal): Promise<void> {
    const list = await this.#pool.request({
      method: 'GET',
      path: `${this.#path}?limit=1`,
      headers: this.#headers,
    });
    const { metadata } = (await list.body.json()) as { metadata: { resourceVersion: string } };
    const response = await this.#pool.request({
      method: 'GET',
      path: `${this.#path}?watch=true&resourceVersion=${metadata.resourceVersion}`,
      headers: this.#headers,
      signal,
    });
    let rest = '';
    response.body.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop()!;
      // Parsing every event in full would measure this client, not the server.
      for (const line of lines) seen(/"name":"([^"]+)"/.exec(line)?.[1] ?? '');
    });
    response.body.on('error', () => undefined);
  }

  /** From the start of a create to the arrival of its event at `watchers` watches, at a steady rate of writes. */
  async writeToWatch(
    prefix: string,
    watchers: number,
    perSecond: number,
    seconds: number,
  ): Promise<Latencies> {
    const stop = new AbortController();
    const sentAt = new Map<string, number>();
    const durations: number[] = [];
    const total = perSecond * seconds;
    const done = Promise.withResolvers<void>();
    for (let i = 0; i < watchers; i++) {
      await this.watch((name) => {
        const sent = sentAt.get(name);
        if (sent === undefined) return;
        durations.push(performance.now() - sent);
        if (durations.length === total * watchers) done.resolve();
      }, stop.signal);
    }
    const started = performance.now();
    const writes: Promise<void>[] = [];
    for (let i = 0; i < total; i++) {
      const name = `${prefix}-${i}`;
      const wait = started + (i * 1000) / perSecond - performance.now();
      if (wait > 1) await sleep(wait);
      sentAt.set(name, performance.now());
      writes.push(this.create(name, 64));
    }
    await Promise.all(writes);
    await Promise.race([done.promise, once(AbortSignal.timeout(30_000), 'abort')]);
    stop.abort();
    if (durations.length < total * watchers) {
      throw new Error(`${total * watchers - durations.length} of ${total * watchers} events never came`);
    }
    return latencies(durations, performance.now() - started);
  }
}
