import type { Clock, KubeClient, Logger } from '@armillary/kube';
import type { Registry } from 'prom-client';
import type { Link } from '../plan/link.ts';
import type { HostBackendName } from '../plan/rule-set.ts';

/** What an agent is told of its node. */
export interface NodeOptions {
  /** The node's name in the cluster. */
  nodeName: string;
  /** The veth pair and the namespace; {@link defaultLink} is what a node has. */
  link: Link;
  /** What the names of chains, tables and sets begin with, in small letters. */
  prefix: string;
  /** In which of the kernel's ways the node's rules are written; found out unless told. */
  backend?: HostBackendName;
  /** Serve the policy Cluster also where it was not proved: kube-proxy in IPVS mode, Cilium without kube-proxy. */
  acceptUnprovenProxy?: boolean;
  /** Turn forwarding on where it is off. Otherwise that is only reported. */
  enableForwarding?: boolean;
}

/** Settings of an agent. Times in milliseconds. */
export interface NodeAgentOptions extends NodeOptions {
  client: KubeClient;
  logger: Logger;
  clock?: Clock;
  /** Addresses to serve in place of those of the Node object, announced on the agent's lease. */
  nodeAddresses?: readonly string[];
  /** The namespace of the agents' leases. */
  leaseNamespace: string;
  /** `plan` changes nothing on the node, needs no rights there, and says on every claim what would be done. */
  mode: 'apply' | 'plan';
  /** How often the ports that are served are probed; 0 for never. */
  probeIntervalMs: number;
  /** How often what is installed is compared with what should be, beside at once when the node tells of a change: 15,000. */
  verifyIntervalMs?: number;
  /** Ends the agent: its sockets go, its rules stay and go on carrying traffic. */
  signal: AbortSignal;
  /** Where the agent's metrics are registered. */
  metrics: Registry;
}
