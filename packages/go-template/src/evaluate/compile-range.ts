import type { BranchNode } from '../syntax/node.ts';
import { mapEntry, mapKeys } from '../values/map-entries.ts';
import { elementsOf, kindOf, typeName, underlying } from '../values/value-kind.ts';
import type { Evaluate } from './argument.ts';
import type { Statement } from './compile-template.ts';
import type { Run } from './run.ts';

/** The index or key, and the element. */
type Round = readonly [key: unknown, element: unknown];

/** Walks an integer, a slice or a map. Generated one by one: an integer may be of any size. */
function* rounds(run: Run, value: unknown, variables: number): Generator<Round> {
  switch (kindOf(value)) {
    case 'nil':
      return;
    case 'slice':
      yield* elementsOf(value).entries();
      return;
    case 'map':
      for (const key of mapKeys(value)) yield [key, mapEntry(value, key)];
      return;
    case 'int':
    case 'uint':
      // Since Go 1.22.
      if (variables > 1)
        run.fail(`can't use ${String(underlying(value))} to iterate over more than one variable`);
      for (let index = 0; index < Number(underlying(value)); index += 1) yield [index, index];
      return;
    default:
      run.fail(`range can't iterate over a value of type ${typeName(value)}`);
  }
}

/** Makes a function of a range: `list` runs for every element, `otherwise` when there is none. */
export function compileRange(
  node: BranchNode,
  evaluate: Evaluate,
  list: Statement,
  otherwise: Statement,
): Statement {
  const slots = node.pipe.variables.map((variable) => variable.slot);
  const elementSlot = slots.at(-1);
  const keySlot = slots.length > 1 ? slots[0] : undefined;
  return (run, frame, dot) => {
    run.at(node);
    const value = evaluate(run, frame, dot);
    let empty = true;
    for (const [key, element] of rounds(run, value, slots.length)) {
      empty = false;
      run.spend(1);
      if (elementSlot !== undefined) frame[elementSlot] = element;
      if (keySlot !== undefined) frame[keySlot] = key;
      if (list(run, frame, element) === 'break') break;
    }
    return empty ? otherwise(run, frame, dot) : 'next';
  };
}
