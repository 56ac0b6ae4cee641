import type { Complaint } from '../nodes/departure.ts';
import type { NodeFacts } from '../nodes/node-facts.ts';
import { NODE_PREFIX } from '../kinds/network-group.ts';
import type { ExposureRequest } from '../request/exposure-request.ts';
import { isPublished } from './served-addresses.ts';

/** The label of a node that `pool` of a Service asks for. */
export const POOL_LABEL = `${NODE_PREFIX}pool`;

/** Why the Service itself does not want a node, whatever its health and its ports; undefined when it would take it. */
export function misfitOf(request: ExposureRequest, facts: NodeFacts): Complaint | undefined {
  return choiceMisfitOf(request, facts) ?? addressMisfitOf(request, facts);
}

/** As {@link misfitOf}, whatever the node's addresses. */
export function choiceMisfitOf({ nodes, pool }: ExposureRequest, facts: NodeFacts): Complaint | undefined {
  if (nodes && !nodes.includes(facts.name)) {
    return { reason: 'NotRequested', message: `it is none of the nodes ${nodes.join(', ')}` };
  }
  if (pool !== undefined && facts.labels[POOL_LABEL] !== pool) {
    return { reason: 'NotInPool', message: `the node has not the label ${POOL_LABEL}=${pool}` };
  }
  return undefined;
}

function addressMisfitOf(request: ExposureRequest, facts: NodeFacts): Complaint | undefined {
  const { addresses, addressType } = request;
  if (addresses) {
    if (facts.addresses.some((one) => isPublished(request, one))) return undefined;
    const message = `the node has none of the addresses ${addresses.join(', ')}, or not for ${request.families.join(' and ')}`;
    return { reason: 'NoSuchAddress', message };
  }
  const [family = 'IPv4'] = request.families;
  if (facts.addresses.some((one) => one.family === family && isPublished(request, one))) return undefined;
  return { reason: 'NoAddress', message: `the node has no ${family} address of the type ${addressType}` };
}

/** Why the kube-proxy of a node cannot serve the Service; undefined when it can, or when nothing is known of it. */
export function proxyMisfitOf(
  { trafficPolicy }: ExposureRequest,
  { agent }: NodeFacts,
  acceptUnproven: boolean,
): Complaint | undefined {
  if (trafficPolicy === 'Local') return undefined;
  if (agent?.proxy === 'none') {
    const message = 'the node has no kube-proxy, without which only externalTrafficPolicy: Local works';
    return { reason: 'NoKubeProxy', message };
  }
  if (acceptUnproven || (agent?.proxy !== 'ipvs' && agent?.proxy !== 'cilium')) return undefined;
  const message = `Services of the node are served by ${agent.proxy}, where only externalTrafficPolicy: Local is proved to work`;
  return { reason: 'UnsupportedProxy', message };
}
