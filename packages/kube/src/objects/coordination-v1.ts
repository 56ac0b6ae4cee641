import type { KubeObject } from './kube-object.ts';
import type { ResourceType } from './resource-type.ts';

/** A lease: who leads, or which node is alive. Times are RFC 3339 with microseconds. */
export interface Lease extends KubeObject {
  spec?: {
    holderIdentity?: string;
    leaseDurationSeconds?: number;
    acquireTime?: string;
    renewTime?: string;
    leaseTransitions?: number;
  };
}

/** The resources of `coordination.k8s.io/v1`. */
export const coordinationV1 = {
  leases: {
    group: 'coordination.k8s.io',
    version: 'v1',
    plural: 'leases',
    kind: 'Lease',
    namespaced: true,
  } as ResourceType<Lease>,
} as const;
