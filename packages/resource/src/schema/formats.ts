import { isIPv4, isIPv6 } from 'node:net';
import { matchesPattern } from './pattern.ts';

const pattern =
  (expression: string) =>
  (text: string): boolean =>
    matchesPattern(expression, text);
const digits = (text: string): number[] => Array.from(text, Number);

/** Go's `time.Parse` of `2006-01-02`: the day must exist. */
function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(text);
}

// Seconds stop at 59: Kubernetes takes no leap second.
function isDateTime(text: string): boolean {
  const [day = '', clock = ''] = text.toLowerCase().split('t');
  const match = /^(\d{2}):(\d{2}):(\d{2})(.\d+)?(z|[+-]\d{2}:\d{2})$/.exec(clock);
  if (!isDate(day) || !match) return false;
  const [, hour = '', minute = '', second = ''] = match;
  return hour <= '23' && minute <= '59' && second <= '59';
}

/** Go's `time.ParseDuration`, or the words that Scala knows ("2 hours 5 min"). */
function isDuration(text: string): boolean {
  // The expressions below take quadratic time in the worst case; no duration is that long.
  if (text.length > 256) return false;
  if (text === '0' || /^[+-]?((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+$/.test(text)) return true;
  const units = [...text.matchAll(/\d+\s*([A-Za-zµ]+)/g)].map((match) => (match[1] ?? '').toLowerCase());
  return units.some((unit) =>
    /^(ns|nano.*|us|µs|micro.*|ms|milli.*|s|sec.*|m|min.*|h|hr|hour.*|d|day.*|w|wk|week.*)$/.test(unit),
  );
}

const isIsbn10 = (text: string): boolean => {
  const code = text.replace(/[\s-]+/g, '');
  if (!/^\d{9}[\dX]$/.test(code)) return false;
  const sum = Array.from(code).reduce<number>(
    (total, c, i) => total + (i + 1) * (c === 'X' ? 10 : Number(c)),
    0,
  );
  return sum % 11 === 0;
};
const isIsbn13 = (text: string): boolean => {
  const code = text.replace(/[\s-]+/g, '');
  if (!/^\d{13}$/.test(code)) return false;
  return digits(code).reduce((total, d, i) => total + d * (i % 2 ? 3 : 1), 0) % 10 === 0;
};

function isCreditCard(text: string): boolean {
  const number = text.replace(/[^0-9]+/g, '');
  const known =
    /^(?:4\d{12}(?:\d{3})?|5[1-5]\d{14}|6(?:011|5\d\d)\d{12}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|(?:2131|1800|35\d{3})\d{11})$/;
  if (!known.test(number)) return false;
  const sum = digits(number)
    .reverse()
    .reduce((total, d, i) => total + (i % 2 ? (d * 2 > 9 ? d * 2 - 9 : d * 2) : d), 0);
  return sum % 10 === 0;
}

// Kubernetes goes on to take what Go's parser refuses since 1.17.
const withoutLeadingZeros = (text: string): string => text.replace(/(^|\.)0+(?=\d)/g, '$1');

function isCidr(text: string): boolean {
  const [address = '', bits = '', ...rest] = text.split('/');
  if (rest.length > 0 || !/^\d{1,3}$/.test(bits)) return false;
  return (
    (isIPv4(withoutLeadingZeros(address)) && Number(bits) <= 32) ||
    (isIPv6(address) && !address.includes('%') && Number(bits) <= 128)
  );
}

// Go's url.ParseRequestURI: absolute, or a path from the root; no control characters, no broken escapes.
function isUri(text: string): boolean {
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u0020\u007f]/.test(text) || /%(?![0-9a-fA-F]{2})/.test(text)) return false;
  if (text.startsWith('/') || text === '*') return true;
  const match = /^[a-zA-Z][a-zA-Z0-9+.-]*:(.*)$/.exec(text);
  if (!match) return false;
  return (
    !match[1]?.startsWith('//') || URL.canParse(text) || /^[a-zA-Z][a-zA-Z0-9+.-]*:\/\/(?:$|\/)/.test(text)
  );
}

const uuid = (version: string, variant = ''): ((text: string) => boolean) =>
  pattern(
    `(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?${version}[0-9a-f]{3}-?${variant}[0-9a-f]{${variant ? 3 : 4}}-?[0-9a-f]{12}$`,
  );

function isHostname(text: string): boolean {
  const label = '[a-zA-Z0-9\\p{S}\\p{L}]';
  const name = `^(${label}((-?${label}{0,62})?)|(${label}(([a-zA-Z0-9-\\p{S}\\p{L}]{0,61}${label})?)(\\.)){1,}([a-zA-Z\\p{L}]){2,63})$`;
  return (
    Buffer.byteLength(text) <= 255 &&
    text.split('.').every((part) => Buffer.byteLength(part) <= 63) &&
    matchesPattern(name, text)
  );
}

const shortName = pattern('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$');
const longName = pattern('^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$');
const octet = '(0|[1-9]\\d?|1\\d\\d?|2[0-4]\\d|25[0-5])';

// The formats Kubernetes checks (apiextensions `validation/formats.go`); all others are documentation only.
const checks: Record<string, (text: string) => boolean> = {
  bsonobjectid: pattern('^[0-9a-fA-F]{24}$'),
  uri: isUri,
  email: (text) => matchesPattern('^([^<>]*<)?[^\\s@<>,;:"\\[\\]()]+@[^\\s@<>,;:"\\[\\]()]+>?$', text),
  hostname: isHostname,
  ipv4: (text) => isIPv4(withoutLeadingZeros(text)),
  ipv6: (text) => isIPv6(text) && !text.includes('%'),
  cidr: isCidr,
  mac: pattern(
    '^(([0-9a-fA-F]{2}:){5,7}[0-9a-fA-F]{2}|([0-9a-fA-F]{2}-){5,7}[0-9a-fA-F]{2}|([0-9a-fA-F]{4}\\.){2,3}[0-9a-fA-F]{4}|([0-9a-fA-F]{2}:){19}[0-9a-fA-F]{2}|([0-9a-fA-F]{2}-){19}[0-9a-fA-F]{2}|([0-9a-fA-F]{4}\\.){9}[0-9a-fA-F]{4})$',
  ),
  uuid: uuid('[0-9a-f]'),
  uuid3: uuid('3'),
  uuid4: uuid('4', '[89ab]'),
  uuid5: uuid('5', '[89ab]'),
  isbn: (text) => isIsbn10(text) || isIsbn13(text),
  isbn10: isIsbn10,
  isbn13: isIsbn13,
  creditcard: isCreditCard,
  ssn: pattern('^\\d{3}[- ]?\\d{2}[- ]?\\d{4}$'),
  hexcolor: pattern('^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$'),
  rgbcolor: pattern(`^rgb\\(\\s*${octet}\\s*,\\s*${octet}\\s*,\\s*${octet}\\s*\\)$`),
  byte: (text) => text !== '' && text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text),
  password: () => true,
  date: isDate,
  duration: isDuration,
  datetime: isDateTime,
  k8sshortname: (text) => text.length <= 63 && shortName(text),
  k8slongname: (text) => text.length <= 253 && longName(text),
};

/** The check behind a `format`, or undefined when Kubernetes ignores that format. Dashes in names do not count. */
export function formatCheck(format: string): ((text: string) => boolean) | undefined {
  const name = format.replaceAll('-', '');
  return Object.hasOwn(checks, name) ? checks[name] : undefined;
}
