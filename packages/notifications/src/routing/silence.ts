import type { Alert } from '../alerts/alert.ts';
import type { SilenceSpec } from '../kinds/silence.ts';
import { compileSelector, type Selector } from '../selector/selector.ts';
import { compileSilenceTimes, type ActiveAt } from './silence-times.ts';

/** A silence at work. */
export interface RoutingSilence {
  readonly name: string;
  /** Whose it is; absent when it holds for everybody. */
  readonly tenant?: string;
  readonly covers: Selector;
  readonly activeAt: ActiveAt;
}

/**
 * Compiles a silence.
 *
 * @throws {NotificationError} `Invalid` when its matcher, schedule, start or duration is wrong.
 */
export function compileSilence(name: string, spec: SilenceSpec, tenant: string | undefined): RoutingSilence {
  return {
    name,
    ...(tenant === undefined ? {} : { tenant }),
    covers: compileSelector(spec.matcher),
    activeAt: compileSilenceTimes(spec),
  };
}

/** The first of the silences that covers the alert now. */
export const silenceOf = (
  silences: readonly RoutingSilence[],
  alert: Alert,
  now: number,
): RoutingSilence | undefined =>
  silences.find((silence) => silence.covers(alert.labels) && silence.activeAt(now));
