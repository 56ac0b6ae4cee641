import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A request as the source got it. */
export interface SourceRequest {
  readonly method: string;
  /** Path and query as they were sent. */
  readonly target: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Answers a request, or misbehaves: the connection is at hand as `response.socket`. */
export type SourceHandler = (request: SourceRequest, response: ServerResponse) => void;

/** A receiver source on this machine that answers as it is told to, well or badly. */
export class FakeSource implements AsyncDisposable {
  readonly requests: SourceRequest[] = [];
  /** What it does with requests from now on. */
  handler: SourceHandler;
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  readonly #waiting = new Set<() => void>();

  private constructor(handler: SourceHandler) {
    this.handler = handler;
  }

  static async start(handler: SourceHandler = receivers()): Promise<FakeSource> {
    const source = new FakeSource(handler);
    await source.listen();
    return source;
  }

  /** Begins to listen, again at the same port if it did before. */
  async listen(port = 0): Promise<void> {
    await new Promise<void>((listening) => this.#server.listen(port, '127.0.0.1', listening));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The base address, without a slash at the end. */
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The first request; throws when there was none. */
  get first(): SourceRequest {
    const [request] = this.requests;
    if (!request) throw new Error('the source was not asked');
    return request;
  }

  /** Resolves once so many requests have come. */
  async received(count: number): Promise<void> {
    while (this.requests.length < count) {
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: target = '/', headers } = incoming;
    const query = new URL(target, 'http://source').searchParams;
    const body = await buffer(incoming).catch(() => undefined);
    // Who stopped in the middle of a request has asked nothing.
    if (!body) return;
    const request = { method, target, query, headers, body };
    this.requests.push(request);
    this.handler(request, response);
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

/** A v2beta2 Receiver with one mailbox. */
export const mailTo = (name: string, labels: Record<string, string> = {}): object => ({
  metadata: { name, labels },
  spec: { email: { to: [`${name}@example.com`] } },
});

/** A ReceiverList. */
export const listOf = (names: readonly string[], rest: object = {}): object => ({
  apiVersion: 'notification.armillary.dev/v1',
  kind: 'ReceiverList',
  receivers: names.map((name) => mailTo(name)),
  ...rest,
});

/** Answers JSON. */
export function json(value: unknown, headers: Record<string, string> = {}, status = 200): SourceHandler {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(value));
  };
}

/** Answers a ReceiverList with these receivers. */
export const receivers = (...names: string[]): SourceHandler => json(listOf(names));

/** Answers with a status and a text. */
export function status(code: number, headers: Record<string, string> = {}, text = ''): SourceHandler {
  return (_, response) => void response.writeHead(code, headers).end(text);
}
