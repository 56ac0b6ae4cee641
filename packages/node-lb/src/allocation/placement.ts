import type { PortKey } from '../address/protocol.ts';
import type { NodeAddress } from '../nodes/node-facts.ts';
import type { RequestedPort } from '../request/exposure-request.ts';

/** A node that a Service is, or shall be, exposed on. */
export interface PlacedNode {
  readonly node: string;
  /**
   * What to serve there, those of the preferred family first. Empty for a node that is kept for want of a better one and
   * has no address that will do: its claims stay as they are written.
   */
  readonly addresses: readonly NodeAddress[];
  /** Those of `addresses` that the Service's status tells. */
  readonly published: readonly NodeAddress[];
  /** All of the Service's, unless it allows a part, or the node is kept for want of a better one. */
  readonly ports: readonly RequestedPort[];
}

/** Why a node cannot be taken. */
export interface Obstacle {
  readonly node: string;
  /** In CamelCase: of a port use, of a node's standing, or of a selector. */
  readonly reason: string;
  /** In words, with who has the port. */
  readonly message: string;
  /** The port that is taken; absent when it is about the node. */
  readonly port?: PortKey;
  /** Who has the port. */
  readonly owner?: string;
}

/** Where a Service shall be exposed. */
export interface Placement {
  /** In order of preference; those it has already and may keep come first. */
  readonly nodes: readonly PlacedNode[];
  /** Those of `nodes` that it keeps only because there is no better place, and why. Then there are no others. */
  readonly kept: readonly Obstacle[];
  /** Nodes that it has and leaves, and why. */
  readonly leaving: readonly Obstacle[];
  /**
   * When it is short: what is in the way at every node it could not get or should leave, and at every port that it
   * misses on a node it has. Else empty.
   */
  readonly obstacles: readonly Obstacle[];
  /** True when fewer nodes or ports than asked for, or when some are only kept for want of better ones. */
  readonly short: boolean;
}
