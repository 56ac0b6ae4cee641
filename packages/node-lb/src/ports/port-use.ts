import type { PortKey } from '../address/protocol.ts';

/** Something the API knows of that has a port of a node already, or might. */
export interface PortUse extends PortKey {
  /** On which node; undefined for all of them. */
  readonly node?: string;
  /** By what; see {@link PortUseKind}. */
  readonly kind: PortUseKind;
  /** Who, in words for an event: `pod web/nginx-1 (hostPort)`, `service shop/front (NodePort)`. */
  readonly owner: string;
}

/** The reason of a conflict, in CamelCase. */
export type PortUseKind =
  | 'Claimed'
  | 'Reserved'
  | 'NodePort'
  | 'NodePortRange'
  | 'HealthCheckNodePort'
  | 'HostPort'
  | 'HostNetwork'
  | 'ExternalIP'
  | 'LoadBalancerIP'
  /** An agent found the port taken a while ago. */
  | 'Refused';
