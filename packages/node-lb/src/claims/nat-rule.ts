import ipaddr from 'ipaddr.js';
import type { Family, Protocol } from '../address/protocol.ts';

/** Ports from the first to the last, both included. */
export interface Ports {
  readonly from: number;
  readonly to: number;
}

/** What packets a rule looks at; what is left out may be anything. */
export interface NatMatch {
  readonly family?: Family;
  readonly protocols?: readonly Protocol[];
  readonly ports?: readonly Ports[];
  /** Destinations, as networks such as `10.0.0.1/32`. */
  readonly networks?: readonly string[];
  /** Whether only destinations of the node itself are meant. */
  readonly local?: boolean;
  /** Whether it looks only at some interface or some source. */
  readonly partial?: boolean;
}

/** A rule of a NAT table, as far as it decides where a packet goes. */
export interface NatRule {
  readonly match: NatMatch;
  /** The chain that follows; undefined when the rule itself gives the packet another destination. */
  readonly target?: string;
}

/** Rules of one NAT table, and the chains where packets from outside come in. */
export interface NatTable {
  readonly entrances: readonly string[];
  /** In their order. A chain is asked for once, and only when packets get there: most of a large table is never read. */
  rulesOf(chain: string): readonly NatRule[];
}

/** A way through the table that ends in another destination. */
export interface NatPath {
  readonly match: NatMatch;
  /** From the entrance to where it ends. */
  readonly chains: readonly string[];
}

/** Rule sets of others may be of any size and shape: after so many steps, and so many jumps deep, the search ends. */
const maxSteps = 500_000;
const maxDepth = 16;

/** What becomes of a jump: it is looked into, counts as another destination by itself, or is passed over. */
export type JumpVerdict = 'into' | 'taken' | 'past';

/** Every way by which a packet gets another destination. */
export function natPaths(
  table: NatTable,
  judgeJump: (from: string, target: string) => JumpVerdict,
): NatPath[] {
  const read = new Map<string, readonly NatRule[]>();
  const paths: NatPath[] = [];
  let steps = 0;
  const walk = (before: readonly string[], chain: string, so: NatMatch): void => {
    const chains = [...before, chain];
    const rules = read.get(chain) ?? table.rulesOf(chain);
    read.set(chain, rules);
    for (const { match: asked, target } of rules) {
      if ((steps += 1) > maxSteps) return;
      const verdict = target === undefined ? 'taken' : judgeJump(chain, target);
      const match = verdict === 'past' ? undefined : bothMatch(so, asked);
      if (!match) continue;
      if (target === undefined || verdict === 'taken') paths.push({ match, chains });
      else if (chains.length < maxDepth) walk(chains, target, match);
    }
  };
  for (const entrance of table.entrances) walk([], entrance, {});
  return paths;
}

/** What both look at; undefined when there is no such packet. */
export function bothMatch(one: NatMatch, other: NatMatch): NatMatch | undefined {
  const family = one.family ?? other.family;
  if (other.family && other.family !== family) return undefined;
  const protocols = common(one.protocols, other.protocols, (a, b) => (a === b ? a : undefined));
  const ports = common(one.ports, other.ports, overlap);
  const networks = common(one.networks, other.networks, narrower);
  if (protocols?.length === 0 || ports?.length === 0 || networks?.length === 0) return undefined;
  return {
    ...(family && { family }),
    ...(protocols && { protocols }),
    ...(ports && { ports }),
    ...(networks && { networks }),
    ...((one.local || other.local) && { local: true }),
    ...((one.partial || other.partial) && { partial: true }),
  };
}

function common<T>(
  one: readonly T[] | undefined,
  other: readonly T[] | undefined,
  meet: (a: T, b: T) => T | undefined,
): readonly T[] | undefined {
  if (!one || !other) return one ?? other;
  return one.flatMap((a) => other.flatMap((b) => meet(a, b) ?? []));
}

function overlap(one: Ports, other: Ports): Ports | undefined {
  const from = Math.max(one.from, other.from);
  const to = Math.min(one.to, other.to);
  return from <= to ? { from, to } : undefined;
}

function narrower(one: string, other: string): string | undefined {
  if (contains(one, other)) return other;
  return contains(other, one) ? one : undefined;
}

/** Whether a network has an address, or all of another network, in it. */
export function contains(network: string, inner: string): boolean {
  const [base, bits] = ipaddr.parseCIDR(network);
  const [address, innerBits] = inner.includes('/') ? ipaddr.parseCIDR(inner) : [ipaddr.parse(inner), 128];
  return address.kind() === base.kind() && innerBits >= bits && address.match(base, bits);
}

/** An address or a network as a network; undefined when it is neither. */
export function networkOf(text: string): string | undefined {
  if (ipaddr.isValidCIDR(text)) return text;
  if (!ipaddr.isValid(text)) return undefined;
  return `${text}/${ipaddr.parse(text).kind() === 'ipv4' ? 32 : 128}`;
}
