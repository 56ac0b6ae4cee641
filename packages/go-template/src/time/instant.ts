import type { Zone } from './zone.ts';

/** A moment, to the nanosecond, and the zone it is shown in. What is under a `time.Time` of templates. */
export interface Instant {
  /** Whole seconds since 1970-01-01T00:00:00Z; negative before. */
  readonly seconds: number;
  /** 0 to 999 999 999. */
  readonly nanoseconds: number;
  readonly zone: Zone;
}

/** What calendar and clock of the zone show. */
export interface Civil {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  /** 1 to 366. */
  readonly yearDay: number;
  /** Seconds ahead of UTC. */
  readonly offset: number;
  /** Of the zone, such as CET; empty when it has none. */
  readonly abbreviation: string;
}

const billion = 1_000_000_000n;
const day = 86_400_000;

/** 0001-01-01T00:00:00Z, Go's zero time. */
export const zeroSeconds = -62_135_596_800;

const startOfYear = (year: number): number => new Date(0).setUTCFullYear(year, 0, 1);

/** A moment as calendar and clock of its zone show it. */
export function civilOf({ seconds, zone }: Instant): Civil {
  const { offset, abbreviation } = zone.at(seconds);
  const shown = new Date((seconds + offset) * 1000);
  const year = shown.getUTCFullYear();
  return {
    year,
    month: shown.getUTCMonth() + 1,
    day: shown.getUTCDate(),
    hour: shown.getUTCHours(),
    minute: shown.getUTCMinutes(),
    second: shown.getUTCSeconds(),
    weekday: shown.getUTCDay(),
    yearDay: Math.floor((shown.getTime() - startOfYear(year)) / day) + 1,
    offset,
    abbreviation,
  };
}

/** Nanoseconds since 1970. */
export const nanosecondsOf = ({ seconds, nanoseconds }: Instant): bigint =>
  BigInt(seconds) * billion + BigInt(nanoseconds);

/** The moment so many nanoseconds after 1970. */
export function instantAt(nanoseconds: bigint, zone: Zone): Instant {
  const rest = ((nanoseconds % billion) + billion) % billion;
  return { seconds: Number((nanoseconds - rest) / billion), nanoseconds: Number(rest), zone };
}

/** A moment moved by years, months and days of the calendar; 31 April is 1 May. */
export function addDate(instant: Instant, years: number, months: number, days: number): Instant {
  const { year, month, day: dayOfMonth, hour, minute, second } = civilOf(instant);
  const shown = new Date(0);
  shown.setUTCFullYear(year + years, month - 1 + months, dayOfMonth + days);
  shown.setUTCHours(hour, minute, second);
  const local = shown.getTime() / 1000;
  if (Number.isNaN(local)) throw new Error('the date is out of range');
  // The offset depends on the moment and the moment on the offset: twice is enough but within a change of the clock.
  const guess = local - instant.zone.at(local).offset;
  return { ...instant, seconds: local - instant.zone.at(guess).offset };
}
