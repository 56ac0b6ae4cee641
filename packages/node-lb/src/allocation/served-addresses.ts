import type { NodeAddress, NodeFacts } from '../nodes/node-facts.ts';
import type { ExposureRequest } from '../request/exposure-request.ts';
import type { PlacedNode } from './placement.ts';

/** Whether the status of a Service tells an address of a node that serves it. */
export function isPublished(
  { families, addresses: wished, addressType }: ExposureRequest,
  { address, family, type }: NodeAddress,
): boolean {
  return families.includes(family) && (wished ? wished.includes(address) : type === addressType);
}

/**
 * The addresses of a node at which a Service answers, and those of them that its status tells, in the order of the
 * Service's families. What is sent to an external address often arrives at an internal one (1:1 NAT), so internal ones
 * answer with it: those of its family when the Service names it, else all.
 */
export function servedAddresses(
  request: ExposureRequest,
  { addresses }: NodeFacts,
): Pick<PlacedNode, 'addresses' | 'published'> {
  const usable = request.families.flatMap((family) => addresses.filter((one) => one.family === family));
  const published = usable.filter((one) => isPublished(request, one));
  const answersWith = (internal: NodeAddress): boolean =>
    published.some(
      ({ type, family }) => type === 'ExternalIP' && (!request.addresses || family === internal.family),
    );
  const served = (one: NodeAddress): boolean =>
    published.includes(one) || (one.type === 'InternalIP' && answersWith(one));
  return { published, addresses: usable.filter(served) };
}
