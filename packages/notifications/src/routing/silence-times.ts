import { NotificationError } from '../errors.ts';
import type { SilenceSpec } from '../kinds/silence.ts';
import { parseCronSchedule } from '../validation/cron-schedule.ts';
import { parseGoDuration } from '../validation/go-duration.ts';

/** Whether a silence is active at a time, in milliseconds since 1970. */
export type ActiveAt = (now: number) => boolean;

/**
 * When a silence is active, as upstream has it: with a schedule, while the last `duration` holds one of its times (and
 * `startsAt` is not used); else from `startsAt` for `duration`. What is absent does not limit it.
 *
 * @throws {NotificationError} `Invalid` when the schedule, the start or the duration cannot be read.
 */
export function compileSilenceTimes(spec: SilenceSpec): ActiveAt {
  const durationMs = spec.duration === undefined ? undefined : parseDuration(spec.duration);
  if (spec.schedule) return scheduled(spec.schedule, durationMs);
  if (spec.startsAt === undefined) return () => true;

  const start = Date.parse(spec.startsAt);
  if (Number.isNaN(start)) throw new NotificationError('Invalid', `startsAt: ${spec.startsAt} is no time`);
  const end = durationMs === undefined ? Infinity : start + durationMs;
  return (now) => start <= now && now < end;
}

function scheduled(text: string, durationMs: number | undefined): ActiveAt {
  const schedule = parseCronSchedule(text);
  if (durationMs === undefined) return () => true;
  // All alerts of a batch are decided at one time, so that the last verdict is nearly always the next one.
  let last = { now: Number.NaN, active: false };
  return (now) => {
    if (last.now !== now) {
      last = { now, active: schedule.next(now) !== schedule.next(now - durationMs) };
    }
    return last.active;
  };
}

function parseDuration(text: string): number {
  const ms = parseGoDuration(text);
  if (ms === undefined)
    throw new NotificationError('Invalid', `duration: ${text} is no duration such as 1h30m`);
  return ms;
}
