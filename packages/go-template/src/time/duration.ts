import { goMethod } from '../functions/go-function.ts';
import { float64, scalarType, type GoType, type GoValue } from '../values/go-type.ts';

const second = 1_000_000_000n;
const fractionUnits = [
  { unit: 'ns', size: 1n },
  { unit: 'µs', size: 1_000n },
  { unit: 'ms', size: 1_000_000n },
] as const;

/** What stands for a duration: a value of the type, or a constant of the template. */
export const nanosecondsIn = (value: bigint | number): bigint => BigInt(value);

const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);

/** A number of units with the fraction that is left, without zeros at its end. */
function inUnit(value: bigint, size: bigint): string {
  const rest = value % size;
  const digits = String(size).length - 1;
  const fraction = rest === 0n ? '' : `.${String(rest).padStart(digits, '0').replace(/0+$/, '')}`;
  return `${value / size}${fraction}`;
}

/** Nanoseconds as Go's time.Duration.String writes them: `1h2m3.5s`, `1.5ms`, `0s`. */
export function durationText(nanoseconds: bigint): string {
  if (nanoseconds === 0n) return '0s';
  const sign = nanoseconds < 0n ? '-' : '';
  const value = magnitude(nanoseconds);
  if (value < second) {
    const { unit, size } = fractionUnits.findLast((candidate) => value >= candidate.size) ?? fractionUnits[0];
    return `${sign}${inUnit(value, size)}${unit}`;
  }
  const minutes = value / (60n * second);
  const seconds = `${inUnit(value % (60n * second), second)}s`;
  if (minutes === 0n) return sign + seconds;
  const hours = minutes / 60n;
  return hours === 0n ? `${sign}${minutes}m${seconds}` : `${sign}${hours}h${minutes % 60n}m${seconds}`;
}

/** As so many of a unit, whole and fraction apart so that no digit is lost. */
const asFloat = (value: bigint, size: bigint): GoValue<number> =>
  float64.of(Number(value / size) + Number(value % size) / Number(size));

const truncated = (value: bigint, step: bigint): bigint => (step <= 0n ? value : value - (value % step));

/** To the next multiple; halves away from zero. */
function rounded(value: bigint, step: bigint): bigint {
  if (step <= 0n) return value;
  const rest = magnitude(value % step);
  const base = magnitude(value) - rest + (rest * 2n >= step ? step : 0n);
  return value < 0n ? -base : base;
}

/** Go's time.Duration: nanoseconds. `duration.of(90n * 1_000_000_000n)` is printed as `1m30s`. */
export const duration: GoType<bigint> = scalarType<bigint>({
  name: 'time.Duration',
  kind: 'int',
  methods: (self) => ({
    String: goMethod([], durationText),
    Hours: goMethod([], (value: bigint) => asFloat(value, 3_600n * second)),
    Minutes: goMethod([], (value: bigint) => asFloat(value, 60n * second)),
    Seconds: goMethod([], (value: bigint) => asFloat(value, second)),
    Milliseconds: goMethod([], (value: bigint) => Number(value / 1_000_000n)),
    Microseconds: goMethod([], (value: bigint) => Number(value / 1_000n)),
    Nanoseconds: goMethod([], (value: bigint) => value),
    Abs: goMethod([], (value: bigint) => self.of(magnitude(value))),
    Truncate: goMethod([self], (value: bigint, step) => self.of(truncated(value, nanosecondsIn(step)))),
    Round: goMethod([self], (value: bigint, step) => self.of(rounded(value, nanosecondsIn(step)))),
  }),
});
