/** The decimal digits of a positive number: `0.digits × 10^point`. */
export interface Decimal {
  readonly digits: string;
  readonly point: number;
}

const withoutZeros = (digits: string, point: number): Decimal => {
  const trimmed = digits.replace(/^0+/, '');
  return {
    digits: trimmed.replace(/0+$/, ''),
    point: trimmed === '' ? 0 : point - (digits.length - trimmed.length),
  };
};

/** The fewest digits that read back as the same number. */
export function shortestDecimal(value: number): Decimal {
  const [mantissa = '', exponent] = value.toExponential().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  return withoutZeros(whole + fraction, Number(exponent) + whole.length);
}

/** A float's parts: `mantissa × 2^exponent`, exactly. */
export function binaryParts(value: number): { mantissa: bigint; exponent: number } {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  const raw = bits.getBigUint64(0);
  const biased = Number((raw >> 52n) & 0x7_ffn);
  const fraction = raw & 0xf_ffff_ffff_ffffn;
  return biased === 0
    ? { mantissa: fraction, exponent: -1074 }
    : { mantissa: fraction | (1n << 52n), exponent: biased - 1075 };
}

/** All digits of a number; a float always has finitely many. */
function exactDecimal(value: number): Decimal {
  const { mantissa, exponent } = binaryParts(value);
  if (exponent >= 0) {
    const digits = (mantissa << BigInt(exponent)).toString();
    return withoutZeros(digits, digits.length);
  }
  const digits = (mantissa * 5n ** BigInt(-exponent)).toString();
  return withoutZeros(digits, digits.length + exponent);
}

/**
 * A number rounded to so many digits, half to even. JavaScript's own rounding takes halves up, so it cannot serve.
 * `places` counts digits behind the point, or from the first digit on when `significant`.
 */
export function roundedDecimal(value: number, places: number, significant: boolean): Decimal {
  const exact = exactDecimal(value);
  const keep = significant ? places : exact.point + places;
  if (keep >= exact.digits.length) return exact;
  if (keep < 0) return { digits: '', point: 0 };
  const kept = exact.digits.slice(0, keep);
  const rest = exact.digits.slice(keep);
  const half = rest[0] === '5' && rest.length === 1;
  const up = half ? Number(kept.at(-1) ?? '0') % 2 === 1 : rest >= '5';
  if (!up) return withoutZeros(kept === '' ? '0' : kept, kept === '' ? 0 : exact.point);
  const raised = (BigInt(kept === '' ? '0' : kept) + 1n).toString().padStart(keep, '0');
  return withoutZeros(raised, exact.point + raised.length - keep);
}
