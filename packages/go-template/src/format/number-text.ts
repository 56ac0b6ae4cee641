import { floatText } from './float-text.ts';
import { pad, type Flags } from './flags.ts';
import { isPrintable, quoteCharacter } from './quote.ts';

const bases: Readonly<Record<string, number>> = { v: 10, d: 10, b: 2, o: 8, O: 8, x: 16, X: 16 };

const sign = (negative: boolean, flags: Flags): string =>
  negative ? '-' : flags.plus ? '+' : flags.space ? ' ' : '';

/** An integer in the base of its verb, with the prefixes that the flags ask for. */
function inBase(value: number | bigint, verb: string, base: number, flags: Flags): string {
  const negative = value < 0;
  const before = sign(negative, flags);
  const { precision, width } = flags;
  if (precision === 0 && Number(value) === 0) return pad('', { ...flags, zero: false });
  const least = precision ?? (flags.zero && width !== undefined ? width - before.length : 0);
  const magnitude = (negative ? -value : value).toString(base).padStart(least, '0');
  let digits = verb === 'X' ? magnitude.toUpperCase() : magnitude;
  if (flags.sharp && base === 2) digits = `0b${digits}`;
  if (flags.sharp && base === 8 && !digits.startsWith('0')) digits = `0${digits}`;
  if (flags.sharp && base === 16) digits = `0${verb}${digits}`;
  if (verb === 'O') digits = `0o${digits}`;
  return pad(before + digits, { ...flags, zero: false });
}

function characterOf(value: number | bigint): string {
  const code = Number(value);
  const valid = code >= 0 && code <= 0x10_ff_ff && !(code >= 0xd8_00 && code < 0xe0_00);
  return valid ? String.fromCodePoint(code) : '\ufffd';
}

function codePoint(value: number | bigint, flags: Flags): string {
  const code = BigInt.asUintN(64, BigInt(value));
  const text = `U+${code
    .toString(16)
    .toUpperCase()
    .padStart(Math.max(flags.precision ?? 4, 4), '0')}`;
  const shown = flags.sharp && code <= 0x10_ff_ffn && isPrintable(characterOf(value));
  return pad(shown ? `${text} '${characterOf(value)}'` : text, { ...flags, zero: false });
}

/** An integer as a verb of Go's fmt writes it; undefined when the verb is not for integers. */
export function integerText(
  value: number | bigint,
  verb: string,
  flags: Flags,
  unsigned: boolean,
): string | undefined {
  if (verb === 'v' && flags.sharpV && unsigned) {
    return inBase(value, 'x', 16, { ...flags, sharp: true });
  }
  const base = bases[verb];
  if (base !== undefined) return inBase(value, verb, base, flags);
  if (verb === 'c') return pad(characterOf(value), flags);
  if (verb === 'q') return pad(quoteCharacter(characterOf(value), flags.plus), flags);
  return verb === 'U' ? codePoint(value, flags) : undefined;
}

/** A float as a verb of Go's fmt writes it; undefined when the verb is not for floats. */
export function floatVerbText(value: number, verb: string, flags: Flags): string | undefined {
  if (!/^[vbgGxXfFeE]$/.test(verb)) return undefined;
  const negative = value < 0 || Object.is(value, -0);
  if (!Number.isFinite(value)) {
    const name = Number.isNaN(value) ? 'NaN' : 'Inf';
    return pad(sign(negative, flags) + name, { ...flags, zero: false });
  }
  const before = sign(negative, flags);
  const digits = floatText(Math.abs(value), verb, flags.precision, flags.sharp);
  // Zeros come between the sign and the digits.
  if (flags.zero && before !== '') return before + digits.padStart((flags.width ?? 0) - 1, '0');
  return pad(before + digits, flags);
}
