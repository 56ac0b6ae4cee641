import { createReadStream } from 'node:fs';
import { endianness } from 'node:os';
import { createInterface } from 'node:readline';
import ipaddr from 'ipaddr.js';
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
  const sockets = new Map<number, ListedSocket[]>();
  for (const table of tables[protocol]) {
    const stream = createReadStream(`${proc}/net/${table}`, { end: maxBytes });
    try {
      for await (const line of createInterface({ input: stream })) {
        const socket = parse(line.trim().split(/\s+/));
        if (!socket || !ports.has(socket.port)) continue;
        sockets.set(socket.port, [...(sockets.get(socket.port) ?? []), socket]);
      }
    } catch (error) {
      if (!isSystemError(error)) throw error;
    }
  }
  return sockets;
}

/** A line of `tcp`, `tcp6`, `udp` or `udp6`: `sl local_address rem_address st … uid timeout inode`. */
function parseSocket(columns: readonly string[]): ListedSocket | undefined {
  const [address, port] = columns[1]?.split(':') ?? [];
  const inode = Number(columns[9]);
  if (!address || !port || !/^(?:[0-9A-F]{8}){1,4}$/.test(address) || !Number.isSafeInteger(inode))
    return undefined;
  return {
    port: Number.parseInt(port, 16),
    addresses: [addressText(address)],
    open: openStates.has(columns[3] ?? ''),
    inode,
  };
}

/** A line of `sctp/eps`: `ENDPT SOCK STY SST HBKT LPORT UID INODE LADDRS…`. */
function parseEndpoint(columns: readonly string[]): ListedSocket | undefined {
  const port = Number(columns[5]);
  const inode = Number(columns[7]);
  if (!Number.isSafeInteger(port) || !Number.isSafeInteger(inode)) return undefined;
  const addresses = columns.slice(8).filter((text) => ipaddr.isValid(text));
  return { port, addresses: addresses.map((text) => ipaddr.process(text).toString()), open: true, inode };
}

/** An address as the kernel prints it: words of four bytes, each in the order of this machine. */
function addressText(hex: string): string {
  const bytes = Buffer.from(hex, 'hex');
  if (endianness() === 'LE') bytes.swap32();
  return ipaddr.process(ipaddr.fromByteArray([...bytes]).toString()).toString();
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
