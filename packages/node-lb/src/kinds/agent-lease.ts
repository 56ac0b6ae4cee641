import { LONGEST_NAME, shortName } from './short-name.ts';

/**
 * What an agent says about its node, beside the claims: a Lease that it renews, named by {@link agentLeaseName}, with
 * {@link AGENT_LABEL}, and these annotations. Whoever cannot read one takes the node's own word.
 */

/** The label of the agents' leases; its value is `true`. */
export const AGENT_LABEL = 'network.armillary.dev/agent';

/** How often an agent renews its lease, in milliseconds. */
export const AGENT_RENEW_MS = 5000;

/** Annotation: how Services are served on the node; see {@link ProxyMode}. */
export const PROXY_ANNOTATION = 'network.armillary.dev/proxy';

/** Annotation: addresses to serve in place of those of the Node object, separated by commas. */
export const ADDRESSES_ANNOTATION = 'network.armillary.dev/addresses';

/** Annotation: why the node cannot be used at all now, in words; absent when it can. */
export const PROBLEM_ANNOTATION = 'network.armillary.dev/problem';

/**
 * How Services are served on a node. `none`: not at all, only the policy Local works. `cilium`: by Cilium without
 * kube-proxy.
 */
export type ProxyMode = 'iptables' | 'nftables' | 'ipvs' | 'cilium' | 'none';

/** The name of the lease of a node's agent; its holder is the node's name in full. */
export function agentLeaseName(nodeName: string): string {
  const beginning = 'node-agent.';
  return `${beginning}${shortName(nodeName, LONGEST_NAME - beginning.length)}`;
}
