import { createServer, request as ask, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { promisify } from 'node:util';
import type { Pki } from '@armillary/embedded-api';
import { loadKubeconfig, type ClusterConfig } from '@armillary/kube';
import { eventually } from './process.ts';

/** A request that came through a gate. */
export interface GateRequest {
  /** Who sent it, as {@link ApiGate.name} has named its token. */
  readonly by: string;
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** What the server answered; 0 while it has not. */
  status: number;
}

/**
 * Stands before an API server, notes what is asked and answered, and passes tokens on. Requests without one are the
 * administrator's.
 */
export class ApiGate {
  readonly requests: GateRequest[] = [];
  /** Called with each request before it is passed on, when what it answers is settled. */
  before: (request: GateRequest) => Promise<void> | void = () => {};
  /** Authority of the gate's certificate, PEM. */
  readonly ca: string;
  readonly #cluster: ClusterConfig;
  readonly #server: Server;
  readonly #names = new Map<string, string>();

  private constructor(cluster: ClusterConfig, pki: Pki) {
    this.#cluster = cluster;
    this.ca = pki.ca;
    const { cert, key } = pki.server;
    this.#server = createServer({ cert, key }, (request, response) => void this.#pass(request, response));
  }

  /** `pki` is what the gate proves itself with: its authority is who clients have to trust. */
  static async start(kubeconfig: string, pki: Pki): Promise<ApiGate> {
    const gate = new ApiGate(await loadKubeconfig({ path: kubeconfig }), pki);
    await new Promise<void>((resolve) => gate.#server.listen(0, '127.0.0.1', resolve));
    return gate;
  }

  get url(): string {
    const { port } = this.#server.address() as { port: number };
    return `https://127.0.0.1:${port}`;
  }

  /** Says whose requests carry a token. */
  name(token: string, by: string): void {
    this.#names.set(`Bearer ${token}`, by);
  }

  /** Resolves when nobody is connected, so that nothing is still to come of those who have gone. */
  async deserted(): Promise<void> {
    const count = promisify(this.#server.getConnections.bind(this.#server));
    await eventually('nobody is connected to the gate', async () => (await count()) === 0);
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    const by = this.#names.get(headers.authorization ?? '') ?? 'administrator';
    const noted: GateRequest = { by, method, path: url, status: 0 };
    this.requests.push(noted);
    await this.before(noted);
    const { tls, credentials, server } = this.#cluster;
    const { token, clientCertificate } = (await credentials?.get()) ?? {};
    const own = headers.authorization ?? (token === undefined ? undefined : `Bearer ${token}`);
    const { host: _, ...others } = headers;
    const behind = ask(`${server}${url}`, {
      method,
      headers: { ...others, ...(own === undefined ? {} : { authorization: own }) },
      ca: tls?.ca,
      // A certificate would count in place of a token.
      ...(headers.authorization === undefined ? clientCertificate : {}),
    });
    behind.on('response', (answer) => {
      noted.status = answer.statusCode ?? 0;
      response.writeHead(noted.status, answer.headers);
      // So that a watch has begun before it has anything to tell.
      response.flushHeaders();
      pipeline(answer, response, () => {});
    });
    behind.on('error', () => response.destroy());
    response.on('close', () => behind.destroy());
    pipeline(request, behind, () => {});
  }
}
