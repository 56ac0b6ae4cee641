const FORM = /^([+-]?)(\d+\.?\d*|\.\d+)(m|k|M|G|T|P|E|n|u|Ki|Mi|Gi|Ti|Pi|Ei|[eE][+-]?\d{1,3})?$/;
const DECIMAL: Record<string, number> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const BINARY: Record<string, bigint> = { Ki: 10n, Mi: 20n, Gi: 30n, Ti: 40n, Pi: 50n, Ei: 60n };
const SUFFIX_OF = Object.fromEntries(Object.entries(DECIMAL).map(([suffix, power]) => [power, suffix]));

/** A quantity as a whole number of billionths (what Kubernetes rounds up to), and which form it was written in. */
export interface Quantity {
  nano: bigint;
  form: 'decimal' | 'binary' | 'exponent';
}

const NANO = 1_000_000_000n;

/** Reads a resource quantity (`500m`, `1.5Gi`, `1e3`), `undefined` when it is none. Fractions of 1n round up. */
export const parseQuantity = (text: string): Quantity | undefined => {
  const match = text.length > 64 ? null : FORM.exec(text);
  if (!match) return undefined;
  const [, sign, digits = '', suffix = ''] = match;
  const [whole = '', fraction = ''] = digits.split('.');
  let mantissa = BigInt(`${whole}${fraction}`);
  let power = -fraction.length + 9;
  const shift = BINARY[suffix];
  if (shift !== undefined) mantissa <<= shift;
  else power += /^[eE][+-]?\d/.test(suffix) ? Number(suffix.slice(1)) : (DECIMAL[suffix] ?? 0);
  const divisor = power < 0 ? 10n ** BigInt(-power) : 1n;
  const scaled = power < 0 ? (mantissa + divisor - 1n) / divisor : mantissa * 10n ** BigInt(power);
  const form = shift !== undefined ? 'binary' : /^[eE][+-]?\d/.test(suffix) ? 'exponent' : 'decimal';
  return { nano: sign === '-' ? -scaled : scaled, form };
};

/** `undefined` when the value has a fraction of a unit or is below 1024, where the decimal form is used instead. */
const binaryText = (nano: bigint): string | undefined => {
  const value = nano / NANO;
  if (nano % NANO !== 0n || (value < 1024n && value > -1024n)) return undefined;
  let [suffix, shift] = ['', 0n];
  for (const [name, bits] of Object.entries(BINARY))
    if (value % (1n << bits) === 0n) [suffix, shift] = [name, bits];
  return `${value >> shift}${suffix}`;
};

/**
 * The canonical text of a quantity: the largest suffix that leaves no fraction (`1000m` is `1`, `0.5` is `500m`,
 * `1024Mi` is `1Gi`). (`k8s.io/apimachinery/pkg/api/resource`, Quantity.)
 */
export const formatQuantity = ({ nano, form }: Quantity): string => {
  if (nano === 0n) return '0';
  const binary = form === 'binary' ? binaryText(nano) : undefined;
  if (binary !== undefined) return binary;
  let [mantissa, power] = [nano, -9];
  while (mantissa % 1000n === 0n && power < 18) [mantissa, power] = [mantissa / 1000n, power + 3];
  if (form === 'exponent') return power === 0 ? `${mantissa}` : `${mantissa}e${power}`;
  return `${mantissa}${SUFFIX_OF[power] ?? ''}`;
};
