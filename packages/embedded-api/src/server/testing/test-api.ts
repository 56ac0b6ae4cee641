import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request as httpsRequest } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { gunzipSync } from 'node:zlib';
import { startApiServer } from '../../api-server.ts';
import type { ApiServer, ApiServerOptions } from '../../api-server.ts';

/** An answer with its body decoded, when it was JSON. */
export interface Answer {
  code: number;
  headers: IncomingMessage['headers'];
  text: string;
  body: Json;
}

/** Arbitrary JSON that tests may reach into. */
// oxlint-disable-next-line typescript/no-explicit-any -- answers are checked by what tests expect of them
type Json = any;

/** Headers and other properties of a test request. */
export interface TestRequest {
  body?: unknown;
  headers?: Record<string, string>;
}

/** One event of a watch stream. */
export interface WatchEvent {
  type: string;
  object: Json;
}

/** A real server on a folder of its own, with a client that shows the administrator's certificate. */
export class TestApi {
  readonly folder: string;
  readonly server: ApiServer;
  readonly #agent: Agent;

  private constructor(folder: string, server: ApiServer) {
    this.folder = folder;
    this.server = server;
    const { cert, key } = server.pki.admin;
    this.#agent = new Agent({ ca: server.ca, cert, key, keepAlive: true });
  }

  static async start(options: Partial<ApiServerOptions> = {}): Promise<TestApi> {
    const folder = options.dataDir ?? mkdtempSync(join(tmpdir(), 'api-'));
    const server = await startApiServer({ port: 0, ...options, dataDir: folder });
    return new TestApi(folder, server);
  }

  async stop(): Promise<void> {
    this.#agent.destroy();
    await this.server.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async open(
    method: string,
    path: string,
    { body, headers = {} }: TestRequest = {},
  ): Promise<IncomingMessage> {
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const request = httpsRequest(this.server.url + path, {
      method,
      agent: this.#agent,
      headers: {
        ...(text === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) }),
        ...headers,
      },
    });
    // A connection that breaks after the answer began breaks the answer, which says so itself.
    request.on('error', () => undefined);
    request.end(text);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return response;
  }

  async send(method: string, path: string, request: TestRequest = {}): Promise<Answer> {
    const response = await this.open(method, path, request);
    const chunks: Buffer[] = [];
    for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
    const raw = Buffer.concat(chunks);
    const text = (response.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw).toString();
    const isJson = response.headers['content-type']?.startsWith('application/json') && text !== '';
    return {
      code: response.statusCode ?? 0,
      headers: response.headers,
      text,
      body: isJson ? JSON.parse(text) : {},
    };
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send('GET', path, { headers });
  }

  post(path: string, body: unknown): Promise<Answer> {
    return this.send('POST', path, { body });
  }

  put(path: string, body: unknown): Promise<Answer> {
    return this.send('PUT', path, { body });
  }

  patch(path: string, body: unknown, type = 'merge-patch+json'): Promise<Answer> {
    return this.send('PATCH', path, { body, headers: { 'content-type': `application/${type}` } });
  }

  delete(path: string, body?: unknown): Promise<Answer> {
    return this.send('DELETE', path, body === undefined ? {} : { body });
  }

  /** Opens a watch; iterate to get its events, call `return` (or leave a loop) to close it. */
  async *watch(path: string, headers: Record<string, string> = {}): AsyncGenerator<WatchEvent, void> {
    const response = await this.open('GET', path, { headers });
    try {
      for await (const line of createInterface({ input: response })) {
        yield (
          response.statusCode === 200
            ? JSON.parse(line)
            : { type: 'REFUSED', object: JSON.parse(line) as unknown }
        ) as WatchEvent;
      }
    } finally {
      response.destroy();
    }
  }
}

/** A ConfigMap for tests. */
export const configMap = (
  name: string,
  data: Record<string, string> = {},
  metadata: object = {},
): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...metadata },
  data,
});

/** The next `count` events of a watch. */
export async function take(events: AsyncGenerator<WatchEvent, void>, count: number): Promise<WatchEvent[]> {
  const taken: WatchEvent[] = [];
  while (taken.length < count) {
    const { value, done } = await events.next();
    if (done) throw new Error(`the watch ended after ${taken.length} of ${count} events`);
    taken.push(value);
  }
  return taken;
}
