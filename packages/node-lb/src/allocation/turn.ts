import type { ExposureRequest } from '../request/exposure-request.ts';
import { compareText } from '../address/text-order.ts';

/**
 * The order in which Services that want the same get it: the older first, and of equally old ones the one whose
 * namespace and name come first.
 */
export function byTurn(a: ExposureRequest, b: ExposureRequest): number {
  return (
    a.createdAt - b.createdAt ||
    compareText(a.service.namespace, b.service.namespace) ||
    compareText(a.service.name, b.service.name)
  );
}
