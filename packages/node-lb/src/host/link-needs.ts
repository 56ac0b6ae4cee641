import { createHash } from 'node:crypto';
import { families, type Family } from '../address/protocol.ts';
import type { Link } from '../plan/link.ts';
import type { Difference } from '../plan/rule-set.ts';
import type { IpFacts, IpInterface } from './ip-facts.ts';
import { OWNER_MARK, isMarked } from './namespace-owner.ts';

/** One end of the link, or rather the network it is in. */
export type Side = 'host' | 'inner';

/** What is seen of one side. */
export interface SideState extends IpFacts {
  readonly sysctls: ReadonlyMap<string, string>;
}

/** Something that is not as it shall be, and how it is mended: by a line for `ip -batch` or by a kernel setting. */
export interface Need {
  readonly side: Side;
  readonly difference: Difference;
  readonly mend: { readonly ip: string } | { readonly sysctl: string; readonly value: string };
}

/**
 * Seconds that the namespace remembers a TCP connection after both sides ended it, in place of 120: long enough for a
 * last packet that was lost, and for 20,000 new connections to one Service in each second.
 */
const timeWaitSeconds = '3';

/** The MAC address of an end: always the same for the same names, so that nobody has to learn a new one. */
export function macOf({ namespace, hostEnd }: Link, side: Side): string {
  const digest = createHash('sha256').update(`${namespace}\n${hostEnd}`).digest('hex');
  // 02: locally administered, for one receiver.
  return `02:${digest.slice(0, 8).match(/../g)!.join(':')}:${side === 'host' ? '01' : '02'}`;
}

/** The kernel settings of a side, by their path and value. Those that the kernel lacks are not asked for. */
export function sysctlsOf({ hostEnd, innerEnd }: Link, side: Side): Readonly<Record<string, string>> {
  const name = side === 'host' ? hostEnd : innerEnd;
  const both = {
    [`net/ipv4/conf/${name}/forwarding`]: '1',
    [`net/ipv6/conf/${name}/disable_ipv6`]: '0',
    [`net/ipv6/conf/${name}/accept_dad`]: '0',
    [`net/ipv6/conf/${name}/accept_ra`]: '0',
  };
  if (side === 'host') return both;
  return {
    ...both,
    'net/ipv4/ip_forward': '1',
    'net/ipv6/conf/all/forwarding': '1',
    // Everything comes in and goes out by the same interface: the kernel would tell the senders to go a shorter way.
    'net/ipv4/conf/all/send_redirects': '0',
    [`net/ipv4/conf/${name}/send_redirects`]: '0',
    'net/ipv4/conf/all/rp_filter': '0',
    [`net/ipv4/conf/${name}/rp_filter`]: '0',
    // All clients of a Service share the 64,000 ports of the inner address; ended connections must not hold them long.
    'net/netfilter/nf_conntrack_tcp_timeout_time_wait': timeWaitSeconds,
  };
}

/** The interface that is the link's end on a side. */
export function endOf(link: Link, side: Side, { interfaces }: IpFacts): IpInterface | undefined {
  const name = side === 'host' ? link.hostEnd : link.innerEnd;
  return interfaces.find(({ ifname }) => ifname === name);
}

/** Whether both ends are there and belong together. What is missing here can only be made anew. */
export function isPair(link: Link, host: IpFacts, inner: IpFacts): boolean {
  const [one, other] = [endOf(link, 'host', host), endOf(link, 'inner', inner)];
  return (
    one !== undefined &&
    other !== undefined &&
    one.link_index === other.ifindex &&
    other.link_index === one.ifindex
  );
}

/**
 * What has to be mended on one side of a link whose ends are there, in the order in which it can be. `mtu` is that of the
 * node's uplink: a wider link would let a datagram through whole whose fragments' size got lost in a bridge on the way
 * (`bridge-nf-call-ip6tables`), and in IPv6 the node may not cut it up again on its way out. A narrower one would be a
 * narrow place of its own.
 */
export function sideNeeds(link: Link, side: Side, state: SideState, mtu: number): Need[] {
  const end = endOf(link, side, state)!;
  const name = end.ifname;
  const needs: Need[] = [];
  const where = side === 'host' ? '' : ` in namespace ${link.namespace}`;
  const need = (met: boolean, difference: string, mend: Need['mend']): void => {
    if (!met) needs.push({ side, difference: difference + where, mend });
  };

  need(side === 'host' || isMarked(state), 'our mark is missing', { ip: `link set lo alias ${OWNER_MARK}` });
  for (const [sysctl, value] of Object.entries(sysctlsOf(link, side))) {
    const is = state.sysctls.get(sysctl);
    need(is === undefined || is === value, `${sysctl} is ${is}, not ${value}`, { sysctl, value });
  }
  const lo = state.interfaces.find(({ ifname }) => ifname === 'lo');
  need(side === 'host' || isUp(lo), 'interface lo is down', { ip: 'link set lo up' });
  const mac = macOf(link, side);
  need(end.address === mac, `${name} has the MAC ${end.address}`, { ip: `link set ${name} address ${mac}` });
  need(end.mtu === mtu, `${name} has an MTU of ${end.mtu}, not ${mtu}`, {
    ip: `link set ${name} mtu ${mtu}`,
  });
  need(isUp(end), `${name} is down`, { ip: `link set ${name} up` });
  for (const family of familiesOf(state)) {
    const [own, peer] = addressesOf(link, side, family);
    const length = link.prefixLength[family];
    const has = end.addr_info.some((a) => a.local === own && a.prefixlen === length && !a.tentative);
    const nodad = family === 'IPv6' ? ' nodad' : '';
    need(has, `${name} has no address ${own}`, {
      ip: `address replace ${own}/${length} dev ${name}${nodad}`,
    });

    // Nobody needs to ask for it: a node whose firewall drops ICMPv6 would never learn where the other end is.
    const peerMac = macOf(link, side === 'host' ? 'inner' : 'host');
    const known = state.neighbours.some(
      ({ dst, lladdr, state: is }) => dst === peer && lladdr === peerMac && is.includes('PERMANENT'),
    );
    need(known, `${name} does not know the MAC of ${peer}`, {
      ip: `neighbour replace ${peer} lladdr ${peerMac} dev ${name} nud permanent`,
    });

    const isDefault = state.routes.some((r) => r.dst === 'default' && r.gateway === peer && r.dev === name);
    need(side === 'host' || isDefault, `the default route of ${family} is missing`, {
      ip: `route replace default via ${peer} dev ${name}`,
    });
  }
  return needs;
}

/** The families the node has; IPv6 can be switched off in the kernel as a whole. */
function familiesOf({ sysctls }: SideState): readonly Family[] {
  const hasIPv6 = [...sysctls.keys()].some((name) => name.startsWith('net/ipv6/'));
  return hasIPv6 ? families : ['IPv4'];
}

/** The end's own address and that of the other end. */
function addressesOf({ hostAddress, innerAddress }: Link, side: Side, family: Family): [string, string] {
  const [host, inner] = [hostAddress[family], innerAddress[family]];
  return side === 'host' ? [host, inner] : [inner, host];
}

function isUp(found: IpInterface | undefined): boolean {
  return found?.flags.includes('UP') ?? false;
}
