import { canonicalAddress } from '../address/address.ts';
import type { IpInterface } from './ip-facts.ts';
import type { Link } from '../plan/link.ts';
import { IPVS_INTERFACE } from './proxy-mode.ts';

/**
 * The addresses that are the node's own, in canonical text: not those of this host alone or of one link, none that is
 * still being tried or was found to be somebody else's, nothing of the bounce link, and nothing that kube-proxy's IPVS mode
 * put there, for it does so on every node. A deprecated one answers like any other; shared addresses are often kept so.
 */
export function nodeAddressesOf(interfaces: readonly IpInterface[], link: Link): string[] {
  return interfaces
    .filter(({ ifname }) => ifname !== link.hostEnd && ifname !== IPVS_INTERFACE)
    .flatMap(({ addr_info: addresses }) => addresses)
    .filter((address) => address.scope === 'global' || address.scope === 'site')
    .filter(({ tentative, dadfailed }) => !tentative && !dadfailed)
    .flatMap(({ local }) => canonicalAddress(local ?? '') ?? []);
}
