import { quote } from '../format/quote.ts';

/** What a number in a template can be; see `NumberNode`. */
export interface Constant {
  readonly int: number | bigint | undefined;
  readonly float: number;
  readonly ideal: 'int' | 'float' | 'overflow';
}

const maxInt = 2n ** 63n - 1n;
const maxUint = 2n ** 64n - 1n;
/** Longest float that is looked at, in characters. */
const maxFloat = 1_000;
/** More digits than any integer of 64 bits has, in whatever base. */
const tooManyDigits = 100;
const underscores = /^(?:[0-9a-f]|_(?=[0-9a-f]))*$/i;
const letters: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
};
const escape = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|([^]))/g;

const narrow = (value: bigint): number | bigint =>
  value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)
    ? Number(value)
    : value;

/** The integer that Go's strconv.ParseInt reads with base 0, of any size. */
function parseInteger(text: string): bigint | undefined {
  const [, sign = '', prefix = '', digits = ''] = /^([+-]?)(0[xXoObB]_?|0_?(?=[0-9]))?(.*)$/.exec(text) ?? [];
  if (digits === '' || !underscores.test(digits)) return undefined;
  const plain = digits.replaceAll('_', '');
  const base = prefix.replace('_', '').toLowerCase();
  const octal = base === '0' || base === '0o';
  const allowed = octal
    ? /^[0-7]+$/
    : base === '0x'
      ? /^[0-9a-f]+$/i
      : base === '0b'
        ? /^[01]+$/
        : /^[0-9]+$/;
  if (!allowed.test(plain)) return undefined;
  if (plain.replace(/^0+/, '').length > tooManyDigits) return maxUint + 1n;
  const value = BigInt((octal ? '0o' : base) + plain);
  return sign === '-' ? -value : value;
}

/** The float that Go's strconv.ParseFloat reads. */
function parseFloating(text: string): number | undefined {
  if (text.length > maxFloat) return undefined;
  const hexadecimal = /^([+-]?)0x([0-9a-f_]*)\.?([0-9a-f_]*)p([+-]?[0-9]+)$/i.exec(text);
  if (hexadecimal) {
    const [, sign, whole = '', fraction = '', power] = hexadecimal;
    const digits = (whole + fraction).replaceAll('_', '');
    if (digits === '') return undefined;
    const scale = Number(power) - 4 * fraction.replaceAll('_', '').length;
    return (sign === '-' ? -1 : 1) * Number.parseInt(digits, 16) * 2 ** scale;
  }
  if (!/^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?$/i.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** Reads a number as written in a template. @throws Error with Go's words for what cannot be one. */
export function parseNumber(text: string): Constant {
  if (text.endsWith('i')) throw new Error(`complex numbers are not supported: ${quote(text)}`);
  const integer = parseInteger(text);
  if (integer !== undefined && integer >= -maxInt - 1n && integer <= maxUint) {
    const fits = integer <= maxInt;
    return {
      int: fits ? narrow(integer) : undefined,
      float: Number(integer),
      ideal: fits ? 'int' : 'overflow',
    };
  }
  const float = parseFloating(text);
  if (float === undefined) {
    throw new Error(
      integer === undefined ? `illegal number syntax: ${quote(text)}` : `integer overflow: ${quote(text)}`,
    );
  }
  if (!/[.ep]/i.test(text)) throw new Error(`integer overflow: ${quote(text)}`);
  const whole = Number.isInteger(float) && Math.abs(float) < 2 ** 63;
  return { int: whole ? narrow(BigInt(float)) : undefined, float, ideal: 'float' };
}

/** Reads a character constant, `'x'`, as its code. @throws Error with Go's words. */
export function parseCharacter(text: string): Constant {
  const [, byte, octal] = /^'\\(?:x([0-9a-fA-F]{2})|([0-7]{3}))'$/.exec(text) ?? [];
  const value = byte === undefined ? Number.parseInt(octal ?? '', 8) : Number.parseInt(byte, 16);
  if (value <= 255) return { int: value, float: value, ideal: 'int' };
  const body = unescapeText(text.slice(1, -1), "'");
  const code = body?.codePointAt(0);
  if (text === "''") throw new Error('invalid syntax');
  if (body === undefined || code === undefined || body.length !== String.fromCodePoint(code).length) {
    throw new Error(`malformed character constant: ${text}`);
  }
  return { int: code, float: code, ideal: 'int' };
}

/** The text that a string in double quotes or backquotes stands for. @throws Error with Go's words. */
export function parseString(text: string): string {
  if (text.startsWith('`')) return text.slice(1, -1).replaceAll('\r', '');
  const value = unescapeText(text.slice(1, -1), '"');
  if (value === undefined) throw new Error('invalid syntax');
  return value;
}

/** Undoes Go's escapes. `\xNN` and `\NNN` are bytes: together they may spell a character in UTF-8. */
function unescapeText(text: string, quoteMark: string): string | undefined {
  if (!text.includes('\\')) return text;
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  const put = (piece: string): void => {
    for (const byte of encoder.encode(piece)) bytes.push(byte);
  };
  let end = 0;
  for (const match of text.matchAll(escape)) {
    put(text.slice(end, match.index));
    end = match.index + match[0].length;
    const [, byte, short, long, octal, letter = ''] = match;
    const code = Number.parseInt(short ?? long ?? '0', 16);
    if (code > 0x10_ff_ff || (code >= 0xd8_00 && code < 0xe0_00)) return undefined;
    const single = byte === undefined ? Number.parseInt(octal ?? '-1', 8) : Number.parseInt(byte, 16);
    if (single > 255) return undefined;
    if (single >= 0) bytes.push(single);
    else if (short !== undefined || long !== undefined) put(String.fromCodePoint(code));
    else if (letter === quoteMark) put(letter);
    else if (Object.hasOwn(letters, letter)) put(letters[letter] ?? '');
    else return undefined;
  }
  put(text.slice(end));
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes));
}
