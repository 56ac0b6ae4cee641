import {
  duration,
  formatInstant,
  float64,
  goFunction,
  GoValue,
  loadZone,
  time,
  timeOf,
  type GoFunction,
  type Instant,
} from '@armillary/go-template';
import type { Clock } from '@armillary/kube';
import { templateTime } from '../template-time.ts';
import { humanizeDuration } from './humanize-duration.ts';
import { parseByLayout } from './parse-by-layout.ts';

const nanosecondsOf = ({ seconds, nanoseconds }: Instant): bigint =>
  BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds);

/** Seconds out of a number, a text with a number, or a duration. */
function secondsOf(value: unknown): number {
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value);
  if (value instanceof GoValue) {
    if (value.type === duration) return Number(value.value) / 1e9;
    if (value.type === float64) return value.value as number;
  }
  if (typeof value === 'string' && value.trim() === value && value !== '' && !Number.isNaN(Number(value))) {
    return Number(value);
  }
  throw new Error('can take a number, a text with a number or a duration');
}

/** Alertmanager's functions on times. Layouts are Go's, written by example: `2006-01-02 15:04:05`. */
export const timeFunctions = (clock: Clock): Record<string, GoFunction> => ({
  now: goFunction([], () => timeOf(new Date(clock.now()))),
  since: goFunction([time], (start) =>
    duration.of(BigInt(Math.trunc(clock.now())) * 1_000_000n - nanosecondsOf(start)),
  ),
  date: goFunction(['string', time], (layout, instant) => formatInstant(instant, layout)),
  tz: goFunction(['string', time], (name, instant) => time.of({ ...instant, zone: loadZone(name) })),
  humanizeDuration: goFunction(['any'], (value) => humanizeDuration(secondsOf(value))),
  mustToDate: goFunction(['string', 'string'], parseByLayout),
  /** The zero time for what is no time of this layout. */
  toDate: goFunction(['string', 'string'], (layout, text) => {
    try {
      return parseByLayout(layout, text);
    } catch {
      return templateTime('');
    }
  }),
});
