import { BlockList, createConnection, createServer, isIP } from 'node:net';
import type { Socket } from 'node:net';
import { writeFile } from 'node:fs/promises';
import type { ClusterConfig } from '@armillary/kube';

/**
 * What pods call an API server, so that every certificate of one has the name. TLS knows no server names that are
 * addresses (RFC 6066).
 */
const anyApiServer = 'kubernetes.default.svc';

/** An address in the lab behind which the API server of this machine answers. */
export interface ApiRelay {
  /** A file for programs inside the lab; only its owner can read it. */
  readonly kubeconfig: string;
  close(): Promise<void>;
}

/**
 * Lets the nodes of a lab reach an API server that may listen on this machine's loopback only: passes connections on from
 * `address`, to which they have a route, and writes a kubeconfig to `file`. That one keeps the server's name for TLS, so
 * nothing of its certificate has to change. Whoever is not in the same /24, as a neighbour of this machine that sends to
 * the address by way of it, is not heard.
 */
export async function startApiRelay(config: ClusterConfig, address: string, file: string): Promise<ApiRelay> {
  const server = new URL(config.server);
  const host = server.hostname.replace(/^\[|\]$/g, '');
  const neighbours = new BlockList();
  neighbours.addSubnet(address, 24);
  const sockets = new Set<Socket>();
  const relay = createServer((socket) => {
    if (!neighbours.check(socket.remoteAddress ?? '')) {
      socket.destroy();
      return;
    }
    const api = createConnection({ host, port: Number(server.port || 443) });
    for (const [end, other] of [
      [socket, api],
      [api, socket],
    ] as const) {
      sockets.add(end);
      end
        .on('error', () => other.destroy())
        .on('close', () => {
          sockets.delete(end);
          other.destroy();
        })
        .pipe(other);
    }
  });
  await new Promise<void>((resolve, reject) => {
    relay.once('error', reject).listen({ host: address, port: 0 }, resolve);
  });
  const { port } = relay.address() as { port: number };
  const kubeconfig = await relayed(config, `https://${address}:${port}${server.pathname}`, host);
  // Every JSON text is YAML.
  await writeFile(file, JSON.stringify(kubeconfig), { mode: 0o600 });
  return {
    kubeconfig: file,
    close: async () => {
      const closed = new Promise((resolve) => relay.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

async function relayed({ tls, credentials }: ClusterConfig, server: string, host: string): Promise<object> {
  const { token, basic, clientCertificate } = (await credentials?.get()) ?? {};
  const name = 'lab';
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    contexts: [{ name, context: { cluster: name, user: name } }],
    clusters: [
      {
        name,
        cluster: {
          server,
          'tls-server-name': tls?.serverName ?? (isIP(host) === 0 ? host : anyApiServer),
          ...(tls?.ca === undefined ? {} : { 'certificate-authority-data': base64(tls.ca) }),
          ...(tls?.insecureSkipVerify ? { 'insecure-skip-tls-verify': true } : {}),
        },
      },
    ],
    users: [
      {
        name,
        user: {
          ...(token === undefined ? {} : { token }),
          ...basic,
          ...(clientCertificate === undefined
            ? {}
            : {
                'client-certificate-data': base64(clientCertificate.cert),
                'client-key-data': base64(clientCertificate.key),
              }),
        },
      },
    ],
  };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
