import { claimName } from '../../kinds/claim-name.ts';
import type { PortClaim, PortClaimSpec } from '../../kinds/port-claim.ts';

/** The node of the tests. */
export const NODE = 'worker-1';

/** A claim on a port of the node, for a Service whose uid is `uid-of-<name>`. */
export function claim(
  port: number,
  spec: Partial<PortClaimSpec> = {},
  metadata: { uid?: string; generation?: number } = {},
): PortClaim {
  const key = { protocol: spec.protocol ?? 'TCP', port };
  return {
    apiVersion: 'network.armillary.dev/v1alpha1',
    kind: 'PortClaim',
    metadata: { name: claimName(NODE, key), uid: `claim-${port}`, generation: 1, ...metadata },
    spec: {
      nodeName: NODE,
      ...key,
      service: { namespace: 'shop', name: 'front', uid: 'uid-of-front' },
      addresses: ['192.0.2.1'],
      externalTrafficPolicy: 'Cluster',
      clusterIPs: ['10.96.0.1'],
      ...spec,
    },
  };
}
