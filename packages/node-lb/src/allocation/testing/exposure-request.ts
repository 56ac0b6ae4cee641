import type { PortKey } from '../../address/protocol.ts';
import type { ExposureRequest } from '../../request/exposure-request.ts';

/** A Service `shop/<name>` that wants TCP port 80 on one node, and differs from that as told. */
export function requestOf(name: string, differences: Partial<ExposureRequest> = {}): ExposureRequest {
  return {
    service: { namespace: 'shop', name, uid: `uid-${name}` },
    createdAt: 0,
    ports: [tcp(80)],
    families: ['IPv4'],
    clusterIPs: ['10.96.0.1'],
    trafficPolicy: 'Cluster',
    count: 1,
    addressType: 'InternalIP',
    partial: false,
    ...differences,
  };
}

export function tcp(port: number): PortKey {
  return { protocol: 'TCP', port };
}

export function udp(port: number): PortKey {
  return { protocol: 'UDP', port };
}
