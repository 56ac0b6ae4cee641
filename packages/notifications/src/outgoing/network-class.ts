import { inNetworks, networkList } from './network-list.ts';

/** Addresses that are not an ordinary machine in some network. */
export type NetworkClass = 'loopback' | 'link-local' | 'metadata' | 'unspecified' | 'multicast' | 'reserved';

/**
 * Ranges by what they are (IANA's special-purpose registries). `metadata` are the services through which clouds give
 * a machine its credentials, where they are outside the link-local ranges: Alibaba Cloud, Azure, Oracle Cloud, AWS,
 * Google Cloud.
 */
const ranges: Readonly<Record<NetworkClass, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  'link-local': ['169.254.0.0/16', 'fe80::/10'],
  metadata: ['100.100.100.200/32', '168.63.129.16/32', '192.0.0.192/32', 'fd00:ec2::/32', 'fd20:ce::254/128'],
  unspecified: ['0.0.0.0/8', '::/128'],
  multicast: ['224.0.0.0/4', 'ff00::/8'],
  // 64:ff9b:1::/48 holds an IPv4 address at a place that only the network's own translator knows.
  reserved: ['240.0.0.0/4', '64:ff9b:1::/48'],
};

const classes = Object.entries(ranges).map(([name, networks]) => ({
  name: name as NetworkClass,
  list: networkList(networks),
}));

/** What kind of special address this is; undefined for ordinary ones, public and private. */
export function networkClass(address: string): NetworkClass | undefined {
  return classes.find(({ list }) => inNetworks(list, address))?.name;
}
