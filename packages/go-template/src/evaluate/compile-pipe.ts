import type { GoFunction } from '../functions/go-function.ts';
import { builtins } from '../functions/builtins.ts';
import type { CommandNode, IdentifierNode, Node, OperandNode, PipeNode } from '../syntax/node.ts';
import { nodeText } from '../syntax/node-text.ts';
import { idealNumber, type Argument, type Evaluate, type Frame } from './argument.ts';
import { call, callShortCircuit, none, type Callee } from './call.ts';
import { fieldsOf } from './field.ts';
import type { Run } from './run.ts';

/** The functions that templates of a set may call. */
export type Functions = ReadonlyMap<string, GoFunction>;

/** A compiled command; `final` is what the command before it gave, or `none`. */
type Command = (run: Run, frame: Frame, dot: unknown, final: unknown) => unknown;

/** Makes a function of a pipeline. A nil that comes out of it is as good as no value. */
export function compilePipe(pipe: PipeNode, functions: Functions): Evaluate {
  const commands = pipe.commands.map((command) => compileCommand(command, functions));
  const [only] = commands;
  if (only && commands.length === 1 && pipe.variables.length === 0) {
    return (run, frame, dot) => {
      run.at(pipe);
      return only(run, frame, dot, none) ?? undefined;
    };
  }
  return (run, frame, dot) => {
    run.at(pipe);
    let value: unknown = none;
    for (const command of commands) value = command(run, frame, dot, value) ?? undefined;
    for (const { slot, name } of pipe.variables) {
      if (slot < 0) run.fail(`undefined variable: ${name}`);
      frame[slot] = value;
    }
    return value;
  };
}

function compileCommand(command: CommandNode, functions: Functions): Command {
  const [first, ...rest] = command.words;
  const words = rest.map((node) => compileArgument(node, functions));
  return compileOperand(first, command, words, functions);
}

/** An operand that stands as an argument: it is called with nothing. */
function compileArgument(node: OperandNode, functions: Functions): Argument {
  const command = compileOperand(node, node, [], functions);
  return { node, evaluate: (run, frame, dot) => command(run, frame, dot, none) };
}

/** An operand with what it is called with. `owner` is where errors of calling a function are reported. */
function compileOperand(
  node: OperandNode,
  owner: Node,
  words: readonly Argument[],
  functions: Functions,
): Command {
  switch (node.type) {
    case 'identifier':
      return compileFunction(node, owner, words, functions);
    case 'field':
      return (run, frame, dot, final) => {
        run.at(node);
        return fieldsOf(run, frame, dot, dot, node.names, { node, words, final });
      };
    case 'chain': {
      if (node.operand.type === 'nil')
        return failing(node, `indirection through explicit nil in ${nodeText(node)}`);
      const operand = compileArgument(node.operand, functions);
      return (run, frame, dot, final) => {
        run.at(node);
        const receiver = operand.evaluate(run, frame, dot);
        return fieldsOf(run, frame, dot, receiver, node.names, { node, words, final });
      };
    }
    case 'variable':
      if (node.slot < 0) return failing(node, `undefined variable: ${node.name}`);
      if (node.names.length === 0) return compilePlain(node, words, (_run, frame) => frame[node.slot]);
      return (run, frame, dot, final) => {
        run.at(node);
        return fieldsOf(run, frame, dot, frame[node.slot], node.names, { node, words, final });
      };
    case 'pipe':
      return compilePlain(node, words, compilePipe(node, functions));
    case 'dot':
      return compilePlain(node, words, (_run, _frame, dot) => dot);
    case 'nil':
      return compilePlain(node, words, (run) => run.fail('nil is not a command'));
    case 'number':
      return compilePlain(node, words, (run) => idealNumber(run, node));
    default:
      return compilePlain(node, words, () => node.value);
  }
}

/** Something that cannot be called. */
function compilePlain(node: OperandNode, words: readonly Argument[], evaluate: Evaluate): Command {
  return (run, frame, dot, final) => {
    // As in Go parentheses have no place of their own.
    if (node.type !== 'pipe') run.at(node);
    if (words.length > 0 || final !== none) run.fail(`can't give argument to non-function ${nodeText(node)}`);
    return evaluate(run, frame, dot);
  };
}

const failing =
  (node: Node, message: string): Command =>
  (run) => {
    run.at(node);
    return run.fail(message);
  };

function compileFunction(
  node: IdentifierNode,
  owner: Node,
  words: readonly Argument[],
  functions: Functions,
): Command {
  const target = functions.get(node.name);
  // The parser has refused names that are not functions.
  if (!target) return failing(node, `"${node.name}" is not a defined function`);
  const { fixed, variadic } = target;
  const invoke = (values: unknown[]): unknown => target.call(...values);
  const callee: Callee = { name: node.name, node: owner, fixed, variadic, invoke };
  const shortCircuit = target === builtins['and'] || target === builtins['or'];
  const way = shortCircuit ? callShortCircuit : call;
  return (run, frame, dot, final) => {
    run.at(node);
    return way(run, frame, dot, callee, words, final);
  };
}
