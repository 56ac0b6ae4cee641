import type { Family, PerFamily } from '../address/protocol.ts';
import type { HeldPort } from '../claims/port-holder.ts';
import type { ProxyMode } from '../kinds/agent-lease.ts';

/** What was found on the node that is not of our making. */
export interface NodeSurvey {
  /** Undefined when it could not be found out, as without the rights to read rules. */
  readonly proxy: ProxyMode | undefined;
  /** Addresses of the node's interfaces, in canonical text. */
  readonly addresses: readonly string[];
  /** Whether packets of the family are forwarded. */
  readonly forwarding: PerFamily<boolean>;
  /** Who redirects the port by a rule of their own, in words; undefined when nobody does. */
  redirectOf(port: HeldPort): string | undefined;
  /** Why nothing can be served on the node at all, in words. */
  readonly problem?: string;
}

/** Looks at the node. */
export interface Surveyor {
  /** Throws `NodeLbError` when the node cannot be read; what was known before then still counts. */
  survey(signal: AbortSignal): Promise<NodeSurvey>;
}

/** The setting that turns a family's forwarding on. */
export const forwardingSetting: PerFamily<string> = {
  IPv4: 'net.ipv4.ip_forward',
  IPv6: 'net.ipv6.conf.all.forwarding',
};

/** The families of these addresses that the node does not forward. */
export function unforwarded(
  addresses: readonly { readonly family: Family }[],
  { forwarding }: NodeSurvey,
): Family[] {
  const families = new Set(addresses.map(({ family }) => family));
  return [...families].filter((family) => !forwarding[family]);
}
