import type { Family, PortKey } from '../address/protocol.ts';

/** Who asks. */
export interface ServiceIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** One port of a Service. */
export interface RequestedPort extends PortKey {
  /** Its name in the Service; EndpointSlices use it. */
  readonly name?: string;
}

/** What a Service of this load balancer asks for, read from its spec and annotations. */
export interface ExposureRequest {
  readonly service: ServiceIdentity;
  /** Milliseconds since 1970: who came first is served first. */
  readonly createdAt: number;
  /** At least one; all of them go to the same nodes. */
  readonly ports: readonly RequestedPort[];
  /**
   * One or two, that of the first cluster IP first; where `addresses` are named, only families of these. A node must have
   * an address of the first.
   */
  readonly families: readonly Family[];
  /** In the order of `families`. */
  readonly clusterIPs: readonly string[];
  readonly trafficPolicy: 'Cluster' | 'Local';
  /** On how many nodes. */
  readonly count: number | 'all';
  /** Only nodes with this value of the label `node.armillary.dev/pool`. */
  readonly pool?: string;
  /** Only these nodes, by name. */
  readonly nodes?: readonly string[];
  /** Only nodes that have one of these addresses, and only at these. */
  readonly addresses?: readonly string[];
  readonly addressType: 'InternalIP' | 'ExternalIP';
  /** Networks in canonical form; undefined for everybody. */
  readonly sourceRanges?: readonly string[];
  /** Whether some of its ports may be exposed where not all are free. */
  readonly partial: boolean;
}
