import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';

/** Addresses of the documentation: somewhere beyond this machine, asked nothing. */
const elsewhere = { udp4: '192.0.2.1', udp6: '2001:db8::1' } as const;

/**
 * The addresses by which this machine speaks to others, at most one of each family: what the system would send from.
 * Nothing is sent. Empty on a machine without a network.
 */
export async function machineAddresses(): Promise<string[]> {
  const found = await Promise.all([sourceAddress('udp4'), sourceAddress('udp6')]);
  return found.filter((address) => address !== undefined);
}

async function sourceAddress(type: 'udp4' | 'udp6'): Promise<string | undefined> {
  const socket = createSocket(type);
  try {
    return await new Promise((resolve) => {
      // No route, or no such family.
      socket.once('error', () => resolve(undefined));
      socket.connect(9, elsewhere[type], () => {
        const { address } = socket.address();
        resolve(ownAlone(address) ? undefined : address);
      });
    });
  } finally {
    socket.close();
  }
}

/** Loopback and link-local addresses: no other machine reaches them by name. */
function ownAlone(address: string): boolean {
  return isIPv6(address) ? /^(::1$|fe[89ab])/i.test(address) : address.startsWith('127.');
}
