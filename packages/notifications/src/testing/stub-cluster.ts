import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { KubeClient } from '@armillary/kube';

/** A request to the cluster. */
export interface ClusterRequest {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

/** An API server that answers what a test tells it to: objects by path, or reviews by what they ask. */
export class StubCluster implements AsyncDisposable {
  readonly client: KubeClient;
  readonly requests: ClusterRequest[] = [];
  /** Objects by path. A path that is not here is 404; a number is that status. */
  readonly objects = new Map<string, object | number>();
  /** Answers to POST requests. */
  review: (request: ClusterRequest) => object = () => ({});
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    const { port } = server.address() as AddressInfo;
    this.client = new KubeClient({ server: `http://127.0.0.1:${port}`, namespace: 'default' });
  }

  static async start(): Promise<StubCluster> {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const cluster = new StubCluster(server);
    server.on('request', (request, response) => {
      const answerTo = (body: string): void => {
        const path = request.url ?? '';
        const seen = { method: request.method ?? '', path, body: body === '' ? undefined : JSON.parse(body) };
        cluster.requests.push(seen);
        const found = request.method === 'POST' ? cluster.review(seen) : (cluster.objects.get(path) ?? 404);
        const status = typeof found === 'number' ? found : 200;
        const reason = status === 404 ? 'NotFound' : status === 403 ? 'Forbidden' : 'InternalError';
        const answer =
          typeof found === 'number' ? { kind: 'Status', status: 'Failure', reason, code: status } : found;
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
      };
      // Who stopped in the middle of a request has asked nothing.
      text(request).then(answerTo, () => undefined);
    });
    return cluster;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }
}
