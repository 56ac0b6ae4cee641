import { shown, explainStep } from './explain-step.ts';
import { namedReceiver, type TraceStep } from './decision.ts';
import type { ChannelReceiver } from '../channels/receiver.ts';
import type { RoutingWorld } from './routing-world.ts';

/**
 * Why a receiver was told of an alert or was not: the answer to "why did X not get this". Works for every receiver that
 * exists or is named by the steps, also for those that were never considered; for these, the world as it is now is
 * asked.
 *
 * @param name `metadata.name` of the Receiver
 * @param steps of the decision about the alert, or of all decisions, in their order
 * @returns sentences; an object with several channels gives one for each
 */
export function explainReceiver(name: string, steps: readonly TraceStep[], world: RoutingWorld): string[] {
  if (steps.length === 0) return ['Nothing is decided about the alert yet.'];
  const about = steps.filter((step) => isAbout(step, name));
  const silenced = steps.find(({ step }) => step === 'silenced');
  const leftOut = world.leftOut
    .filter((object) => object.kind === 'Receiver' && object.name === name)
    .map(({ channel, reason }) => `${channel ?? 'Receiver'} ${name} has no effect: ${reason}.`);
  const unconsidered = world.receivers
    .filter((receiver) => receiver.name === name && !about.some((step) => isOf(step, receiver)))
    .map((receiver) => `${shown(namedReceiver(receiver))} is not told: ${absence(receiver, steps)}.`);

  const sentences = [
    ...about.map(explainStep),
    ...(silenced ? [explainStep(silenced)] : unconsidered),
    ...leftOut,
  ];
  return sentences.length > 0
    ? sentences
    : [`There is no Receiver ${name}, and no source named one for this alert.`];
}

const isAbout = (step: TraceStep, name: string): boolean =>
  (step.step === 'told' || step.step === 'skipped') && step.receiver.name === name;

const isOf = (step: TraceStep, { type }: ChannelReceiver): boolean =>
  (step.step === 'told' || step.step === 'skipped') && step.receiver.type === type && !step.receiver.source;

/** Why nobody asked for it: no router gave it, and it is neither global nor of a tenant that is concerned. */
function absence({ tenant }: ChannelReceiver, steps: readonly TraceStep[]): string {
  const policy = steps.find(({ step }) => step === 'policy');
  const alertClass = steps.find((step) => step.step === 'class');
  const tenants = steps.find((step) => step.step === 'tenants');
  const unrouted = 'no router gave it';
  if (tenant !== undefined && alertClass?.matched === false) return `${unrouted}, and ${alertClass.reason}`;
  if (tenant !== undefined && tenants === undefined) {
    return `${unrouted}, and tenants wait for a source that does not answer`;
  }
  if (tenant !== undefined && !tenants?.tenants.includes(tenant)) {
    const concerned = tenants?.tenants.join(', ') || 'none';
    return `${unrouted}, and it belongs to tenant ${tenant}, while the tenants concerned are: ${concerned}`;
  }
  if (policy?.step === 'policy') return `${unrouted}, and by route policy ${policy.policy} ${policy.reason}`;
  return 'it was added or changed after the decision';
}
