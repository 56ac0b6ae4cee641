import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A request as a stand-in got it. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON; undefined when it is none. */
  readonly json: unknown;
}

/** What a stand-in answers. `json` sets the content type too. */
export interface StandInAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly text?: string;
}

/** Ways not to answer: never, by a broken connection, or by one that breaks within the answer. */
export type NoAnswer = 'never' | 'reset' | 'reset in the body';

/** How the server that is stood in for answers a request; `complain` notes what the request has wrong. */
export type Provider = (request: ReceivedRequest, complain: (what: string) => void) => StandInAnswer;

/**
 * A server on this machine in the place of a provider's. It answers as the provider does, or as it is told to for the
 * next requests, and notes all that a client does wrong.
 */
export class StandIn implements AsyncDisposable {
  readonly requests: ReceivedRequest[] = [];
  readonly complaints: string[] = [];
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  readonly #provider: Provider;
  readonly #next: (StandInAnswer | NoAnswer)[] = [];

  private constructor(provider: Provider) {
    this.#provider = provider;
  }

  static async start(provider: Provider): Promise<StandIn> {
    const standIn = new StandIn(provider);
    await new Promise<void>((listening) => standIn.#server.listen(0, '127.0.0.1', listening));
    return standIn;
  }

  /** Without a slash at the end. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Answers the next requests so; they are checked all the same. */
  answerNext(...answers: (StandInAnswer | NoAnswer)[]): void {
    this.#next.push(...answers);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await received(incoming);
    // Who stopped in the middle of a request has asked nothing.
    if (!request) return;
    this.requests.push(request);
    const usual = this.#provider(request, (what) => this.complaints.push(what));
    const answer = this.#next.shift() ?? usual;
    if (answer === 'never') return;
    if (answer === 'reset') return void incoming.socket.resetAndDestroy();
    if (answer === 'reset in the body') {
      response.writeHead(200, { 'content-length': 100 });
      response.write('{', () => incoming.socket.resetAndDestroy());
      return;
    }
    const { status, headers = {}, json, text: body } = answer;
    const type = json === undefined ? {} : { 'content-type': 'application/json' };
    response.writeHead(status, { ...type, ...headers });
    response.end(json === undefined ? body : JSON.stringify(json));
  }
}

async function received(incoming: IncomingMessage): Promise<ReceivedRequest | undefined> {
  const url = new URL(incoming.url ?? '/', 'http://stand-in');
  const body = await text(incoming).catch(() => undefined);
  if (body === undefined) return undefined;
  return {
    method: incoming.method ?? '',
    path: url.pathname,
    query: url.searchParams,
    headers: incoming.headers,
    text: body,
    json: parsed(body),
  };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
