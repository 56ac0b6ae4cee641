/** Why a Service of ours is not served, in CamelCase: the reason of its event and condition. */
type RefusalReason =
  /** An annotation says something that cannot be. */
  | 'InvalidAnnotation'
  /** A source range is no network. Serving without it would open the Service. */
  | 'InvalidSourceRange'
  /** `spec.loadBalancerIP` is no address. */
  | 'InvalidAddress'
  /** There are no ports, the same twice, or one that cannot be. */
  | 'InvalidPorts'
  /** `clusterIP: None`: there is nothing to bring traffic to. */
  | 'Headless'
  /** The cluster gave it no usable address, or not yet. */
  | 'NoClusterIP'
  /** The settings reserve one of its ports. */
  | 'Reserved'
  /** One of its ports lies where the cluster hands out NodePorts. */
  | 'NodePortRange'
  /** The settings do not allow one of its ports to its namespace. */
  | 'NotAllowed';

/** A refusal, in words that say what to write. */
export interface Refusal {
  readonly reason: RefusalReason;
  readonly message: string;
}

/** How a reader says that something cannot be; it reads on, so that people learn all their mistakes at once. */
export type Refuse = (reason: RefusalReason, message: string) => undefined;
