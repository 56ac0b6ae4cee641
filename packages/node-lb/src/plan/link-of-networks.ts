import ipaddr from 'ipaddr.js';
import { addressText, familyOf } from '../address/address.ts';
import { canonicalNetworks } from '../address/network.ts';
import type { Family } from '../address/protocol.ts';
import { NodeLbError } from '../errors.ts';
import { defaultLink, type Link } from './link.ts';

/** What may be said of a link. */
export interface LinkNetworks {
  /** Name of the bounce namespace. */
  readonly namespace: string;
  /** A network such as `169.254.77.0/30`: its first two addresses after the first of all are the ends. */
  readonly IPv4: string;
  /** The same, such as `fd77:6c62::/126`. */
  readonly IPv6: string;
}

/** Longest network that has two addresses beside its first and, in IPv4, its last. */
const longestPrefix = { IPv4: 30, IPv6: 126 } as const;

/** The link in these networks. Throws `NodeLbError` `Invalid` for what is no network, or too small a one. */
export function linkOfNetworks(networks: LinkNetworks): Link {
  if (!/^[a-z0-9][a-z0-9.-]{0,62}$/.test(networks.namespace)) {
    throw new NodeLbError(
      'Invalid',
      `"${networks.namespace}" cannot be the name of the bounce namespace: write small letters, digits and hyphens`,
    );
  }
  const ends = { IPv4: endsOf('IPv4', networks.IPv4), IPv6: endsOf('IPv6', networks.IPv6) };
  return {
    ...defaultLink,
    namespace: networks.namespace,
    hostAddress: { IPv4: ends.IPv4.host, IPv6: ends.IPv6.host },
    innerAddress: { IPv4: ends.IPv4.inner, IPv6: ends.IPv6.inner },
    prefixLength: { IPv4: ends.IPv4.length, IPv6: ends.IPv6.length },
  };
}

function endsOf(family: Family, text: string): { host: string; inner: string; length: number } {
  const network = canonical(text);
  if (network === undefined || familyOf(network) !== family) throw unusable(family, text);
  const [address, length] = ipaddr.parseCIDR(network);
  if (length > longestPrefix[family]) throw unusable(family, text);
  const bytes = address.toByteArray();
  // The last two bits of the network's own address are free, so that nothing is carried.
  const after = (count: number): string =>
    addressText(ipaddr.fromByteArray([...bytes.slice(0, -1), bytes.at(-1)! + count]));
  return { host: after(1), inner: after(2), length };
}

function canonical(text: string): string | undefined {
  try {
    return canonicalNetworks([text])[0];
  } catch {
    return undefined;
  }
}

function unusable(family: Family, text: string): NodeLbError {
  return new NodeLbError(
    'Invalid',
    `"${text}" is no ${family} network for the link: write one of at least four addresses that nobody uses, such as ${
      family === 'IPv4' ? '169.254.77.0/30' : 'fd77:6c62::/126'
    }`,
  );
}
