/** A real HTTP server for this package's own tests, that answers as a test says. It is not published. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { connect } from '../connect.ts';
import type { Jenkins } from '../jenkins.ts';
import type { ConnectOptions } from './options.ts';

/** One request as it arrived. */
export interface Arrived {
  readonly method: string;
  /** Path and query, as sent. */
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Answers one request; what it throws is not caught. */
export type Script = (request: Arrived, response: ServerResponse, nth: number) => unknown;

/** Starts a server that ends with the test. `requests` holds what arrived. */
export async function scriptedServer(script: Script): Promise<{ url: string; requests: Arrived[] }> {
  const requests: Arrived[] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const { method = '', url = '', headers } = incoming;
      const request = { method, url, headers, body: Buffer.concat(chunks).toString() };
      requests.push(request);
      script(request, response, requests.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, requests };
}

/** A client of a scripted server, whose waits take no time. */
export async function scriptedJenkins(
  script: Script,
  options: Partial<ConnectOptions> = {},
): Promise<{ jenkins: Jenkins; requests: Arrived[]; url: string; slept: number[] }> {
  const { url, requests } = await scriptedServer(script);
  const slept: number[] = [];
  const clock = {
    now: () => Date.now(),
    sleep(ms: number, signal?: AbortSignal) {
      signal?.throwIfAborted();
      slept.push(ms);
      return Promise.resolve();
    },
  };
  const jenkins = connect({ url, auth: { user: 'ada', token: 'the-token' }, clock, ...options });
  onTestFinished(() => jenkins.close());
  return { jenkins, requests, url, slept };
}

/** What a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => {
      throw new Error(`expected a rejection, got ${JSON.stringify(value)}`);
    },
    (error: unknown) => error,
  );
}
