import { formatKey, keyOf, type Service } from '@armillary/kube';
import { canonicalAddress } from '../address/address.ts';
import { isPort, isProtocol } from '../address/port-range.ts';
import type { PortKey } from '../address/protocol.ts';
import { LOAD_BALANCER_CLASS } from '../kinds/network-group.ts';
import { RELEASE_FINALIZER } from '../request/release-finalizer.ts';
import type { PortUse, PortUseKind } from './port-use.ts';

/**
 * The ports of nodes that a Service has through kube-proxy or another load balancer: NodePorts and the one for health
 * checks on all nodes (newer kube-proxies hold no socket for them, so that no node can tell), external addresses and
 * addresses of other load balancers on the node that has them. What this load balancer gave it is in the claims.
 */
export function portUsesOfService(service: Service): PortUse[] {
  const { metadata, spec = {}, status } = service;
  if (spec.type === 'ExternalName') return [];
  const name = formatKey(keyOf(service));
  const use = (kind: PortUseKind, { protocol, port }: PortKey, address?: string): PortUse => ({
    protocol,
    port,
    kind,
    owner: `service ${name} (${kind})`,
    ...(metadata.uid !== undefined && { serviceUid: metadata.uid }),
    ...(address !== undefined && { address }),
  });
  const ports = (spec.ports ?? []).flatMap(({ port, protocol = 'TCP', nodePort }) =>
    isPort(port) && isProtocol(protocol) ? [{ port, protocol, nodePort }] : [],
  );
  const atAddresses = (kind: PortUseKind, texts: readonly (string | undefined)[]) =>
    texts
      .flatMap((text) => canonicalAddress(text ?? '') ?? [])
      .flatMap((address) => ports.map((port) => use(kind, port, address)));

  const nodePorts = ports.flatMap(({ protocol, nodePort }) =>
    isPort(nodePort) ? [use('NodePort', { protocol, port: nodePort })] : [],
  );
  const healthCheck = isPort(spec.healthCheckNodePort)
    ? [use('HealthCheckNodePort', { protocol: 'TCP', port: spec.healthCheckNodePort })]
    : [];
  const ingress = isOurs(service) ? [] : (status?.loadBalancer?.ingress ?? []);
  return [
    ...nodePorts,
    ...healthCheck,
    ...atAddresses('ExternalIP', spec.externalIPs ?? []),
    ...atAddresses(
      'LoadBalancerIP',
      ingress.map(({ ip }) => ip),
    ),
  ];
}

/** Whether the addresses in its status are of this load balancer. */
function isOurs({ metadata, spec }: Service): boolean {
  return (
    spec?.loadBalancerClass === LOAD_BALANCER_CLASS ||
    (metadata.finalizers?.includes(RELEASE_FINALIZER) ?? false)
  );
}
