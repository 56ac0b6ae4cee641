import { createServer } from 'node:https';
import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Pki } from '../pki/pki.ts';
import type { RequestHandler } from './request-handler.ts';

/** A listening HTTPS server. */
export interface HttpsServer {
  port: number;
  /** Takes no more connections, lets requests end for `graceMs`, then cuts what is left. */
  close(graceMs: number): Promise<void>;
}

/**
 * Listens on `host` and `port` (0 for a free one). HTTP/1.1 with TLS; a client certificate is asked for and may be
 * absent. Rejects when the port is taken.
 */
export async function listen(
  pki: Pki,
  handler: RequestHandler,
  host: string,
  port: number,
  report: (error: unknown) => void,
): Promise<HttpsServer> {
  const server = createServer(
    {
      cert: pki.server.cert,
      key: pki.server.key,
      ca: pki.ca,
      requestCert: true,
      // Authentication decides what a certificate is worth.
      rejectUnauthorized: false,
      minVersion: 'TLSv1.2',
      ALPNProtocols: ['http/1.1'],
      headersTimeout: 30_000,
      // The time to receive a whole request with its body; answers, and so watches, are not limited by it.
      requestTimeout: 60_000,
      keepAliveTimeout: 120_000,
      maxHeaderSize: 64 * 1024,
    },
    (request, response) => void handler.handle(request, response),
  );
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      // Connections that cannot be accepted, for want of descriptors say: others go on.
      server.on('error', report);
      resolve();
    });
  });
  return { port: (server.address() as AddressInfo).port, close: (graceMs) => closeServer(server, graceMs) };
}

async function closeServer(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(timer);
}
