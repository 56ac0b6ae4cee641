import { systemClock, type KubeClient } from '@armillary/kube';
import { systemCommands } from '../host/system-commands.ts';
import type { ClaimReason } from '../kinds/claim-condition.ts';
import type { Link } from '../plan/link.ts';
import type { NodePlan } from '../plan/node-plan.ts';
import type { HostBackendName } from '../plan/rule-set.ts';
import { readablePlan } from './readable-plan.ts';
import type { NodeOptions } from './agent-options.ts';
import { notHere, refusalOf } from './claim-verdict.ts';
import { listClaims } from './listed-claims.ts';
import { surveyAsGuest } from './node-surveyor.ts';

/** Settings of {@link showPlan}. */
export interface ShowPlanOptions extends NodeOptions {
  client: KubeClient;
  signal: AbortSignal;
}

/** What a node would serve, for programs; {@link planText} has it for people. */
export interface ShownPlan {
  /** Where the rules of the node would be written. */
  readonly backend: HostBackendName;
  readonly plan: NodePlan;
  /** Claims that would not be served, by name, and why. */
  readonly refused: readonly {
    readonly claim: string;
    readonly reason: ClaimReason;
    readonly message: string;
  }[];
  /** Why nothing can be served on the node at all, in words. */
  readonly problem?: string;
}

/**
 * What this node would serve now and how, and what it would not and why. Changes nothing and needs no rights on the node;
 * without them, who serves cluster IPs and whose ports are taken is not known. Rejects with a `KubeError`.
 */
export async function showPlan(options: ShowPlanOptions): Promise<ShownPlan> {
  const { client, nodeName, acceptUnprovenProxy = false, signal } = options;
  const survey = await surveyAsGuest(options, systemCommands(systemClock), signal);
  const claims = await listClaims(client, nodeName, signal);
  const servable = claims.list().filter((claim) => !refusalOf(claim, survey, { acceptUnprovenProxy }));
  const plan = claims.plan(servable, survey);
  const planned = new Set(plan.ports.map(({ claim }) => claim));
  const refused = claims.list().flatMap((claim) => {
    const { name = '' } = claim.metadata;
    if (planned.has(name)) return [];
    const { reason, message } = refusalOf(claim, survey, { acceptUnprovenProxy }) ?? notHere(claim);
    return [{ claim: name, reason, message }];
  });
  const { problem } = survey;
  return { backend: survey.backends.backend, plan, refused, ...(problem === undefined ? {} : { problem }) };
}

/** A shown plan for people: several lines, each with its line break. */
export function planText({ backend, plan, refused, problem }: ShownPlan, link: Link): string {
  return [
    readablePlan(plan, link, backend),
    ...refused.map(({ claim, reason, message }) => `not served: ${claim}: ${reason}: ${message}\n`),
    ...(problem === undefined ? [] : [`problem of this node: ${problem}\n`]),
  ].join('');
}
