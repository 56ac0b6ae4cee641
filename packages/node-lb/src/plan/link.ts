import type { PerFamily } from '../address/protocol.ts';

/** The veth pair between the node and its bounce namespace, and what is named after it. */
export interface Link {
  /** Name of the network namespace, as `ip netns` knows it. */
  readonly namespace: string;
  /** Name of the node's end, at most 15 letters. */
  readonly hostEnd: string;
  /** Name of the namespace's end. */
  readonly innerEnd: string;
  readonly hostAddress: PerFamily<string>;
  readonly innerAddress: PerFamily<string>;
  /** Lengths of the networks. */
  readonly prefixLength: PerFamily<number>;
}

/** What a node has unless told otherwise (research: link-local and unique local, one of four and of two addresses). */
export const defaultLink: Link = {
  namespace: 'armillary',
  hostEnd: 'armillary0',
  innerEnd: 'armillary1',
  hostAddress: { IPv4: '169.254.77.1', IPv6: 'fd77:6c62::1' },
  innerAddress: { IPv4: '169.254.77.2', IPv6: 'fd77:6c62::2' },
  prefixLength: { IPv4: 30, IPv6: 126 },
};
