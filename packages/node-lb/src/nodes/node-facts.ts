import type { Family } from '../address/protocol.ts';
import type { ProxyMode } from '../kinds/agent-lease.ts';

/** An address of a node. */
export interface NodeAddress {
  readonly family: Family;
  /** In canonical text. */
  readonly address: string;
  readonly type: 'InternalIP' | 'ExternalIP';
}

/** What its agent says of a node. */
export interface AgentFacts {
  /** When the controller last saw the lease change, milliseconds of its own clock: nobody's clock is believed. */
  readonly seenAt: number;
  readonly proxy: ProxyMode | undefined;
  /** Why nothing can be served there now, in words. */
  readonly problem?: string;
}

/** What is known of a node, without Kubernetes' shapes. */
export interface NodeFacts {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly addresses: readonly NodeAddress[];
  /** Condition Ready; Unknown when the node has none. */
  readonly ready: 'True' | 'False' | 'Unknown';
  /** Condition NetworkUnavailable is True. */
  readonly networkUnavailable: boolean;
  /** Cordoned: not for new Services. */
  readonly unschedulable: boolean;
  /** It is being deleted, or tainted ToBeDeletedByClusterAutoscaler. */
  readonly leaving: boolean;
  /** Undefined: no agent ever spoke for it. */
  readonly agent: AgentFacts | undefined;
}
