import type { NodeFacts } from '../node-facts.ts';
import type { NodeRules } from '../node-watch.ts';

/** A node that nothing is wrong with, whose agent spoke at `seenAt`. */
export function wellNode(name: string, seenAt: number, differences: Partial<NodeFacts> = {}): NodeFacts {
  return {
    name,
    labels: {},
    addresses: [{ family: 'IPv4', address: '192.0.2.1', type: 'InternalIP' }],
    ready: 'True',
    networkUnavailable: false,
    unschedulable: false,
    leaving: false,
    agent: { seenAt, proxy: 'iptables' },
    ...differences,
  };
}

/** The rules of a cluster without a NodeLoadBalancer. */
export const usualRules: NodeRules = {
  nodeSelector: undefined,
  excludedNodes: 'Leave',
  nodeGraceMs: 20_000,
  agentGraceMs: 15_000,
  returnGraceMs: 30_000,
  maxUnhealthyPercent: 50,
};
