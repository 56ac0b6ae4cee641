import { createReadStream } from 'node:fs';
import { endianness } from 'node:os';
import { createInterface } from 'node:readline';
import ipaddr from 'ipaddr.js';
import { canonicalAddress } from '../address/address.ts';
import type { Protocol } from '../address/protocol.ts';

/** A socket of the node's network namespace, as the kernel lists it. */
export interface ListedSocket {
  readonly port: number;
  /** In canonical text, `0.0.0.0` and `::` for all. An IPv4 address that a socket of IPv6 has stands as IPv4. */
  readonly addresses: readonly string[];
  /** Whether it waits for others to speak: it listens, or is a socket of UDP without a peer. */
  readonly open: boolean;
  /** By which processes refer to it; 0 when none does any more. */
  readonly inode: number;
}

/** The kernel's tables under /proc/net (proc(5); net/sctp/proc.c of Linux for the third). */
const tables: Readonly<Record<Protocol, readonly string[]>> = {
  TCP: ['tcp', 'tcp6'],
  UDP: ['udp', 'udp6'],
  SCTP: ['sctp/eps'],
};

/** States of a socket: listening, and a UDP socket without a peer (include/net/tcp_states.h: LISTEN, CLOSE). */
const openStates = new Set(['0A', '07']);
/** Of each table no more is read than this, about 400,000 sockets; those that listen come first. */
const maxBytes = 64 * 1024 * 1024;

/**
 * The sockets at some local ports, by port, from the tables of the kernel. A table that cannot be read has none: IPv6
 * may be off, and the module for SCTP not loaded. Lines that are not understood are passed over.
 */
export async function listSockets(
  proc: string,
  protocol: Protocol,
  ports: ReadonlySet<number>,
): Promise<Map<number, ListedSocket[]>> {
  const parse = protocol === 'SCTP' ? parseEndpoint : parseSocket;
  // A busy port has one entry for each of its connections.
  const sockets = new Map([...ports].map((port): [number, ListedSocket[]] => [port, []]));
  for (const table of tables[protocol]) {
    const stream = createReadStream(`${proc}/net/${table}`, { end: maxBytes });
    try {
      for await (const line of createInterface({ input: stream })) {
        const socket = parse(line.trim().split(/\s+/), ports);
        if (socket) sockets.get(socket.port)?.push(socket);
      }
    } catch (error) {
      if (!isSystemError(error)) throw error;
    }
  }
  return sockets;
}

/** A line of `tcp`, `tcp6`, `udp` or `udp6`: `sl local_address rem_address st … uid timeout inode`. */
function parseSocket(columns: readonly string[], ports: ReadonlySet<number>): ListedSocket | undefined {
  const [hex = '', hexPort = ''] = columns[1]?.split(':') ?? [];
  const port = Number.parseInt(hexPort, 16);
  const inode = Number(columns[9]);
  if (!ports.has(port) || !Number.isSafeInteger(inode)) return undefined;
  const address = addressOf(hex);
  return address === undefined
    ? undefined
    : { port, addresses: [address], open: openStates.has(columns[3] ?? ''), inode };
}

/** A line of `sctp/eps`: `ENDPT SOCK STY SST HBKT LPORT UID INODE LADDRS…`. */
function parseEndpoint(columns: readonly string[], ports: ReadonlySet<number>): ListedSocket | undefined {
  const port = Number(columns[5]);
  const inode = Number(columns[7]);
  if (!ports.has(port) || !Number.isSafeInteger(inode)) return undefined;
  const addresses = columns.slice(8).flatMap((text) => canonicalAddress(text) ?? []);
  return { port, addresses, open: true, inode };
}

/** An address as the kernel prints it: words of four bytes, each in the order of this machine. */
function addressOf(hex: string): string | undefined {
  if (!/^([0-9A-F]{8}|[0-9A-F]{32})$/.test(hex)) return undefined;
  const bytes = Buffer.from(hex, 'hex');
  if (endianness() === 'LE') bytes.swap32();
  return canonicalAddress(ipaddr.fromByteArray([...bytes]).toString());
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
