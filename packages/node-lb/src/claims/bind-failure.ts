import ipaddr from 'ipaddr.js';
import { canonicalAddress } from '../address/address.ts';
import { portText } from '../address/port-range.ts';
import { NodeLbError } from '../errors.ts';
import type { HeldPort } from './port-holder.ts';

/** Ranges of addresses that are no address of one node, or need an interface beside them. */
const unholdable = new Set(['unspecified', 'multicast', 'broadcast']);

/** Throws `NodeLbError` `Invalid` when a port cannot be held at all at one of these addresses. */
export function checkHoldable(port: HeldPort): void {
  for (const address of port.addresses) {
    if (canonicalAddress(address) !== address) {
      throw new NodeLbError(
        'Invalid',
        `"${address.slice(0, 64)}" of ${portText(port)} is not an IP address in its canonical form.`,
      );
    }
    const parsed = ipaddr.parse(address);
    const range = parsed.range();
    // A link-local address of IPv6 means nothing without an interface, and clients off the link cannot use it.
    if (unholdable.has(range) || (range === 'linkLocal' && parsed.kind() === 'ipv6')) {
      throw new NodeLbError(
        'Invalid',
        `${portText(port)} cannot be held at ${address} (${range}): give an address of the node that others reach.`,
      );
    }
  }
}

/** Why a socket could not be bound, as far as the answer is about the port and not about this process. */
export function bindFailure(error: unknown): 'PortInUse' | 'AddressNotOnNode' | undefined {
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return 'PortInUse';
    // The second: IPv6 is switched off on this node.
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
      return 'AddressNotOnNode';
    default:
      return undefined;
  }
}

/** The same for everything else: what is wrong with this process or node, and what to do. */
export function bindError(error: unknown, port: HeldPort, address: string): NodeLbError {
  const where = `${portText(port)} at ${address}`;
  const options = { cause: error };
  switch (codeOf(error)) {
    case 'EACCES':
    case 'EPERM':
      return new NodeLbError(
        'NotPermitted',
        `This process may not hold ${where}: run it as root or with the capability NET_BIND_SERVICE.`,
        options,
      );
    case 'EMFILE':
    case 'ENFILE':
      return noFilesLeft(port, address, error);
    default:
      return new NodeLbError(
        'Unsupported',
        `The system does not let ${where} be held: ${error instanceof Error ? error.message : String(error)}.`,
        options,
      );
  }
}

/** There may be no more sockets. */
export function noFilesLeft(port: HeldPort, address: string, cause?: unknown): NodeLbError {
  return new NodeLbError(
    'NotPermitted',
    `There are no open files left to hold ${portText(port)} at ${address}: one is needed for each port and address. Raise the limit (ulimit -n, LimitNOFILE= of systemd, or fs.file-max).`,
    { cause },
  );
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
