import type { PlacedNode } from '../../allocation/placement.ts';
import type { PortClaim } from '../../kinds/port-claim.ts';
import type { ExposureRequest } from '../../request/exposure-request.ts';
import { claimObject, claimSpec } from '../claim-object.ts';

/** A request of the Service default/web for TCP/80 on one node. */
export function request(changes: Partial<ExposureRequest> = {}): ExposureRequest {
  return {
    service: { namespace: 'default', name: 'web', uid: 'web-uid' },
    createdAt: 0,
    ports: [{ protocol: 'TCP', port: 80 }],
    families: ['IPv4'],
    clusterIPs: ['10.96.0.1'],
    trafficPolicy: 'Cluster',
    count: 1,
    addressType: 'InternalIP',
    partial: false,
    ...changes,
  };
}

/** A place for a request on the node with this number, whose address ends in it. */
export function place(number: number, wanted = request()): PlacedNode {
  const addresses = [{ family: 'IPv4', address: `10.0.0.${number}`, type: 'InternalIP' }] as const;
  return { node: `n${number}`, addresses, published: addresses, ports: wanted.ports };
}

/** What an agent said of a claim; nothing when it is left out. */
export interface Said {
  status?: 'True' | 'False';
  reason?: string;
  /** 1 unless told; claims have the generation 1. */
  generation?: number;
  reachable?: 'True' | 'False';
  withdrawAt?: string;
  /** Where it answers; at the address of the claim unless told. */
  addresses?: readonly string[];
}

/** The claim of a request on the first of its ports, on the node with this number. */
export function claim(number: number, said: Said = {}, wanted = request(), at = 0): PortClaim {
  const [port = { protocol: 'TCP' as const, port: 80 }] = wanted.ports.slice(at);
  const made = claimObject(claimSpec(wanted, `n${number}`, [`10.0.0.${number}`], port));
  const { status, reason = 'Programmed', generation = 1, reachable, withdrawAt } = said;
  const served = said.addresses ?? made.spec.addresses;
  const time = { lastTransitionTime: '2026-01-01T00:00:00Z' };
  const conditions = [
    ...(status ? [{ type: 'Programmed', status, reason, observedGeneration: generation, ...time }] : []),
    ...(reachable ? [{ type: 'Reachable', status: reachable, reason: 'Probed', ...time }] : []),
  ];
  return {
    ...made,
    metadata: { ...made.metadata, uid: `${made.metadata.name}-uid`, resourceVersion: '1', generation: 1 },
    spec: { ...made.spec, ...(withdrawAt === undefined ? {} : { withdrawAt }) },
    status: { conditions, ...(status === 'True' ? { addresses: [...served] } : {}) },
  };
}
