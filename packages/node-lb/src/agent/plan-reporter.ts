import type { PortClaim } from '../kinds/port-claim.ts';
import type { NodePlan } from '../plan/node-plan.ts';
import { portLines } from './readable-plan.ts';
import {
  claimVersion,
  notHere,
  refusalOf,
  refused,
  type ClaimVerdict,
  type ServingPolicy,
} from './claim-verdict.ts';
import type { NodeSurvey, Surveyor } from './node-survey.ts';

/** What a plan reporter works with. */
export interface PlanReporterParts {
  claims(): readonly PortClaim[];
  plan(claims: readonly PortClaim[], survey: NodeSurvey): NodePlan;
  surveyor: Surveyor;
  /** Told after each run what there is to say of every claim, by {@link claimVersion}. */
  report(verdicts: ReadonlyMap<string, ClaimVerdict>): void;
  /** Told of a claim that would be served, when that is news. */
  wouldServe(claim: PortClaim, message: string): void;
  policy: ServingPolicy;
}

/** Stands where a `NodeReconciler` would, and only says what that would do: nothing on the node changes. */
export class PlanReporter {
  readonly #parts: PlanReporterParts;
  #said: ReadonlyMap<string, ClaimVerdict> = new Map();

  constructor(parts: PlanReporterParts) {
    this.#parts = parts;
  }

  async run(_how: { check: boolean }, signal: AbortSignal): Promise<undefined> {
    const { surveyor, policy } = this.#parts;
    const survey = await surveyor.survey(signal);
    const claims = this.#parts.claims();
    const plan = this.#parts.plan(claims, survey);
    const lines = new Map(plan.ports.map((port) => [port.claim, portLines(port).join('; ')]));
    const verdicts = new Map<string, ClaimVerdict>();
    for (const claim of claims) {
      const verdict =
        refusalOf(claim, survey, policy) ?? planned(claim, lines.get(claim.metadata.name ?? ''), survey);
      const version = claimVersion(claim);
      verdicts.set(version, verdict);
      const isNews = this.#said.get(version)?.message !== verdict.message;
      if (verdict.reason === 'PlanOnly' && isNews) this.#parts.wouldServe(claim, verdict.message);
    }
    this.#said = verdicts;
    this.#parts.report(verdicts);
    return undefined;
  }
}

function planned(claim: PortClaim, line: string | undefined, { proxy }: NodeSurvey): ClaimVerdict {
  if (line === undefined) return notHere(claim);
  const isOpen = proxy === undefined && claim.spec.externalTrafficPolicy === 'Cluster';
  // Without the rights to read rules.
  const doubt = isOpen
    ? '; whether a kube-proxy serves cluster IPs here could not be seen, and without one only externalTrafficPolicy: Local works'
    : '';
  return refused('PlanOnly', `only planned, nothing was installed: ${line}${doubt}`);
}
