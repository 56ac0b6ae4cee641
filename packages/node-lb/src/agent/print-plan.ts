import { systemClock, type KubeClient } from '@armillary/kube';
import { systemCommands } from '../host/system-commands.ts';
import { readablePlan } from './readable-plan.ts';
import type { NodeOptions } from './agent-options.ts';
import { refusalOf } from './claim-verdict.ts';
import { listClaims } from './listed-claims.ts';
import { surveyAsGuest } from './node-surveyor.ts';

/** Settings of {@link printPlan}. */
export interface PrintPlanOptions extends NodeOptions {
  client: KubeClient;
  signal: AbortSignal;
}

/**
 * What this node would serve now and how, and what it would not and why, for people. Changes nothing and needs no rights
 * on the node; without them, who serves cluster IPs and whose ports are taken is not known. Rejects with a `KubeError`.
 */
export async function printPlan(options: PrintPlanOptions): Promise<string> {
  const { client, nodeName, link, acceptUnprovenProxy = false, signal } = options;
  const survey = await surveyAsGuest(options, systemCommands(systemClock), signal);
  const claims = await listClaims(client, nodeName, signal);
  const judged = claims
    .list()
    .map((claim) => ({ claim, refusal: refusalOf(claim, survey, { acceptUnprovenProxy }) }));
  const servable = judged.filter(({ refusal }) => !refusal).map(({ claim }) => claim);
  const plan = claims.plan(servable, survey);
  const refusals = judged.flatMap(({ claim, refusal }) =>
    refusal ? [`not served: ${claim.metadata.name}: ${refusal.reason}: ${refusal.message}\n`] : [],
  );
  const problem = survey.problem === undefined ? [] : [`problem of this node: ${survey.problem}\n`];
  return [readablePlan(plan, link, survey.backends.backend), ...refusals, ...problem].join('');
}
