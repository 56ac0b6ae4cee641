import type { PortClaim } from '../kinds/port-claim.ts';
import type { PortUse } from './port-use.ts';

/** The port that a claim holds for its Service, until the claim is gone, however long it is being withdrawn. */
export function portUsesOfClaim({ spec }: PortClaim): PortUse[] {
  const { nodeName, protocol, port, service } = spec;
  const owner = `service ${service.namespace}/${service.name}`;
  return [{ node: nodeName, protocol, port, kind: 'Claimed', owner, serviceUid: service.uid }];
}
