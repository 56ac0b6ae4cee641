/** The conditions an agent writes on a claim. */
export type ClaimConditionType =
  /** The port is held on the node and its rules are installed. */
  | 'Programmed'
  /** The node's probe gets through to the Service; Unknown where nothing can be asked, as over UDP. */
  | 'Reachable';

/** The reasons beside them. What a reader may compare with; the message says the rest. */
export type ClaimReason =
  /** Programmed: True. */
  | 'Programmed'
  /** Somebody else has the port: a process, a container runtime's rule, a hostPort. `status.owner` may say who. */
  | 'PortInUse'
  /** None of the claim's addresses is on the node. */
  | 'AddressNotOnNode'
  /** The policy Cluster needs a kube-proxy, and the node has none. */
  | 'NoKubeProxy'
  /** The node's kube-proxy works in a way that this load balancer was not proved with. */
  | 'UnsupportedProxy'
  /** Forwarding is off on the node (`net.ipv4.ip_forward`, `net.ipv6.conf.all.forwarding`). */
  | 'ForwardingOff'
  /** The rules could not be installed; the message has the program's words. */
  | 'RulesFailed'
  /** The agent only plans (`--node-lb plan`): nothing was installed. */
  | 'PlanOnly'
  /** Local: no ready endpoint of the Service is on this node. */
  | 'NoLocalEndpoint'
  /** The agent gave the port back, as it was told to or as it stopped for good. */
  | 'Withdrawn'
  /** Reachable: True, False and Unknown. */
  | 'ProbeSucceeded'
  | 'ProbeFailed'
  | 'NotProbed';
