import type { Obstacle, Placement } from '../placement.ts';

/** The names of the nodes of a placement, in its order. */
export function namesOf({ nodes }: Placement): string[] {
  return nodes.map(({ node }) => node);
}

/** What is in the way, by node. */
export function reasonsOf(obstacles: readonly Obstacle[]): Record<string, string> {
  return Object.fromEntries(obstacles.map(({ node, reason }) => [node, reason]));
}
