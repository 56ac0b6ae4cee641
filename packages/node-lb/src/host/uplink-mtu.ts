import type { IpInterface, IpRoute } from './ip-facts.ts';

/** What IPv6 takes at least, and most that a veth can have. */
const [least, most] = [1280, 65_535];
/** That of Ethernet, for a node that has no way out. */
const usual = 1500;

/**
 * The MTU, in octets, of the interface by which a node reaches everybody else: the largest where it has several default
 * routes.
 */
export function uplinkMtu(
  routes: readonly IpRoute[],
  interfaces: readonly Pick<IpInterface, 'ifname' | 'mtu'>[],
): number {
  const ways = routes
    .filter(({ dst, table = 'main' }) => dst === 'default' && table === 'main')
    .flatMap(({ dev, nexthops = [] }) => [dev, ...nexthops.map((hop) => hop.dev)])
    // A kernel without a default route of IPv6 has one that leads to an error, by lo.
    .filter((dev) => dev !== undefined && dev !== 'lo');
  const mtus = interfaces.flatMap(({ ifname, mtu }) => (ways.includes(ifname) ? [mtu] : []));
  return mtus.length === 0 ? usual : Math.min(Math.max(least, ...mtus), most);
}
