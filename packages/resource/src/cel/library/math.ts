import type { Environment } from '@marcbachmann/cel-js';

class MathNamespace {
  readonly name = 'math';
}
type Numeric = bigint | number;

/** The part of cel-go's `ext.Math` that rules use: greatest, least, abs, ceil, floor, round. */
export function registerMath(environment: Environment): void {
  environment
    .registerType('MathNamespace', MathNamespace)
    .registerConstant('math', 'MathNamespace', new MathNamespace());
  const best = (values: Numeric[], sign: number): Numeric =>
    values.reduce((found, value) => ((sign > 0 ? value > found : value < found) ? value : found));
  for (const [name, sign] of [
    ['greatest', 1],
    ['least', -1],
  ] as const) {
    for (const type of ['int', 'double']) {
      for (let count = 1; count <= 5; count++) {
        const parameters = Array.from({ length: count }, () => type).join(', ');
        environment.registerFunction(
          `MathNamespace.${name}(${parameters}): ${type}`,
          (_: MathNamespace, ...values: Numeric[]) => best(values, sign),
        );
      }
      environment.registerFunction(
        `MathNamespace.${name}(list<${type}>): ${type}`,
        (_: MathNamespace, values: Numeric[]) => best(values, sign),
      );
    }
  }
  environment
    .registerFunction('MathNamespace.abs(int): int', (_: MathNamespace, value: bigint) =>
      value < 0n ? -value : value,
    )
    .registerFunction('MathNamespace.abs(double): double', (_: MathNamespace, value: number) =>
      Math.abs(value),
    )
    .registerFunction('MathNamespace.ceil(double): double', (_: MathNamespace, value: number) =>
      Math.ceil(value),
    )
    .registerFunction('MathNamespace.floor(double): double', (_: MathNamespace, value: number) =>
      Math.floor(value),
    )
    .registerFunction(
      'MathNamespace.round(double): double',
      (_: MathNamespace, value: number) => Math.sign(value) * Math.round(Math.abs(value)),
    );
}
