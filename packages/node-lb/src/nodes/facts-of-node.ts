import type { Node } from '@armillary/kube';
import ipaddr from 'ipaddr.js';
import { canonicalAddress, familyOf } from '../address/address.ts';
import {
  ADDRESSES_ANNOTATION,
  PROBLEM_ANNOTATION,
  PROXY_ANNOTATION,
  type ProxyMode,
} from '../kinds/agent-lease.ts';
import type { SeenLease } from './lease-sightings.ts';
import type { AgentFacts, NodeAddress, NodeFacts } from './node-facts.ts';

/** The cluster autoscaler puts it on a node that it is about to remove. */
const TO_BE_DELETED_TAINT = 'ToBeDeletedByClusterAutoscaler';

const proxyModes: readonly ProxyMode[] = ['iptables', 'nftables', 'ipvs', 'cilium', 'none'];

/** A node has a handful of addresses; what an agent lists beyond these is not looked at. */
const mostAddresses = 64;

/** Letters of an agent's words that events and conditions repeat. */
const longestProblem = 300;

/** Kinds of addresses, as ipaddr.js calls them, at which nobody outside can reach a node. */
const unreachable: readonly string[] = ['unspecified', 'loopback', 'multicast', 'broadcast'];

/** What the Node object says of a node, and what the lease of its agent adds; undefined where no agent ever spoke. */
export function nodeFactsOf(node: Node, seen: SeenLease | undefined): NodeFacts {
  const { metadata, spec, status } = node;
  const condition = (type: string) => status?.conditions?.find((one) => one.type === type)?.status;
  const ready = condition('Ready');
  return {
    name: metadata.name ?? '',
    labels: metadata.labels ?? {},
    addresses: addressesOf(node, seen),
    ready: ready === 'True' || ready === 'False' ? ready : 'Unknown',
    networkUnavailable: condition('NetworkUnavailable') === 'True',
    unschedulable: spec?.unschedulable === true,
    leaving:
      metadata.deletionTimestamp !== undefined ||
      (spec?.taints?.some(({ key }) => key === TO_BE_DELETED_TAINT) ?? false),
    agent: seen && agentFactsOf(seen),
  };
}

function agentFactsOf({ lease, seenAt }: SeenLease): AgentFacts {
  const annotations = lease.metadata.annotations ?? {};
  const problem = annotations[PROBLEM_ANNOTATION]?.trim().slice(0, longestProblem);
  return {
    seenAt,
    proxy: proxyModes.find((mode) => mode === annotations[PROXY_ANNOTATION]?.trim()),
    ...(problem ? { problem } : {}),
  };
}

/**
 * Those that the agent names, else the node's own, in the node's order. An address that only the agent knows counts as
 * internal.
 */
function addressesOf(node: Node, seen: SeenLease | undefined): NodeAddress[] {
  const own = new Map<string, NodeAddress>();
  for (const { type, address } of node.status?.addresses ?? []) {
    if (type !== 'InternalIP' && type !== 'ExternalIP') continue;
    const canonical = reachableAddress(address);
    // Where one address has both types, the first is its type: a list may say the same thing twice.
    if (canonical && !own.has(canonical)) own.set(canonical, nodeAddress(canonical, type));
  }
  const named = seen?.lease.metadata.annotations?.[ADDRESSES_ANNOTATION]?.split(',', mostAddresses) ?? [];
  const chosen = new Set(named.flatMap((text) => reachableAddress(text.trim()) ?? []));
  if (chosen.size === 0) return [...own.values()];
  return [...chosen].map((address) => own.get(address) ?? nodeAddress(address, 'InternalIP'));
}

function nodeAddress(address: string, type: NodeAddress['type']): NodeAddress {
  return { family: familyOf(address), address, type };
}

function reachableAddress(text: string): string | undefined {
  const canonical = canonicalAddress(text);
  if (canonical === undefined) return undefined;
  const parsed = ipaddr.parse(canonical);
  const range = parsed.range();
  // A link-local IPv6 address means nothing without the interface it is on.
  if (parsed.kind() === 'ipv6' && range === 'linkLocal') return undefined;
  return unreachable.includes(range) ? undefined : canonical;
}
