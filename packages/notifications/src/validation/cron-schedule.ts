import { Cron } from 'croner';
import { NotificationError } from '../errors.ts';
import { parseGoDuration } from './go-duration.ts';

/** Points in time, for ever. */
export interface CronSchedule {
  /** The first one after a time, both in milliseconds since 1970; undefined when there is none. */
  next(after: number): number | undefined;
}

const fields = [
  { name: 'minute', min: 0, max: 59, names: '' },
  { name: 'hour', min: 0, max: 23, names: '' },
  { name: 'day of month', min: 1, max: 31, names: '' },
  { name: 'month', min: 1, max: 12, names: 'jan feb mar apr may jun jul aug sep oct nov dec' },
  { name: 'day of week', min: 0, max: 6, names: 'sun mon tue wed thu fri sat' },
] as const;
type Field = (typeof fields)[number];

const descriptors: Record<string, string> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/**
 * Reads a schedule as upstream does, with robfig/cron's standard parser: five fields, a descriptor such as `@daily`,
 * or `@every 1h30m`, after `TZ=Area/City ` or `CRON_TZ=Area/City ` where the program's own time zone is not meant. Days
 * that match the day of month OR the day of week are meant when both are restricted. Where clocks are put forward, a
 * time that does not exist is the next that does (upstream leaves it out).
 *
 * @throws {NotificationError} `Invalid` that says what is wrong.
 */
export function parseCronSchedule(text: string): CronSchedule {
  const [, zone, rest] = /^(?:CRON_)?TZ=(\S*)\s+(.*)$/su.exec(text) ?? [undefined, undefined, text];
  const expression = rest?.trim() ?? '';
  if (expression.startsWith('@every ')) return everySchedule(expression.slice('@every '.length));
  const standard = expression.startsWith('@') ? descriptors[expression.toLowerCase()] : expression;
  if (standard === undefined) throw refused(`${expression} is no descriptor: use one such as @daily`);
  const parts = standard.split(/\s+/u).filter((part) => part !== '');
  if (parts.length !== fields.length) {
    throw refused(
      `there must be 5 fields (minute, hour, day of month, month, day of week), not ${parts.length}`,
    );
  }
  const values = fields.map((field, index) => fieldValues(field, parts[index] ?? ''));
  const never = namesNoDay(values);
  try {
    const cron = new Cron(never ? '* * * * *' : values.join(' '), {
      mode: '5-part',
      // Go's names: `Local` is the program's own time zone, and no name is UTC.
      ...(zone === undefined || zone === 'Local' ? {} : { timezone: zone || 'UTC' }),
    });
    // An unknown time zone shows only when it is used.
    cron.nextRun(new Date(0));
    return { next: (after) => (never ? undefined : cron.nextRun(new Date(after))?.getTime()) };
  } catch (error) {
    throw refused(zone === undefined ? 'it has no meaning' : `${zone} is no known time zone`, error);
  }
}

const longestMonths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Whether the days are none that a calendar has, such as the 30th of February. Croner looks for them through thousands
 * of years, with every alert.
 */
function namesNoDay([, , days = '', months = '', weekdays]: readonly string[]): boolean {
  if (days === '*' || weekdays !== '*') return false;
  const first = Math.min(...days.split(',').map(Number));
  const named =
    months === '*' ? longestMonths : months.split(',').map((month) => longestMonths[Number(month) - 1]!);
  return named.every((length) => first > length);
}

/** Not points on the clock: each is as far from the time before, to the second, whatever that is. */
function everySchedule(text: string): CronSchedule {
  const ms = parseGoDuration(text);
  if (ms === undefined) throw refused(`@every needs a duration such as 1h30m, not ${JSON.stringify(text)}`);
  const step = Math.max(1000, Math.trunc(ms / 1000) * 1000);
  return { next: (after) => Math.floor(after / 1000) * 1000 + step };
}

/**
 * All values of one field, written out, since Croner reads steps, question marks and 7 as a day in its own way. `*`
 * stays what it is: it decides whether days must match in one way or both.
 */
function fieldValues(field: Field, text: string): string {
  const values = new Set<number>();
  let unrestricted = false;
  for (const part of text.split(',').filter((item) => item !== '')) {
    const [range = '', stepText, ...more] = part.split('/');
    const [lowText = '', highText, ...others] = range.split('-');
    const step = stepText === undefined ? 1 : wholeNumber(field, stepText);
    const star = (lowText === '*' || lowText === '?') && highText === undefined;
    unrestricted ||= star && step === 1;
    const low = star ? field.min : valueOf(field, lowText);
    const single = stepText === undefined ? low : field.max;
    const high = highText === undefined ? single : valueOf(field, highText);
    if (more.length + others.length > 0 || low < field.min || high > field.max || low > high || step === 0) {
      throw refused(`${part} is no ${field.name}: from ${field.min} to ${field.max}, with steps from 1`);
    }
    for (let value = low; value <= high; value += step) values.add(value);
  }
  if (unrestricted) return '*';
  if (values.size === 0) throw refused(`the ${field.name} is empty`);
  return [...values].sort((one, other) => one - other).join(',');
}

function valueOf(field: Field, text: string): number {
  const name = text === '' ? -1 : field.names.split(' ').indexOf(text.toLowerCase());
  return name < 0 ? wholeNumber(field, text) : name + field.min;
}

function wholeNumber(field: Field, text: string): number {
  if (/^\d{1,9}$/u.test(text)) return Number(text);
  throw refused(`${JSON.stringify(text)} is no ${field.name}`);
}

const refused = (why: string, cause?: unknown): NotificationError =>
  new NotificationError(
    'Invalid',
    `the schedule cannot be read: ${why}`,
    cause === undefined ? {} : { cause },
  );
