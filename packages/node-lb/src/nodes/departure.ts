import { NODE_PREFIX } from '../kinds/network-group.ts';
import type { Settings } from '../request/settings.ts';
import type { NodeFacts } from './node-facts.ts';

/** A reason in CamelCase and in words; the words name no node and no time, so that equal ones can be counted. */
export interface Complaint {
  readonly reason: string;
  readonly message: string;
}

/** The label by which people and installers keep a node away from load balancers (Kubernetes, KEP-1143). */
export const EXCLUDE_LABEL = 'node.kubernetes.io/exclude-from-external-load-balancers';

/** The label whose value `false` keeps a node away from this load balancer. */
export const USE_LABEL = `${NODE_PREFIX}use`;

/** Why a node shall not be used, whatever its health; undefined when it may be. Nothing of this has a grace. */
export function departureOf(
  { labels, leaving }: NodeFacts,
  settings: Pick<Settings, 'nodeSelector' | 'excludedNodes'>,
): Complaint | undefined {
  if (leaving) return { reason: 'BeingDeleted', message: 'the node is being removed from the cluster' };
  if (labels[USE_LABEL]?.toLowerCase() === 'false') {
    return { reason: 'NotUsed', message: `the node has the label ${USE_LABEL}=false` };
  }
  // Kubernetes asks for the label, not for a value of it.
  if (settings.excludedNodes === 'Leave' && labels[EXCLUDE_LABEL] !== undefined) {
    return {
      reason: 'Excluded',
      message: `the node has the label ${EXCLUDE_LABEL}, which installers put on control-plane nodes; excludedNodes: Use in the NodeLoadBalancer uses it anyway`,
    };
  }
  const missing = Object.entries(settings.nodeSelector ?? {}).find(([key, value]) => labels[key] !== value);
  return missing && { reason: 'NotSelected', message: `the node has not the label ${missing.join('=')}` };
}
