import type { Environment } from '@marcbachmann/cel-js';
import { Duration } from '@marcbachmann/cel-js/evaluator';
import { charge } from '../budget.ts';
import { celEqual } from '../equality.ts';

/** Kubernetes' list functions (k8s.io/apiserver `cel/library/lists.go`) and cel-go's `ext.Sets`. */
export function registerLists(environment: Environment): void {
  environment
    .registerFunction('list<int>.sum(): int', (list: bigint[]) => list.reduce((sum, item) => sum + item, 0n))
    .registerFunction('list<double>.sum(): double', (list: number[]) =>
      list.reduce((sum, item) => sum + item, 0),
    )
    .registerFunction('list<google.protobuf.Duration>.sum(): google.protobuf.Duration', (list: Duration[]) =>
      list.reduce((sum, item) => sum.addDuration(item), new Duration(0)),
    );
  for (const type of [
    'int',
    'double',
    'string',
    'bool',
    'google.protobuf.Timestamp',
    'google.protobuf.Duration',
  ]) {
    const list = `list<${type}>`;
    environment
      .registerFunction(`${list}.isSorted(): bool`, (items: Ordered[]) =>
        items.every((item, i) => i === 0 || !less(item, items[i - 1]!)),
      )
      .registerFunction(`${list}.min(): ${type}`, (items: Ordered[]) => extreme(items, 'min', less))
      .registerFunction(`${list}.max(): ${type}`, (items: Ordered[]) =>
        extreme(items, 'max', (a, b) => less(b, a)),
      );
  }
  environment
    .registerFunction('list<A>.indexOf(A): int', (list: unknown[], value: unknown) =>
      BigInt(list.findIndex((item) => celEqual(item, value))),
    )
    .registerFunction('list<A>.lastIndexOf(A): int', (list: unknown[], value: unknown) =>
      BigInt(list.findLastIndex((item) => celEqual(item, value))),
    );
  registerSets(environment);
}

type Ordered = bigint | number | string | boolean | Date | Duration;
const less = (a: Ordered, b: Ordered): boolean => a.valueOf() < b.valueOf();

function extreme(items: Ordered[], name: string, before: (a: Ordered, b: Ordered) => boolean): Ordered {
  const [first, ...rest] = items;
  if (first === undefined) throw new Error(`${name} called on empty list`);
  return rest.reduce((best, item) => (before(item, best) ? item : best), first);
}

class Sets {
  readonly name = 'sets';
}

function registerSets(environment: Environment): void {
  const has = (list: unknown[], value: unknown): boolean => list.some((item) => celEqual(item, value));
  // As cel-go does, the whole product is charged.
  const contains = (list: unknown[], values: unknown[]): boolean => {
    charge(list.length * values.length);
    return values.every((value) => has(list, value));
  };
  environment
    .registerType('Sets', Sets)
    .registerConstant('sets', 'Sets', new Sets())
    .registerFunction('Sets.contains(list<A>, list<A>): bool', (_: Sets, a: unknown[], b: unknown[]) =>
      contains(a, b),
    )
    .registerFunction(
      'Sets.equivalent(list<A>, list<A>): bool',
      (_: Sets, a: unknown[], b: unknown[]) => contains(a, b) && contains(b, a),
    )
    .registerFunction('Sets.intersects(list<A>, list<A>): bool', (_: Sets, a: unknown[], b: unknown[]) => {
      charge(a.length * b.length);
      return a.some((value) => has(b, value));
    });
}
