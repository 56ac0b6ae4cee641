import type { NodeAddress } from '../nodes/node-facts.ts';
import type { RequestedPort } from '../request/exposure-request.ts';

/** A node that a Service is, or shall be, exposed on. */
export interface PlacedNode {
  readonly node: string;
  /** What to serve there, those of the preferred family first. */
  readonly addresses: readonly NodeAddress[];
  /** All of the Service's, unless it allows a part. */
  readonly ports: readonly RequestedPort[];
}

/** Why a node cannot be taken. */
export interface Obstacle {
  readonly node: string;
  /** In CamelCase: of a port use, of a node's standing, or of a selector. */
  readonly reason: string;
  /** In words, with who has the port. */
  readonly message: string;
}

/** Where a Service shall be exposed. */
export interface Placement {
  /** In order of preference; those it has already and may keep come first. */
  readonly nodes: readonly PlacedNode[];
  /** Nodes that it has and leaves, and why. */
  readonly leaving: readonly Obstacle[];
  /** Nodes it could not get. When `nodes` are fewer than wanted, these are the reasons. */
  readonly obstacles: readonly Obstacle[];
  /** True when fewer than asked for. */
  readonly short: boolean;
}
