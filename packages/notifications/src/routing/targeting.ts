import type { Alert } from '../alerts/alert.ts';
import type { Destination } from '../channels/channel.ts';
import type { SourceAnswer } from '../sources/source-answer.ts';
import type { Candidate } from './candidates.ts';
import { chooseConfig } from './config-choice.ts';
import { namedReceiver, type Target, type TraceStep } from './decision.ts';
import { mismatchOf } from './mismatch.ts';
import {
  configIdentity,
  receiverIdentity,
  type ChannelConfig,
  type ChannelReceiver,
} from '../channels/receiver.ts';
import type { RoutingWorld } from './routing-world.ts';
import { silenceOf } from './silence.ts';

/** What candidates are judged by. */
export interface TargetingInput {
  readonly alert: Alert;
  readonly world: RoutingWorld;
  readonly answers: readonly SourceAnswer[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What became of one candidate. */
export interface Judgement {
  readonly candidate: Candidate;
  /** Absent when it is not told. */
  readonly target?: Target;
  readonly steps: readonly TraceStep[];
}

/** One destination of a receiver. */
interface Part {
  readonly destination: Destination;
  readonly needsConfig: boolean;
}

/**
 * Judges candidates, the earlier ones first: a receiver counts once however often it was found, and an address is told
 * an alert once with an account, by the first receiver that has it.
 */
export function judge(candidates: readonly Candidate[], input: TargetingInput): Judgement[] {
  const seen = new Set<string>();
  const taken = new Map<string, ChannelReceiver>();
  return candidates.flatMap((candidate) => {
    const identity = receiverIdentity(candidate.receiver);
    if (seen.has(identity)) return [];
    seen.add(identity);
    return [judgeOne(candidate, input, taken)];
  });
}

function judgeOne(
  candidate: Candidate,
  input: TargetingInput,
  taken: Map<string, ChannelReceiver>,
): Judgement {
  const { receiver, why } = candidate;
  const named = namedReceiver(receiver);
  const skipped = (reason: string, address?: string): TraceStep => ({
    step: 'skipped',
    receiver: named,
    ...(address === undefined ? {} : { address }),
    reason,
  });
  const obstacle = obstacleOf(receiver, input);
  if (obstacle !== undefined) return { candidate, steps: [skipped(obstacle)] };

  const parts = partsOf(receiver, input.world);
  if (typeof parts === 'string') return { candidate, steps: [skipped(parts)] };
  const config = chooseConfig(receiver, input.world, configsBeside(receiver, input.answers));
  const steps: TraceStep[] = [];
  const destinations: Destination[] = [];
  for (const { destination, needsConfig } of parts) {
    const key = JSON.stringify([receiver.type, destination.address, configIdentity(config)]);
    const first = taken.get(key);
    if (needsConfig && !config) {
      steps.push(
        skipped(`there is no config of channel ${receiver.type} that it may use`, destination.shown),
      );
    } else if (first) {
      steps.push(skipped(`${first.type} ${first.name} is told there already`, destination.shown));
    } else {
      taken.set(key, receiver);
      destinations.push(destination);
    }
  }
  if (destinations.length === 0) return { candidate, steps };
  const told: TraceStep = { step: 'told', receiver: named, why, ...(config ? { config: config.name } : {}) };
  return { candidate, target: { receiver, config, destinations }, steps: [told, ...steps] };
}

/** Why a receiver is not told, whatever its addresses: a silence of its tenant, or its own selector. */
function obstacleOf(receiver: ChannelReceiver, { alert, world, now }: TargetingInput): string | undefined {
  const { tenant, spec } = receiver;
  // Objects that are turned off are no candidates; a source may name one that is.
  if (spec.enabled === false) return 'it is turned off (enabled: false)';
  const silences = tenant === undefined ? [] : (world.tenantSilences.get(tenant) ?? []);
  const silence = silenceOf(silences, alert, now);
  if (silence) return `silence ${silence.name} of tenant ${tenant} covers the alert`;
  const mismatch = mismatchOf(spec.alertSelector)(alert.labels);
  return mismatch === undefined ? undefined : `its alertSelector does not fit: ${mismatch}`;
}

/** What a receiver consists of, or why nothing is known. A channel that fails over one receiver concerns no other. */
function partsOf(receiver: ChannelReceiver, { channels }: RoutingWorld): readonly Part[] | string {
  try {
    const parts = channels.destinations(receiver).map((destination) => ({
      destination,
      needsConfig: channels.needsConfig(receiver.type, destination.spec),
    }));
    return parts.length > 0 ? parts : 'it has no address';
  } catch (error) {
    return `its addresses cannot be used: ${(error as Error).message}`;
  }
}

/** The configs of the answer that named the receiver. */
const configsBeside = (
  receiver: ChannelReceiver,
  answers: readonly SourceAnswer[],
): readonly ChannelConfig[] => {
  const { origin } = receiver;
  if (origin.kind === 'object') return [];
  return answers.find(({ source }) => source === origin.source)?.configs ?? [];
};
