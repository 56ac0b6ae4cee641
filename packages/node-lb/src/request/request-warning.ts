import type { Service } from '@armillary/kube';
import { portText } from '../address/port-range.ts';
import { unknownAnnotations } from './annotations.ts';
import type { ExposureRequest } from './exposure-request.ts';

/** Something a Service is served in spite of, which its owner may not expect. */
export interface RequestWarning {
  readonly reason: 'SessionAffinity' | 'EphemeralPort' | 'UnknownAnnotation';
  readonly message: string;
}

/** Where Linux takes ports for outgoing connections, unless told otherwise (`net.ipv4.ip_local_port_range`). */
const EPHEMERAL = { from: 32_768, to: 60_999 };

/** What the owner of a Service should know, though it is served. */
export function warningsOf(service: Service, request: ExposureRequest): RequestWarning[] {
  const warnings: RequestWarning[] = [];
  if (service.spec?.sessionAffinity === 'ClientIP') {
    warnings.push({
      reason: 'SessionAffinity',
      message:
        request.trafficPolicy === 'Cluster'
          ? 'sessionAffinity: all clients of a node look like one to the cluster, and go to one pod'
          : 'sessionAffinity: with externalTrafficPolicy Local, clients from outside go to any pod of the node',
    });
  }
  const ephemeral = request.ports.filter(({ port }) => port >= EPHEMERAL.from && port <= EPHEMERAL.to);
  if (ephemeral.length > 0) {
    warnings.push({
      reason: 'EphemeralPort',
      message: `${ephemeral.map(portText).join(', ')}: nodes take ports of ${EPHEMERAL.from}-${EPHEMERAL.to} for outgoing connections; set net.ipv4.ip_local_reserved_ports there, or choose another port`,
    });
  }
  const unknown = unknownAnnotations(service.metadata.annotations ?? {});
  if (unknown.length > 0) {
    warnings.push({
      reason: 'UnknownAnnotation',
      message: `${unknown.join(', ')}: this load balancer knows no such annotation`,
    });
  }
  return warnings;
}
