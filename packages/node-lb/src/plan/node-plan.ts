import type { PerFamily, PortKey } from '../address/protocol.ts';

/** A place where a Service's traffic goes under the policy Local. */
export interface LocalEndpoint {
  /** In canonical text. */
  readonly address: string;
  readonly port: number;
}

/** One port of the node and where its traffic goes. The data plane knows nothing else. */
export interface ExposedPort extends PortKey {
  /** The claim's name. */
  readonly claim: string;
  /** `namespace/name` of the Service, for people. */
  readonly service: string;
  /** Addresses of the node, in canonical text and sorted. */
  readonly addresses: PerFamily<readonly string[]>;
  /** Networks that may connect, in canonical text, sorted, none inside another; undefined for everybody, empty for nobody. */
  readonly sourceRanges: PerFamily<readonly string[] | undefined>;
  readonly target:
    | {
        readonly kind: 'cluster';
        /** Undefined where the Service has no such family: then that family is not served. */
        readonly clusterIPs: PerFamily<string | undefined>;
      }
    | {
        readonly kind: 'local';
        /** Sorted. A family without any is not served. */
        readonly endpoints: PerFamily<readonly LocalEndpoint[]>;
      };
}

/** Everything this node shall answer for, sorted by protocol and port; equal plans are equal as JSON. */
export interface NodePlan {
  readonly ports: readonly ExposedPort[];
}
