import { AGENT_RENEW_MS } from '../kinds/agent-lease.ts';
import type { Settings } from '../request/settings.ts';
import type { Complaint } from './departure.ts';
import type { NodeFacts } from './node-facts.ts';

/** Something that makes a node look unwell, and may pass. */
export interface Ailment extends Complaint {
  /** How long it may last, milliseconds. */
  readonly graceMs: number;
  /** When it began, where that is known better than from its first sight. */
  readonly since?: number;
}

/** Two renewals missed: one may be late. */
const silentAfterMs = 2 * AGENT_RENEW_MS;

/** When the agent of a node counts as silent unless it speaks before, milliseconds; undefined without one. */
export function silentAt(facts: NodeFacts, settings: Pick<Settings, 'agentGraceMs'>): number | undefined {
  return facts.agent && facts.agent.seenAt + Math.min(silentAfterMs, settings.agentGraceMs);
}

/** Everything that makes a node look unwell now; nothing when it is well. */
export function ailmentsOf(
  facts: NodeFacts,
  settings: Pick<Settings, 'nodeGraceMs' | 'agentGraceMs'>,
  now: number,
): Ailment[] {
  const { agent, addresses, ready, networkUnavailable } = facts;
  const { nodeGraceMs, agentGraceMs } = settings;
  const ailments: Ailment[] = [];
  if (ready !== 'True') {
    const message =
      ready === 'False' ? 'the node is not ready' : 'the node has not reported whether it is ready';
    ailments.push({ reason: 'NotReady', message, graceMs: nodeGraceMs });
  }
  if (networkUnavailable) {
    const message = 'the network of the node is not set up';
    ailments.push({ reason: 'NetworkUnavailable', message, graceMs: nodeGraceMs });
  }
  if (addresses.length === 0) {
    // Who brings a node's addresses up to date may take them away for a moment.
    const message = 'the node has no address';
    ailments.push({ reason: 'NoAddress', message, graceMs: nodeGraceMs });
  }
  if (!agent) {
    const message = 'no node agent runs on the node';
    ailments.push({ reason: 'NoAgent', message, graceMs: agentGraceMs });
  } else if (now >= (silentAt(facts, settings) ?? now)) {
    const message = 'the agent of the node is silent';
    ailments.push({ reason: 'AgentSilent', message, graceMs: agentGraceMs, since: agent.seenAt });
  }
  if (agent?.problem !== undefined) {
    const message = `its agent says: ${agent.problem}`;
    ailments.push({ reason: 'AgentProblem', message, graceMs: agentGraceMs });
  }
  return ailments;
}
