import type { PortKey } from '../address/protocol.ts';

/** Something the API knows of that has a port of a node already, or might. */
export interface PortUse extends PortKey {
  /** On which node; undefined for all of them. */
  readonly node?: string;
  /** At this address alone, in canonical text, of whichever node has it; undefined for all addresses. */
  readonly address?: string;
  /** The Service it belongs to: what is its own is in nobody's way. */
  readonly serviceUid?: string;
  /** By what; see {@link PortUseKind}. */
  readonly kind: PortUseKind;
  /** Who, in words for an event: `pod web/nginx-1 (hostPort)`, `service shop/front (NodePort)`. */
  readonly owner: string;
  /** Of the kind `Refused`, when nobody has the port: why the node does not serve it. */
  readonly fault?: { readonly reason: string; readonly message: string };
}

/** The reason of a conflict, in CamelCase. */
export type PortUseKind =
  | 'Claimed'
  | 'NodePort'
  | 'HealthCheckNodePort'
  | 'HostPort'
  | 'HostNetwork'
  | 'Kubelet'
  | 'ExternalIP'
  | 'LoadBalancerIP'
  /** An agent found the port taken a while ago, or could not serve it. */
  | 'Refused';
