import { accept, acceptNil, mismatch, parameterName } from '../functions/parameter.ts';
import type { ParameterType } from '../functions/go-function.ts';
import type { ConstantNode, NumberNode, OperandNode } from '../syntax/node.ts';
import { nodeText } from '../syntax/node-text.ts';
import { float64, GoType } from '../values/go-type.ts';
import { typeName } from '../values/value-kind.ts';
import type { Run } from './run.ts';

/** The variables of one invocation of a template; the first is `$`. */
export type Frame = unknown[];

/** A compiled expression. */
export type Evaluate = (run: Run, frame: Frame, dot: unknown) => unknown;

/** An operand that stands as an argument. What a constant becomes depends on the parameter. */
export interface Argument {
  readonly node: OperandNode;
  readonly evaluate: Evaluate;
}

/** A number where nothing says which type is wanted. */
export function idealNumber(run: Run, node: NumberNode): unknown {
  if (node.ideal === 'overflow') run.fail(`${node.text} overflows int`);
  return node.ideal === 'float' ? float64.of(node.float) : node.int;
}

/** Checks a value against a parameter and gives what the function sees; fails as Go does. */
export function checked(run: Run, value: unknown, type: ParameterType): unknown {
  if (value === undefined || value === null) {
    const nil = value === undefined || type === 'any' ? acceptNil(type) : mismatch;
    if (nil !== mismatch) return nil;
    const name = parameterName(type);
    run.fail(
      value === undefined
        ? `invalid value; expected ${name}`
        : `wrong type for value; expected ${name}; got interface {}`,
    );
  }
  const accepted = accept(value, type);
  if (accepted === mismatch) {
    run.fail(`wrong type for value; expected ${parameterName(type)}; got ${typeName(value)}`);
  }
  return accepted;
}

const nouns = {
  bool: 'bool',
  string: 'string',
  int: 'integer',
  uint: 'unsigned integer',
  float: 'float',
} as const;

/** The kind of constant that a parameter wants; undefined when it takes none. */
function constantKind(type: ParameterType): keyof typeof nouns | undefined {
  const kind = type instanceof GoType ? type.kind : type;
  return kind in nouns ? (kind as keyof typeof nouns) : undefined;
}

/** A constant as a parameter of this type takes it. */
function constant(run: Run, node: ConstantNode, type: ParameterType): unknown {
  if (type === 'any') return node.type === 'number' ? idealNumber(run, node) : node.value;
  const kind = constantKind(type);
  if (kind === undefined)
    return run.fail(`can't handle ${nodeText(node)} for arg of type ${parameterName(type)}`);
  if (node.type !== 'number') {
    if (node.type === kind) return node.value;
  } else if (kind === 'float') {
    return node.float;
  } else if ((kind === 'int' || kind === 'uint') && node.int !== undefined) {
    // Types of one's own may have more digits than a number holds: a duration, for instance.
    return type === 'int' ? Number(node.int) : node.int;
  }
  return run.fail(`expected ${nouns[kind]}; found ${nodeText(node)}`);
}

/** Evaluates an argument for a parameter of this type. */
export function argumentValue(
  run: Run,
  frame: Frame,
  dot: unknown,
  argument: Argument,
  type: ParameterType,
): unknown {
  const { node } = argument;
  run.at(node);
  switch (node.type) {
    case 'bool':
    case 'number':
    case 'string':
      return constant(run, node, type);
    case 'nil': {
      const nil = acceptNil(type);
      return nil === mismatch ? run.fail(`cannot assign nil to ${parameterName(type)}`) : nil;
    }
    default:
      return checked(run, argument.evaluate(run, frame, dot), type);
  }
}
