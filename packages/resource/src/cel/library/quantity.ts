import type { Environment } from '@marcbachmann/cel-js';

const suffixes: Record<string, [base: bigint, exponent: number]> = {
  n: [10n, -9],
  u: [10n, -6],
  m: [10n, -3],
  '': [10n, 0],
  k: [10n, 3],
  M: [10n, 6],
  G: [10n, 9],
  T: [10n, 12],
  P: [10n, 15],
  E: [10n, 18],
  Ki: [2n, 10],
  Mi: [2n, 20],
  Gi: [2n, 30],
  Ti: [2n, 40],
  Pi: [2n, 50],
  Ei: [2n, 60],
};
const nano = 1_000_000_000n;

/** A resource quantity (`500m`, `2Gi`), exact to the nano. */
class CelQuantity {
  /** In billionths. */
  readonly nanos: bigint;
  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
  /** @throws {Error} for a text that is no quantity. */
  static parse(text: string): CelQuantity {
    // The expression takes quadratic time in the worst case; no quantity is that long.
    const match = /^([+-]?)(\d+\.?\d*|\.\d+)(?:([eE][+-]?\d{1,2})|([numkMGTPE]|[KMGTPE]i)?)$/.exec(
      text.length > 100 ? '' : text,
    );
    if (!match) {
      throw new Error(
        "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
      );
    }
    const [, sign, digits = '', exponent, suffix = ''] = match;
    const [whole = '', fraction = ''] = digits.split('.');
    const [base, power] = exponent ? [10n, Number(exponent.slice(1))] : (suffixes[suffix] ?? [10n, 0]);
    const scaled = BigInt(whole + fraction || '0') * nano;
    const grown = power >= 0 ? scaled * base ** BigInt(power) : scaled / base ** BigInt(-power);
    const nanos = grown / 10n ** BigInt(fraction.length);
    return new CelQuantity(sign === '-' ? -nanos : nanos);
  }
  equals(other: unknown): boolean {
    return other instanceof CelQuantity && other.nanos === this.nanos;
  }
}

/** Kubernetes' quantity functions (`cel/library/quantity.go`). */
export function registerQuantity(environment: Environment): void {
  const isQuantity = (text: string): boolean => {
    try {
      return CelQuantity.parse(text) instanceof CelQuantity;
    } catch {
      return false;
    }
  };
  const whole = ({ nanos }: CelQuantity): bigint => {
    if (nanos % nano !== 0n) throw new Error('cannot convert value to integer');
    return nanos / nano;
  };
  const compare = (a: CelQuantity, b: CelQuantity): bigint =>
    a.nanos < b.nanos ? -1n : a.nanos > b.nanos ? 1n : 0n;
  const operand = (value: CelQuantity | bigint): bigint =>
    typeof value === 'bigint' ? value * nano : value.nanos;
  environment
    .registerType('Quantity', CelQuantity)
    .registerFunction('quantity(string): Quantity', (text: string) => CelQuantity.parse(text))
    .registerFunction('isQuantity(string): bool', isQuantity)
    .registerFunction('Quantity.isInteger(): bool', ({ nanos }: CelQuantity) => nanos % nano === 0n)
    .registerFunction('Quantity.asInteger(): int', whole)
    .registerFunction(
      'Quantity.asApproximateFloat(): double',
      ({ nanos }: CelQuantity) => Number(nanos) / 1e9,
    )
    .registerFunction('Quantity.sign(): int', ({ nanos }: CelQuantity) =>
      nanos < 0n ? -1n : nanos > 0n ? 1n : 0n,
    )
    .registerFunction('Quantity.compareTo(Quantity): int', compare)
    .registerFunction(
      'Quantity.isGreaterThan(Quantity): bool',
      (a: CelQuantity, b: CelQuantity) => a.nanos > b.nanos,
    )
    .registerFunction(
      'Quantity.isLessThan(Quantity): bool',
      (a: CelQuantity, b: CelQuantity) => a.nanos < b.nanos,
    );
  for (const type of ['Quantity', 'int']) {
    environment
      .registerFunction(
        `Quantity.add(${type}): Quantity`,
        (a: CelQuantity, b: CelQuantity | bigint) => new CelQuantity(a.nanos + operand(b)),
      )
      .registerFunction(
        `Quantity.sub(${type}): Quantity`,
        (a: CelQuantity, b: CelQuantity | bigint) => new CelQuantity(a.nanos - operand(b)),
      );
  }
  environment.registerOperator('Quantity == Quantity', (a: CelQuantity, b: CelQuantity) => a.equals(b));
}
