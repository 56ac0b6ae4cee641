import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { families } from '../address/protocol.ts';
import { NodeLbError } from '../errors.ts';
import type { Link } from '../plan/link.ts';
import type { IpFacts } from './ip-facts.ts';

type Network = readonly [ipaddr.IPv4 | ipaddr.IPv6, number];

/** Routes as wide as these lead to everywhere else, such as those by which VPNs replace the default route. */
const defaultLength = 8;
/**
 * Many nodes have a route to all link-local or all unique local addresses, or an interface in the first; the link's own is
 * the more exact one.
 */
const wholeBlocks: readonly Network[] = [ipaddr.parseCIDR('169.254.0.0/16'), ipaddr.parseCIDR('fd00::/8')];

/**
 * Refuses when the link's networks lie over something that the node has already.
 *
 * @throws {NodeLbError} `LinkAddressTaken` with the interface or route.
 */
export function refuseOverlap(link: Link, { interfaces, routes }: IpFacts): void {
  const own = families.map((family) => `${link.hostAddress[family]}/${link.prefixLength[family]}`);
  const refuse = (text: string, what: string): void => {
    if (!own.some((network) => lieOver(network, text))) return;
    throw new NodeLbError(
      'LinkAddressTaken',
      `the link to the bounce namespace needs ${own.join(' and ')}, but this node has ${what}; ` +
        'choose other networks for the link',
    );
  };
  for (const { ifname, addr_info: addresses } of interfaces) {
    if (ifname === link.hostEnd) continue;
    for (const { local, prefixlen } of addresses) {
      if (local === undefined) continue;
      refuse(local, `the address ${local} at ${ifname}`);
      refuse(`${local}/${prefixlen}`, `the network ${local}/${prefixlen} at ${ifname}`);
    }
  }
  for (const { dst, dev } of routes) {
    if (dev !== link.hostEnd) refuse(dst, `a route to ${dst}${dev === undefined ? '' : ` by ${dev}`}`);
  }
}

function lieOver(own: string, text: string): boolean {
  const [one, other] = [parseNetwork(own), parseNetwork(text)];
  if (!one || !other || other[1] < defaultLength) return false;
  if (wholeBlocks.some((block) => other[1] === block[1] && isWithin(other, block))) return false;
  return isWithin(one, other) || isWithin(other, one);
}

/** Undefined for what is no network, such as `default`. */
function parseNetwork(text: string): Network | undefined {
  const [address = '', length = text.includes(':') ? '128' : '32'] = text.split('/');
  return isIP(address) === 0 ? undefined : [ipaddr.parse(address), Number(length)];
}

function isWithin([address, bits]: Network, [network, networkBits]: Network): boolean {
  if (bits < networkBits || address.kind() !== network.kind()) return false;
  return address.match(network, networkBits);
}
