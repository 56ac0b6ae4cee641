import { goMethod } from '../functions/go-function.ts';
import { structType, type GoType, type GoValue } from '../values/go-type.ts';
import { month, weekday } from './calendar.ts';
import { duration, nanosecondsIn } from './duration.ts';
import {
  addDate,
  civilOf,
  instantAt,
  nanosecondsOf,
  zeroSeconds,
  type Civil,
  type Instant,
} from './instant.ts';
import { formatInstant } from './layout.ts';
import { fixedZone, loadZone, utc, type Zone } from './zone.ts';

/** The layout of Go's time.Time.String. */
const stringLayout = '2006-01-02 15:04:05.999999999 -0700 MST';
const rfc3339 = /^(\d{4}-\d\d-\d\dT)(\d\d:\d\d:\d\d)(?:[.,](\d{1,9})\d*)?(?:Z|([+-])(\d\d):(\d\d))$/;

/** Go's *time.Location, what {@link loadLocation} gives. */
export const location = structType<Zone>({
  name: '*time.Location',
  fields: [],
  methods: { String: goMethod([], (zone: Zone) => zone.name) },
});

/** A part of what calendar and clock show, as a method. */
const part = (pick: (civil: Civil) => unknown): ReturnType<typeof goMethod> =>
  goMethod([], (instant: Instant) => pick(civilOf(instant)));

const order = (a: Instant, b: Instant): number => a.seconds - b.seconds || a.nanoseconds - b.nanoseconds;

/** Down to a multiple since Go's zero time. */
function truncated(instant: Instant, step: bigint): Instant {
  if (step <= 0n) return instant;
  const sinceZero = nanosecondsOf(instant) - BigInt(zeroSeconds) * 1_000_000_000n;
  return instantAt(nanosecondsOf(instant) - (sinceZero % step), instant.zone);
}

/** Go's time.Time. Values come from {@link timeOf} and {@link parseTime}. */
export const time: GoType<Instant> = structType<Instant>({
  name: 'time.Time',
  fields: [],
  methods: (self) => ({
    Format: goMethod(['string'], formatInstant),
    String: goMethod([], (instant: Instant) => formatInstant(instant, stringLayout)),
    Unix: goMethod([], (instant: Instant) => instant.seconds),
    UnixMilli: goMethod(
      [],
      (instant: Instant) => instant.seconds * 1000 + Math.floor(instant.nanoseconds / 1e6),
    ),
    UnixMicro: goMethod([], (instant: Instant) => Number(nanosecondsOf(instant) / 1_000n)),
    UnixNano: goMethod([], (instant: Instant) => nanosecondsOf(instant)),
    Add: goMethod([duration], (instant: Instant, step) =>
      self.of(instantAt(nanosecondsOf(instant) + nanosecondsIn(step), instant.zone)),
    ),
    AddDate: goMethod(['int', 'int', 'int'], (instant: Instant, years, months, days) =>
      self.of(addDate(instant, years, months, days)),
    ),
    Sub: goMethod([self], (instant: Instant, other) =>
      duration.of(nanosecondsOf(instant) - nanosecondsOf(other)),
    ),
    Truncate: goMethod([duration], (instant: Instant, step) =>
      self.of(truncated(instant, nanosecondsIn(step))),
    ),
    Before: goMethod([self], (instant: Instant, other) => order(instant, other) < 0),
    After: goMethod([self], (instant: Instant, other) => order(instant, other) > 0),
    Equal: goMethod([self], (instant: Instant, other) => order(instant, other) === 0),
    Compare: goMethod([self], (instant: Instant, other) => Math.sign(order(instant, other))),
    IsZero: goMethod([], (instant: Instant) => instant.seconds === zeroSeconds && instant.nanoseconds === 0),
    In: goMethod([location], (instant: Instant, zone) => self.of({ ...instant, zone })),
    UTC: goMethod([], (instant: Instant) => self.of({ ...instant, zone: utc })),
    Local: goMethod([], (instant: Instant) => self.of({ ...instant, zone: loadZone('Local') })),
    Location: goMethod([], (instant: Instant) => location.of(instant.zone)),
    Year: part((civil) => civil.year),
    Month: part((civil) => month.of(civil.month)),
    Day: part((civil) => civil.day),
    YearDay: part((civil) => civil.yearDay),
    Weekday: part((civil) => weekday.of(civil.weekday)),
    Hour: part((civil) => civil.hour),
    Minute: part((civil) => civil.minute),
    Second: part((civil) => civil.second),
    Nanosecond: goMethod([], (instant: Instant) => instant.nanoseconds),
  }),
});

/** A JavaScript date as a time of templates, in UTC unless another zone is given. */
export const timeOf = (date: Date, zone: Zone = utc): GoValue<Instant> =>
  time.of(instantAt(BigInt(date.getTime()) * 1_000_000n, zone));

/**
 * A time as JSON carries it (RFC 3339), to the nanosecond; it keeps the offset it is written with.
 *
 * @throws Error when the text is no such time.
 */
export function parseTime(text: string): GoValue<Instant> {
  const match = rfc3339.exec(text);
  const [, date = '', clock = '', fraction = '', sign, hours, minutes] = match ?? [];
  const milliseconds = Date.parse(`${date}${clock}Z`);
  if (!match || Number.isNaN(milliseconds)) throw new Error('the text is not a time as RFC 3339 writes it');
  const offset =
    sign === undefined ? 0 : (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60);
  return time.of({
    seconds: milliseconds / 1000 - offset,
    nanoseconds: Number(fraction.padEnd(9, '0')),
    zone: sign === undefined ? utc : fixedZone(offset),
  });
}

/** A zone by its name, for `In`. @throws Error in Go's words when there is none. */
export const loadLocation = (name: string): GoValue<Zone> => location.of(loadZone(name));
