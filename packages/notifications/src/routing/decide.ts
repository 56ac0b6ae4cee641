import type { Alert } from '../alerts/alert.ts';
import { receiverIdentity } from '../channels/receiver.ts';
import { mergeReceivers, type Merged } from '../sources/merge.ts';
import type { SourceAnswer } from '../sources/source-answer.ts';
import { classOfAlert } from './alert-class.ts';
import { askRouters, policyVerdict, regularCandidates, type RouterVerdict } from './candidates.ts';
import { namedReceiver, type AlertDecision, type RoutingPart, type TraceStep } from './decision.ts';
import type { RoutingWorld } from './routing-world.ts';
import { silenceOf } from './silence.ts';
import { judge, type Judgement } from './targeting.ts';

/** The source that answers instead of the namespace: with it, a namespace is no tenant. */
const tenantSidecar = 'sidecar/tenant';

/**
 * Decides whom an alert is told. Equal input gives the equal decision.
 *
 * When a source that fails closed is not there, nobody is told who might be told because of what sources say; the alert
 * is decided again later with `part` `tenants`, and then only those are told, and nobody at an address that was told
 * the first time.
 *
 * @param answers what all sources said to `sourceQuestion(alert, world)`
 * @param now milliseconds since 1970
 */
export function decide(
  alert: Alert,
  world: RoutingWorld,
  answers: readonly SourceAnswer[],
  now: number,
  part: RoutingPart,
): AlertDecision {
  const silence = silenceOf(world.globalSilences, alert, now);
  if (silence) {
    return { targets: [], steps: [{ step: 'silenced', silence: silence.name }], tenantsHeld: false };
  }
  const alertClass = classOfAlert(alert, world.tenantMatch);
  const tenantsHeld = answers.some(failsClosed);
  const tenants =
    alertClass.matched && !tenantsHeld ? concerned(alertClass.namespace, world, answers) : nobody;
  const verdicts = askRouters(alert, world, tenants);
  const routed = verdicts.flatMap(({ candidates }) => candidates);
  const policy = policyVerdict(world.routePolicy, routed.length > 0);
  const candidates = [...routed, ...(policy.asksAll ? regularCandidates(world, tenants) : [])];

  // Those who never wait come first: a second decision then finds their addresses taken.
  const ordered = [...candidates.filter(({ waits }) => !waits), ...candidates.filter(({ waits }) => waits)];
  const judged = judge(ordered, { alert, world, answers, now });
  const judgements = judged.filter(({ candidate }) => part === 'all' || candidate.waits);
  return {
    targets: judgements.flatMap(({ target }) => target ?? []),
    steps: [
      ...brokenSilences(world),
      { step: 'class', ...alertClass },
      ...answers.map(sourceStep),
      ...(alertClass.matched && !tenantsHeld ? [tenantsStep(tenants.tenants, world)] : []),
      ...routerSteps(verdicts, part),
      ...(world.routePolicy === 'All' ? [] : [policyStep(world, policy.reason)]),
      ...judgements.flatMap(({ steps }) => steps),
      ...leftOutSteps(tenants, judged),
    ],
    tenantsHeld,
  };
}

const nobody: Merged = { tenants: [], receivers: [], leftOut: [] };

const failsClosed = ({ cache, failure, onError }: SourceAnswer): boolean =>
  cache === 'none' && failure !== undefined && onError === 'FailClosed';

const concerned = (
  namespace: string | undefined,
  world: RoutingWorld,
  answers: readonly SourceAnswer[],
): Merged =>
  mergeReceivers({
    tenants:
      namespace === undefined || answers.some(({ source }) => source === tenantSidecar) ? [] : [namespace],
    receiversOf: (tenant) => world.tenantReceivers.get(tenant) ?? [],
    answers,
    tenantKey: world.classes.tenantKey,
  });

/** Silences that may have been meant to cover the alert, and could not. */
const brokenSilences = ({ leftOut }: RoutingWorld): TraceStep[] =>
  leftOut
    .filter(({ kind, problem }) => kind === 'Silence' && problem)
    .map(({ name, reason }) => ({ step: 'silenceInvalid', silence: name, reason }));

/** Most of what a source named that the trace of every alert repeats: an answer may name thousands. */
const mostListed = 100;

function sourceStep(answer: SourceAnswer): TraceStep {
  const { configs: _, receivers, tenants, skipped, ...known } = answer;
  const more = [receivers, tenants, skipped].reduce(
    (sum, { length }) => sum + Math.max(0, length - mostListed),
    0,
  );
  return {
    step: 'source',
    ...known,
    tenants: tenants.slice(0, mostListed),
    receivers: receivers.slice(0, mostListed).map(namedReceiver),
    skipped: skipped.slice(0, mostListed),
    ...(more === 0 ? {} : { more }),
  };
}

/** Tenants with receivers, who may be asked about, and of the others as many as people read. */
function tenantsStep(tenants: readonly string[], { tenantReceivers }: RoutingWorld): TraceStep {
  const idle = tenants.filter((tenant) => !tenantReceivers.has(tenant));
  const unlisted = new Set(idle.slice(mostListed));
  return { step: 'tenants', tenants: tenants.filter((tenant) => !unlisted.has(tenant)) };
}

function routerSteps(verdicts: readonly RouterVerdict[], part: RoutingPart): TraceStep[] {
  return verdicts.flatMap(({ router, mismatch, candidates }) => {
    const receivers = candidates
      .filter(({ waits }) => part === 'all' || waits)
      .map(({ receiver }) => namedReceiver(receiver));
    if (part === 'tenants' && receivers.length === 0) return [];
    const matched = mismatch === undefined;
    return [
      { step: 'router', router, matched, receivers, ...(matched ? {} : { reason: mismatch }) } as const,
    ];
  });
}

const policyStep = ({ routePolicy }: RoutingWorld, reason: string): TraceStep => ({
  step: 'policy',
  policy: routePolicy,
  reason,
});

/** What the merge of sources and objects left out, unless a router gave it all the same. */
function leftOutSteps({ leftOut }: Merged, judged: readonly Judgement[]): TraceStep[] {
  const known = new Set(judged.map(({ candidate }) => receiverIdentity(candidate.receiver)));
  return leftOut
    .filter(({ receiver }) => !known.has(receiverIdentity(receiver)))
    .map(({ receiver, reason }) => ({ step: 'skipped', receiver: namedReceiver(receiver), reason }));
}
