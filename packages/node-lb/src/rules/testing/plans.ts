import type { Protocol } from '../../address/protocol.ts';
import type { ExposedPort, NodePlan } from '../../plan/node-plan.ts';
import { addresses } from './network-world.ts';

/** A port of the policy Cluster, open to everybody, over both families of the world. */
export function clusterPort(port: number, protocol: Protocol = 'TCP'): ExposedPort {
  return {
    protocol,
    port,
    claim: `node.${protocol.toLowerCase()}.${port}`,
    service: 'shop/web',
    addresses: { IPv4: [addresses.node.IPv4], IPv6: [addresses.node.IPv6] },
    sourceRanges: { IPv4: undefined, IPv6: undefined },
    target: { kind: 'cluster', clusterIPs: addresses.clusterIP },
  };
}

/** The same of the policy Local, with both addresses of the pod as endpoints. */
export function localPort(port: number, protocol: Protocol = 'TCP', podPort = 8080): ExposedPort {
  const endpoints = (pods: readonly string[]) => pods.map((address) => ({ address, port: podPort }));
  return {
    ...clusterPort(port, protocol),
    target: {
      kind: 'local',
      endpoints: { IPv4: endpoints(addresses.pods.IPv4), IPv6: endpoints(addresses.pods.IPv6) },
    },
  };
}

/** A plan of these ports, in the order of plans. */
export function planOf(...ports: ExposedPort[]): NodePlan {
  return {
    ports: ports.toSorted(
      (one, other) => one.protocol.localeCompare(other.protocol) || one.port - other.port,
    ),
  };
}
