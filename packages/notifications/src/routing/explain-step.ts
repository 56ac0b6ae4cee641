import type { NamedReceiver, TraceStep } from './decision.ts';

type StepOf<Name extends TraceStep['step']> = Extract<TraceStep, { step: Name }>;

/** A decision in words: one sentence. */
export function explainStep(step: TraceStep): string {
  switch (step.step) {
    case 'silenced':
      return `Silence ${step.silence} covers the alert: nobody is told.`;
    case 'silenceInvalid':
      return `Silence ${step.silence} was not asked: ${step.reason}.`;
    case 'failed':
      return `Nothing could be decided, and it is tried again: ${step.reason}.`;
    case 'class':
      return explainClass(step);
    case 'source':
      return explainSource(step);
    case 'tenants':
      return explainTenants(step);
    case 'router':
      return explainRouter(step);
    case 'policy':
      return `Route policy ${step.policy}: ${step.reason}.`;
    case 'skipped':
      return `${shown(step.receiver)} is not told${step.address === undefined ? '' : ` by ${step.address}`}: ${step.reason}.`;
    case 'told':
      return `${shown(step.receiver)} is told${step.config === undefined ? '' : ` with config ${step.config}`}: ${step.why}.`;
  }
  return step satisfies never;
}

/** A receiver as sentences name it: `email ops of tenant shop`. */
export function shown({ type, name, tenant, source }: NamedReceiver): string {
  const owner = tenant === undefined ? '' : ` of tenant ${tenant}`;
  return `${type} ${name}${owner}${source === undefined ? '' : ` from source ${source}`}`;
}

function explainTenants({ tenants }: StepOf<'tenants'>): string {
  if (tenants.length === 0) return 'No tenant is to be told.';
  return `Receivers of tenant${tenants.length === 1 ? '' : 's'} ${list(tenants)} are to be told.`;
}

function explainClass({ matched, reason, cluster, namespace }: StepOf<'class'>): string {
  if (!matched) return `Tenants are not concerned: ${reason}.`;
  return `Tenants of namespace ${namespace} in cluster ${cluster} are concerned: ${reason}.`;
}

function explainSource(step: StepOf<'source'>): string {
  const { source, cache, failure, onError, skipped } = step;
  const failed = failure ? `could not be asked (${failure.code}: ${failure.message})` : '';
  if (failure && cache === 'none') {
    const then = onError === 'FailClosed' ? 'tenants wait until it answers' : 'it counts for nothing';
    return `Source ${source} ${failed}: ${then}.`;
  }
  const said = [
    ...(step.tenants.length > 0 ? [`tenants ${list(step.tenants)}`] : []),
    ...(step.receivers.length > 0 ? [`receivers ${list(step.receivers.map(shown))}`] : []),
  ];
  const left = skipped.map(({ name, reason }) => `${name} (${reason})`);
  return [
    `Source ${source} ${failed === '' ? '' : `${failed}, and earlier `}answered`,
    age(step),
    `, mergePolicy ${step.mergePolicy}: ${said.length === 0 ? 'nobody' : said.join('; ')}`,
    left.length === 0 ? '' : `; left out were ${list(left)}`,
    step.more === undefined ? '' : `; and ${step.more} more`,
    '.',
  ].join('');
}

function age({ cache, ageMs, revision }: StepOf<'source'>): string {
  const fetched = cache === 'fetched' ? 'now' : `${Math.round(ageMs / 1000)} s ago`;
  return ` ${fetched}${cache === 'stale' ? ' (stale)' : ''}${revision === undefined ? '' : `, revision ${revision}`}`;
}

function explainRouter({ router, matched, reason, receivers }: StepOf<'router'>): string {
  if (!matched) return `Router ${router} does not take the alert: ${reason}.`;
  return receivers.length === 0
    ? `Router ${router} takes the alert and gives nobody.`
    : `Router ${router} takes the alert and gives ${list(receivers.map(shown))}.`;
}

const list = (items: readonly string[]): string => items.join(', ');
