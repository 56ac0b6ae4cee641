import { createServer } from 'node:http';
import type { Health } from '@armillary/kube';
import type { Registry } from 'prom-client';

/** What a process tells of itself: a `ControllerManager` does, and the agent of a node. */
export interface HealthSource {
  liveness(): Health;
  readiness(): Health;
  readonly metrics: { readonly registry: Registry };
}

/** A small HTTP server with `/healthz`, `/readyz` and `/metrics` of a process. */
export interface HealthServer {
  url: string;
  close(): Promise<void>;
}

/** Starts it on `host` and `port`; port 0 picks a free one. Rejects when the port is taken. */
export async function startHealthServer(
  source: HealthSource,
  host: string,
  port: number,
): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const health = (state: Health): void => {
      response.writeHead(state.ok ? 200 : 503, { 'content-type': 'text/plain' });
      response.end(state.ok ? 'ok\n' : `${state.problems.join('\n')}\n`);
    };
    if (request.url === '/healthz') health(source.liveness());
    else if (request.url === '/readyz') health(source.readiness());
    else if (request.url === '/metrics') {
      const { registry } = source.metrics;
      registry.metrics().then(
        (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
        (error: Error) => response.writeHead(500).end(error.message),
      );
    } else response.writeHead(404).end();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address() as { port: number };
  return {
    url: `http://${host}:${address.port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
