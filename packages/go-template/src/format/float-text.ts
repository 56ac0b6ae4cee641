import { binaryParts, roundedDecimal, shortestDecimal, type Decimal } from './decimal.ts';

/** Whether the point is always written and trailing zeros are kept: the `#` flag. */
interface FloatStyle {
  readonly sharp: boolean;
}

/** Digits with the point before them; without digits the point is left out too. */
const behindPoint = (digits: string, { sharp }: FloatStyle): string =>
  digits === '' && !sharp ? '' : `.${digits}`;

const exponentText = (exponent: number, letter: string): string =>
  `${letter}${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;

function scientific({ digits, point }: Decimal, places: number, letter: string, style: FloatStyle): string {
  const padded = digits.padEnd(places + 1, '0');
  const fraction = padded.slice(1, places + 1);
  const exponent = digits === '' ? 0 : point - 1;
  return `${padded.slice(0, 1)}${behindPoint(fraction, style)}${exponentText(exponent, letter)}`;
}

function plain({ digits, point }: Decimal, places: number, style: FloatStyle): string {
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0';
  const fraction = point > 0 ? digits.slice(point) : '0'.repeat(-point) + digits;
  const shown = fraction.slice(0, places).padEnd(places, '0');
  return `${whole}${behindPoint(shown, style)}`;
}

/** Go's %g: scientific for exponents below -4 and from the precision on, which for the shortest form counts as 6. */
function general(value: number, precision: number | undefined, letter: string, style: FloatStyle): string {
  const asked = precision === 0 ? 1 : precision;
  const decimal = asked === undefined ? shortestDecimal(value) : roundedDecimal(value, asked, true);
  const count = decimal.digits.length;
  const exponent = count === 0 ? -1 : decimal.point - 1;
  const limit = asked === undefined ? 6 : asked > count && count >= decimal.point ? count : asked;
  const shown = style.sharp ? Math.max(count, asked ?? 6) : count;
  if (exponent < -4 || exponent >= limit) return scientific(decimal, Math.max(shown - 1, 0), letter, style);
  return plain(decimal, Math.max(shown - (count === 0 ? 1 : decimal.point), 0), style);
}

/** `-0x1.8p+01`, as Go's %x writes floats. */
function hexadecimal(value: number, precision: number | undefined, pad: (digits: string) => string): string {
  if (value === 0) return `0x0${pad('0'.repeat(precision ?? 0))}p+00`;
  let { mantissa, exponent } = binaryParts(value);
  while (mantissa < 1n << 52n) {
    mantissa <<= 1n;
    exponent -= 1;
  }
  let power = exponent + 52;
  if (precision !== undefined && precision < 13) {
    const drop = BigInt(4 * (13 - precision));
    const half = 1n << (drop - 1n);
    const rest = mantissa & ((1n << drop) - 1n);
    mantissa >>= drop;
    if (rest > half || (rest === half && (mantissa & 1n) === 1n)) mantissa += 1n;
    mantissa <<= drop;
    if (mantissa >= 1n << 53n) {
      mantissa >>= 1n;
      power += 1;
    }
  }
  const digits = (mantissa & ((1n << 52n) - 1n)).toString(16).padStart(13, '0');
  const fraction =
    precision === undefined ? digits.replace(/0+$/, '') : digits.padEnd(precision, '0').slice(0, precision);
  return `0x1${pad(fraction)}${exponentText(power, 'p')}`;
}

/**
 * A finite number that is not negative as Go's fmt writes it, without sign.
 *
 * @param verb one of `eEfFgGxXbv`
 * @param precision digits asked for; undefined means the verb's own
 */
export function floatText(value: number, verb: string, precision: number | undefined, sharp = false): string {
  const style = { sharp };
  switch (verb) {
    case 'e':
    case 'E':
      return scientific(roundedDecimal(value, (precision ?? 6) + 1, true), precision ?? 6, verb, style);
    case 'f':
    case 'F':
      return plain(roundedDecimal(value, precision ?? 6, false), precision ?? 6, style);
    case 'x':
      // With the # flag Go counts the mark 0x among the digits that it fills up to.
      return hexadecimal(value, precision, (digits) =>
        behindPoint(sharp ? digits.padEnd((precision ?? 6) - 2, '0') : digits, style),
      );
    case 'X':
      return hexadecimal(value, precision, (digits) => behindPoint(digits, style)).toUpperCase();
    case 'b': {
      const { mantissa, exponent } = binaryParts(value);
      return `${mantissa}p${exponent < 0 ? '-' : '+'}${Math.abs(exponent)}`;
    }
    case 'G':
      return general(value, precision, 'E', style);
    default:
      return general(value, precision, 'e', style);
  }
}
