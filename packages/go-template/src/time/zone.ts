/** Where clocks show the same: how far they are ahead of UTC at a moment, and what that is called. */
export interface Zone {
  /** As Go's Location.String gives it: `UTC`, `Local`, `Europe/Paris`, or empty for a mere offset. */
  readonly name: string;
  /** Seconds ahead of UTC, and the abbreviation (empty when there is none), at a moment in seconds since 1970. */
  readonly at: (seconds: number) => { readonly offset: number; readonly abbreviation: string };
}

/** Coordinated universal time. */
export const utc: Zone = { name: 'UTC', at: () => ({ offset: 0, abbreviation: 'UTC' }) };

/** A zone that is always so many seconds ahead of UTC. */
export const fixedZone = (offset: number, abbreviation = ''): Zone => ({
  name: abbreviation,
  at: () => ({ offset, abbreviation }),
});

/** Which English speakers have short names for which zones. Elsewhere the time-zone database mostly has numbers too. */
const locales = ['en-US', 'en-GB', 'en-AU', 'en-IN'];
/** Short names of large zones that no locale of English knows. */
const shortNames: Readonly<Record<string, string>> = {
  'Asia/Chongqing': 'CST',
  'Asia/Hong_Kong': 'HKT',
  'Asia/Jakarta': 'WIB',
  'Asia/Karachi': 'PKT',
  'Asia/Seoul': 'KST',
  'Asia/Shanghai': 'CST',
  'Asia/Taipei': 'CST',
  'Asia/Tokyo': 'JST',
  'Africa/Johannesburg': 'SAST',
  'Africa/Lagos': 'WAT',
  'Africa/Nairobi': 'EAT',
  'Europe/Moscow': 'MSK',
};
const maxZones = 64;
const zones = new Map<string, Zone>();

/**
 * A zone of the time-zone database as Go's time.LoadLocation gives it; empty and `UTC` are UTC, `Local` is the
 * process's own.
 *
 * @throws Error in Go's words when there is no such zone.
 */
export function loadZone(name: string): Zone {
  if (name === '' || name === 'UTC') return utc;
  const known = zones.get(name);
  if (known) return known;
  const zone = name === 'Local' ? localZone() : databaseZone(name);
  if (zones.size >= maxZones) zones.clear();
  zones.set(name, zone);
  return zone;
}

function localZone(): Zone {
  const name = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return { ...(name === 'UTC' ? utc : databaseZone(name)), name: 'Local' };
}

function databaseZone(name: string): Zone {
  // Intl also takes offsets and any letter case; Go does not.
  if (!/^[A-Z][A-Za-z0-9_+/-]{0,63}$/.test(name)) throw new Error(`unknown time zone ${name}`);
  const formats = [formatIn('en-US', name), ...locales.slice(1).map((locale) => formatIn(locale, name))];
  return {
    name,
    at: (seconds) => {
      const parts = partsOf(formats[0] as Intl.DateTimeFormat, seconds);
      const offset = offsetOf(parts, seconds);
      return { offset, abbreviation: shortNames[name] ?? abbreviationOf(formats, parts, seconds, offset) };
    },
  };
}

function formatIn(locale: string, timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat(locale, {
      timeZone,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      timeZoneName: 'short',
    });
  } catch (error) {
    throw new Error(`unknown time zone ${timeZone}`, { cause: error });
  }
}

type Parts = Readonly<Partial<Record<Intl.DateTimeFormatPartTypes, string>>>;

const partsOf = (format: Intl.DateTimeFormat, seconds: number): Parts =>
  Object.fromEntries(format.formatToParts(seconds * 1000).map((part) => [part.type, part.value]));

/** What the clock shows, read as if it were UTC, less what UTC is. */
function offsetOf(parts: Parts, seconds: number): number {
  const year = parts.era?.startsWith('B') ? 1 - Number(parts.year) : Number(parts.year);
  const shown = new Date(0);
  shown.setUTCFullYear(year, Number(parts.month) - 1, Number(parts.day));
  shown.setUTCHours(Number(parts.hour), Number(parts.minute), Number(parts.second));
  return shown.getTime() / 1000 - Math.floor(seconds);
}

/** The first short name that is one; without any, the offset as the time-zone database writes it: `+08`, `+0530`. */
function abbreviationOf(
  formats: readonly Intl.DateTimeFormat[],
  first: Parts,
  seconds: number,
  offset: number,
): string {
  for (const [index, format] of formats.entries()) {
    const name = (index === 0 ? first : partsOf(format, seconds)).timeZoneName ?? '';
    if (/^[A-Z]{2,5}$/.test(name)) return name;
  }
  const minutes = Math.round(Math.abs(offset) / 60);
  const hours = String(Math.floor(minutes / 60)).padStart(2, '0');
  const rest = minutes % 60 === 0 ? '' : String(minutes % 60).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${hours}${rest}`;
}
