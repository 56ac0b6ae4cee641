import type { NodeAddress, NodeFacts } from '../nodes/node-facts.ts';
import type { ExposureRequest } from '../request/exposure-request.ts';
import type { PlacedNode } from './placement.ts';

/**
 * The addresses of a node at which a Service answers, and those of them that its status tells, in the order of the
 * Service's families. The node of an external address often sees its traffic arrive at an internal one (1:1 NAT), so
 * both answer. Nothing is published when the node does not fit.
 */
export function servedAddresses(
  { families, addresses: wished, addressType }: ExposureRequest,
  { addresses }: NodeFacts,
): Pick<PlacedNode, 'addresses' | 'published'> {
  const usable = families.flatMap((family) => addresses.filter((one) => one.family === family));
  const published = usable.filter(({ address, type }) =>
    wished ? wished.includes(address) : type === addressType,
  );
  const external = new Set(published.filter(({ type }) => type === 'ExternalIP').map(({ family }) => family));
  const served = (one: NodeAddress): boolean =>
    published.includes(one) || (one.type === 'InternalIP' && external.has(one.family));
  return { published, addresses: usable.filter(served) };
}
