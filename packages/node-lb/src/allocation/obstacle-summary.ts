import { portText } from '../address/port-range.ts';
import type { Obstacle } from './placement.ts';
import { compareText } from '../address/text-order.ts';

/** Letters of a summary: an event's message may have 1,024, and something stands before it. */
const longestSummary = 800;
/** Owners of a port, or kinds of obstacles, that are named before the rest is only counted. */
const mostNamed = 3;

/**
 * Tells many obstacles in few words, those at most nodes first: `2 nodes: port TCP/80 is taken (service shop/front,
 * nginx), 1 node: the node is not ready`. Equal sets of obstacles give equal words, whatever their order.
 */
export function summaryOf(obstacles: readonly Obstacle[]): string {
  if (obstacles.length === 0) return 'there are no nodes';
  const groups = [...Map.groupBy(obstacles, keyOf).values()].map((group) => ({
    nodes: new Set(group.map(({ node }) => node)).size,
    words: wordsOf(group),
  }));
  groups.sort((a, b) => b.nodes - a.nodes || compareText(a.words, b.words));
  const parts = groups.map(({ nodes, words }) => `${nodes} ${nodes === 1 ? 'node' : 'nodes'}: ${words}`);
  const said = parts.join(', ');
  return said.length <= longestSummary ? said : `${said.slice(0, longestSummary - 1).trimEnd()}…`;
}

/** A taken port is one thing whoever has it; all else is told by its reason. */
function keyOf({ reason, port }: Obstacle): string {
  return port ? portText(port) : reason;
}

function wordsOf(group: readonly Obstacle[]): string {
  const [first] = group;
  if (first?.port) {
    const owners = group.flatMap(({ owner }) => (owner === undefined || owner === '' ? [] : [owner]));
    const named = listOf(owners);
    return `port ${portText(first.port)} is taken${named === '' ? '' : ` (${named})`}`;
  }
  return listOf(group.map(({ message }) => message));
}

/** Each once, sorted, the first few of them. */
function listOf(texts: readonly string[]): string {
  const sorted = [...new Set(texts)].toSorted(compareText);
  const more = sorted.length - mostNamed;
  return [...sorted.slice(0, mostNamed), ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
}
