import type { Family } from '../address/protocol.ts';

/** How the kernel's programs call the families. */
export const families = [
  { family: 'IPv4', version: 4, ip: 'ip', ipset: 'inet', iptables: 'iptables' },
  { family: 'IPv6', version: 6, ip: 'ip6', ipset: 'inet6', iptables: 'ip6tables' },
] as const satisfies readonly {
  family: Family;
  version: number;
  ip: string;
  ipset: string;
  iptables: string;
}[];

/** One of {@link families}. */
export type FamilyWords = (typeof families)[number];
