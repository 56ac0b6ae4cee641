import type { Logger } from '@armillary/kube';
import type { Family, PerFamily } from '../address/protocol.ts';
import type { LabNode, PodsOfNode } from './layout.ts';
import type { LabProtocol } from './matrix-cell.ts';
import type { RealKubeProxy } from './real-kube-proxy.ts';

/** Who serves cluster IPs on the lab's nodes: a real program, or rules of its shape in one of its modes. */
export type KubeProxyChoice =
  'shape-iptables-nft' | 'shape-iptables-legacy' | 'shape-nftables' | RealKubeProxy;

/** A node as its agent is told of it. */
export interface AgentNode extends LabNode {
  /** Reaches the API server from inside the node's network namespace. */
  readonly kubeconfig: string;
}

/** What a lab is made of. */
export interface LabOptions {
  /** An API server with the kinds of this package; the lab makes its objects there, and leaves them. */
  readonly kubeconfig: string;
  readonly kubeProxy: KubeProxyChoice;
  /**
   * The command line of a node's agent; it is run in the node's network namespace. Without it there is no load balancer,
   * and what is seen is kube-proxy alone.
   */
  readonly agentCommand?: (node: AgentNode) => readonly string[];
  /** Set for agents beside PATH. */
  readonly agentEnv?: Readonly<Record<string, string>>;
  /** `externalTrafficPolicy` of the Service; Cluster unless told. */
  readonly policy?: 'Cluster' | 'Local';
  /** Those of the Service; both unless told. */
  readonly families?: readonly Family[];
  /** A node for each; two with a backend and another pod each unless told. */
  readonly nodes?: readonly PodsOfNode[];
  /** Ports of the Service; 80 for both unless told. */
  readonly ports?: Readonly<Record<LabProtocol, number>>;
  /**
   * Whether the Service's status gets an address: from the controller, or without agents that of the first node from the
   * lab. False is for a kube-proxy before 1.30 beside agents: it would take the address for its own and let nothing come
   * to them. True unless told, but with agents and a real kube-proxy false.
   */
  readonly publishStatus?: boolean;
  /** Where the API server takes cluster IPs from: those of this project's own unless told. */
  readonly serviceCidr?: PerFamily<string>;
  /** For a real kube-proxy, as its flag `--feature-gates` reads them. */
  readonly kubeProxyGates?: string;
  /** Told what the lab does, and at the level debug each line that a program in it prints. */
  readonly logger?: Logger;
  /** For everything until traffic can be sent, in milliseconds; 60,000 unless told. */
  readonly deadlineMs?: number;
  /** Ends the start, or each wait of the lab; call `stop` of the lab after it, too. */
  readonly signal?: AbortSignal;
}
