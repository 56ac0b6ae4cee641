import { parseTime, type GoValue, type Instant } from '@armillary/go-template';

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const anyMonth = months.join('|');

type Part = 'year' | 'century' | 'month' | 'name' | 'day' | 'hour' | 'minute' | 'second' | 'half' | 'offset';

/** What the pieces of a layout stand for, and how it is written in a text; pieces without a part are passed over. */
const pieces: readonly { piece: RegExp; part?: Part; pattern: string }[] = [
  { piece: /^January/, part: 'name', pattern: `(?:${anyMonth})[a-z]*` },
  { piece: /^Jan/, part: 'name', pattern: anyMonth },
  { piece: /^Monday/, pattern: '[a-z]{6,9}' },
  { piece: /^Mon/, pattern: '[a-z]{3}' },
  { piece: /^MST/, pattern: '[a-z]{3,5}' },
  { piece: /^2006/, part: 'year', pattern: String.raw`\d{4}` },
  { piece: /^06/, part: 'century', pattern: String.raw`\d\d` },
  { piece: /^01/, part: 'month', pattern: String.raw`\d\d` },
  { piece: /^02/, part: 'day', pattern: String.raw`\d\d` },
  { piece: /^(?:03|15)/, part: 'hour', pattern: String.raw`\d\d` },
  { piece: /^04/, part: 'minute', pattern: String.raw`\d\d` },
  { piece: /^05(?:[.,][09]+)?/, part: 'second', pattern: String.raw`\d\d(?:[.,]\d{1,9})?` },
  { piece: /^_2/, part: 'day', pattern: String.raw` ?\d\d?` },
  { piece: /^1/, part: 'month', pattern: String.raw`\d\d?` },
  { piece: /^2/, part: 'day', pattern: String.raw`\d\d?` },
  { piece: /^3/, part: 'hour', pattern: String.raw`\d\d?` },
  { piece: /^4/, part: 'minute', pattern: String.raw`\d\d?` },
  { piece: /^5/, part: 'second', pattern: String.raw`\d\d?` },
  { piece: /^pm/i, part: 'half', pattern: '[ap]m' },
  { piece: /^[-Z]07(?::?00)?/, part: 'offset', pattern: String.raw`Z|[+-]\d\d(?::?\d\d)?` },
];

const literal = (character: string): string => character.replace(/[^\w\s]/, String.raw`\$&`);

/** Longest layout and text that are looked at. */
const longest = 200;

/**
 * A time out of a text, by an example of how it is written, as Go's `time.Parse`; without an offset it is UTC, and names
 * of zones do not count.
 *
 * @throws Error when the text is not written like the layout, or names a time that the calendar does not have.
 */
export function parseByLayout(layout: string, text: string): GoValue<Instant> {
  const parts: (Part | undefined)[] = [];
  let pattern = '';
  let rest = layout.slice(0, longest);
  while (rest !== '') {
    const found = pieces.find(({ piece }) => piece.test(rest));
    if (found) parts.push(found.part);
    pattern += found ? `(${found.pattern})` : literal(rest.slice(0, 1));
    rest = found ? rest.replace(found.piece, '') : rest.slice(1);
  }
  const match = text.length > longest ? null : new RegExp(`^${pattern}$`, 'i').exec(text);
  if (!match)
    throw new Error(`parsing time ${JSON.stringify(text)}: it is not written as ${JSON.stringify(layout)}`);
  const read: Partial<Record<Part, string>> = {};
  for (const [index, part] of parts.entries()) {
    if (part) read[part] = match[index + 1] ?? '';
  }
  return timeOfParts(read, text);
}

function timeOfParts(read: Partial<Record<Part, string>>, text: string): GoValue<Instant> {
  const year = read.century === undefined ? Number(read.year ?? 0) : inCentury(Number(read.century));
  const month =
    read.name === undefined
      ? Number(read.month ?? 1)
      : months.indexOf(read.name.slice(0, 3).toLowerCase()) + 1;
  const day = Number(read.day ?? 1);
  const half = read.half?.toLowerCase();
  const hour =
    half === undefined ? Number(read.hour ?? 0) : (Number(read.hour ?? 0) % 12) + (half === 'pm' ? 12 : 0);
  const [second = '0', fraction = '0'] = (read.second ?? '0').split(/[.,]/);
  const offset = /^([+-]\d\d):?(\d\d)?$/.exec(read.offset ?? '');
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) {
    throw new Error(`parsing time ${JSON.stringify(text)}: day out of range`);
  }
  const two = (value: number | string): string => String(value).padStart(2, '0');
  const zone = offset ? `${offset[1]}:${offset[2] ?? '00'}` : 'Z';
  const at = `${two(hour)}:${two(read.minute ?? 0)}:${two(second)}.${fraction}${zone}`;
  return parseTime(`${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${at}`);
}

/** Two digits of a year, as Go takes them. */
const inCentury = (year: number): number => year + (year < 69 ? 2000 : 1900);
