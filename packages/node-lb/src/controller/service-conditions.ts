import type { Placement } from '../allocation/placement.ts';
import { summaryOf } from '../allocation/obstacle-summary.ts';
import type { PortClaim } from '../kinds/port-claim.ts';
import type { ExposureRequest } from '../request/exposure-request.ts';
import type { Refusal } from '../request/refusal.ts';
import { progressOf, unreachableWords } from './claim-progress.ts';
import type { WantedCondition } from './condition.ts';
import type { Publication } from './published-entries.ts';

/** Why addresses that answer are not written to the status. */
export interface Withheld {
  /** `StatusWithheld`: the settings say so. `ProxyWouldTakeAddress`: writing it would break the nodes. */
  readonly reason: 'StatusWithheld' | 'ProxyWouldTakeAddress';
  readonly message: string;
}

/** What the conditions of a Service that is served are made from. */
export interface ConditionInput {
  readonly request: ExposureRequest;
  readonly placement: Placement;
  readonly publication: Publication;
  readonly claims: readonly PortClaim[];
  readonly withheld: Withheld | undefined;
}

/** The conditions of a Service that this load balancer serves, or would if it could. */
export function servedConditions(input: ConditionInput): WantedCondition[] {
  return [programmed(input), portConflict(input), noEligibleNode(input)];
}

/** The conditions of a Service that is not served for what it says itself. */
export function refusedConditions({ reason, message }: Refusal): WantedCondition[] {
  return [{ type: 'Programmed', status: 'False', reason, message }];
}

function programmed({ placement, publication, claims, withheld }: ConditionInput): WantedCondition {
  const type = 'Programmed';
  const { nodes, entries } = publication;
  const addresses = entries.map(({ ip }) => ip).join(', ');
  if (nodes.length > 0 && withheld?.reason === 'ProxyWouldTakeAddress') {
    return { type, status: 'False', reason: withheld.reason, message: `${withheld.message}: ${addresses}` };
  }
  if (nodes.length > 0) {
    const names = `${nodes.toSorted().join(', ')} ${nodes.length === 1 ? 'answers' : 'answer'} at ${addresses}`;
    const unreachable = unreachableWords(claims.filter(({ spec }) => nodes.includes(spec.nodeName)));
    const where =
      unreachable === undefined ? names : `${names}, but probes do not get through: ${unreachable}`;
    return withheld
      ? { type, status: 'True', reason: withheld.reason, message: `${where}; ${withheld.message}` }
      : { type, status: 'True', reason: 'Programmed', message: where };
  }
  const last = addresses === '' ? '' : `; ${addresses} stays in the status, as no address is better`;
  const waiting = claims.flatMap((claim) => {
    const { progress, reason, message } = progressOf(claim);
    if (progress === 'programmed') return [];
    return [
      {
        reason: reason ?? 'Pending',
        text: `${claim.metadata.name}: ${message ?? 'its agent has not answered'}`,
      },
    ];
  });
  const [first] = waiting;
  if (first) {
    return {
      type,
      status: 'False',
      reason: first.reason,
      message: `${waiting.map(({ text }) => text).join('; ')}${last}`,
    };
  }
  const message = `${summaryOf([...placement.kept, ...placement.obstacles])}${last}`;
  return {
    type,
    status: 'False',
    reason: placement.nodes.length > 0 ? 'NodesUnwell' : 'NoEligibleNode',
    message,
  };
}

function portConflict({ placement }: ConditionInput): WantedCondition {
  const type = 'PortConflict';
  const taken = placement.obstacles.filter(({ port }) => port !== undefined);
  const [first] = taken;
  if (!first) return { type, status: 'False', reason: 'NoConflict', message: 'no port is in the way' };
  return { type, status: 'True', reason: first.reason, message: summaryOf(taken) };
}

function noEligibleNode({ request, placement }: ConditionInput): WantedCondition {
  const type = 'NoEligibleNode';
  const good = placement.nodes.length - new Set(placement.kept.map(({ node }) => node)).size;
  const wanted =
    request.count === 'all' ? 'all nodes' : `${request.count} ${request.count === 1 ? 'node' : 'nodes'}`;
  const message = `has ${good} of ${wanted}`;
  if (!placement.short) return { type, status: 'False', reason: 'EnoughNodes', message };
  return {
    type,
    status: 'True',
    reason: good === 0 ? 'NoNode' : 'TooFewNodes',
    message: `${message}: ${summaryOf(placement.obstacles)}`,
  };
}
