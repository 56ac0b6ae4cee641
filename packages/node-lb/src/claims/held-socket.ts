import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, isIPv6 } from 'node:net';

/** A bound socket that keeps others from a port of one address. */
export interface HeldSocket {
  /** Resolves when the port is free again. */
  close(): Promise<void>;
}

/**
 * Binds one address and port. Whatever arrives is turned away, and `onArrival` is called within the same turn of the
 * event loop. Rejects with the system's error (`EADDRINUSE`, `EADDRNOTAVAIL`, `EACCES` …).
 */
export function holdSocket(
  protocol: 'TCP' | 'UDP',
  port: number,
  address: string,
  onArrival: () => void,
): Promise<HeldSocket> {
  return protocol === 'TCP' ? holdTcp(port, address, onArrival) : holdUdp(port, address, onArrival);
}

async function holdTcp(port: number, address: string, onArrival: () => void): Promise<HeldSocket> {
  const server = createServer({ pauseOnConnect: true }, (connection) => {
    connection.resetAndDestroy();
    onArrival();
  });
  // Nobody is served here, so one place in the queue of the kernel is enough.
  server.listen({ host: address, port, exclusive: true, ipv6Only: true, backlog: 1 });
  await once(server, 'listening');
  // From here on an error means that a connection arrived and could not be accepted, as when files run out.
  server.on('error', onArrival);
  return {
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function holdUdp(port: number, address: string, onArrival: () => void): Promise<HeldSocket> {
  const type = isIPv6(address) ? 'udp6' : 'udp4';
  // The kernel raises 1 to its least: during a storm it drops what nobody wants to read.
  const socket = createSocket({ type, ipv6Only: type === 'udp6', recvBufferSize: 1 });
  try {
    socket.bind({ port, address, exclusive: true });
    await once(socket, 'listening');
  } catch (error) {
    socket.close();
    throw error;
  }
  socket.on('message', onArrival);
  socket.on('error', onArrival);
  return {
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}
