import type { Family } from '../address/protocol.ts';
import type { ExposedPort } from './node-plan.ts';

/** Whether a port answers over the family: the node has an address of it, and there is somewhere to lead to. */
export function serves({ addresses, target }: ExposedPort, family: Family): boolean {
  if (addresses[family].length === 0) return false;
  return target.kind === 'cluster'
    ? target.clusterIPs[family] !== undefined
    : target.endpoints[family].length > 0;
}
