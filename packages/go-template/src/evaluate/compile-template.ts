import { quote } from '../format/quote.ts';
import { sprint } from '../format/printer.ts';
import type { ActionNode, BranchNode, StatementNode, TemplateNode, TemplateTree } from '../syntax/node.ts';
import { nodeText } from '../syntax/node-text.ts';
import { safeHtml } from '../values/go-type.ts';
import { isTrue, kindOf, typeName, typeOf, underlying } from '../values/value-kind.ts';
import type { Frame } from './argument.ts';
import { compilePipe, type Functions } from './compile-pipe.ts';
import { compileRange } from './compile-range.ts';
import type { Run } from './run.ts';

/** What a statement tells the loop around it. */
type Flow = 'next' | 'break' | 'continue';

/** A compiled statement. */
export type Statement = (run: Run, frame: Frame, dot: unknown) => Flow;

/** A template ready to be executed. */
export interface CompiledTemplate {
  readonly name: string;
  readonly tree: TemplateTree;
  readonly execute: (run: Run, dot: unknown) => void;
}

/** Makes a function of a template, once; it may be executed often and at the same time. */
export function compileTemplate(tree: TemplateTree, functions: Functions): CompiledTemplate {
  const body = compileList(tree.body, functions);
  const execute = (run: Run, dot: unknown): void => {
    const frame: Frame = Array.from({ length: tree.slots });
    frame[0] = dot;
    body(run, frame, dot);
  };
  return { name: tree.name, tree, execute };
}

function compileList(list: readonly StatementNode[], functions: Functions): Statement {
  const statements = list.map((node) => compileStatement(node, functions));
  return (run, frame, dot) => {
    for (const statement of statements) {
      const flow = statement(run, frame, dot);
      if (flow !== 'next') return flow;
    }
    return 'next';
  };
}

function compileStatement(node: StatementNode, functions: Functions): Statement {
  switch (node.type) {
    case 'text':
      return (run) => {
        run.at(node);
        run.output.literal(node.text);
        run.written();
        return 'next';
      };
    case 'action':
      return compileAction(node, functions);
    case 'if':
    case 'with':
      return compileCondition(node, functions);
    case 'range':
      return compileRange(
        node,
        compilePipe(node.pipe, functions),
        compileList(node.list, functions),
        compileList(node.otherwise ?? [], functions),
      );
    case 'break':
    case 'continue':
      return () => node.type;
    default:
      return compileInvocation(node, functions);
  }
}

function compileAction(node: ActionNode, functions: Functions): Statement {
  const evaluate = compilePipe(node.pipe, functions);
  const silent = node.pipe.variables.length > 0;
  return (run, frame, dot) => {
    run.at(node);
    const value = evaluate(run, frame, dot);
    if (!silent) write(run, node, value);
    return 'next';
  };
}

function write(run: Run, node: ActionNode, value: unknown): void {
  const kind = kindOf(value);
  if (kind === 'func') {
    run.at(node);
    run.fail(`can't print ${nodeText(node)} of type ${typeName(value)}`);
  }
  // As in Go, text says that there is no value, and HTML says nothing.
  if (kind === 'nil') run.output.value(run.settings.html ? '' : '<no value>', false);
  else if (typeof value === 'string') run.output.value(value, false);
  else if (typeOf(value) === safeHtml) run.output.value(String(underlying(value)), true);
  else run.output.value(sprint([value]), false);
  run.written();
}

function compileCondition(node: BranchNode, functions: Functions): Statement {
  const evaluate = compilePipe(node.pipe, functions);
  const list = compileList(node.list, functions);
  const otherwise = compileList(node.otherwise ?? [], functions);
  const setsDot = node.type === 'with';
  return (run, frame, dot) => {
    run.at(node);
    const value = evaluate(run, frame, dot);
    return isTrue(value) ? list(run, frame, setsDot ? value : dot) : otherwise(run, frame, dot);
  };
}

function compileInvocation(node: TemplateNode, functions: Functions): Statement {
  const evaluate = node.pipe ? compilePipe(node.pipe, functions) : () => undefined;
  return (run, frame, dot) => {
    run.at(node);
    const template = run.settings.templates.get(node.name);
    if (!template) return run.fail(`template ${quote(node.name)} not defined`);
    run.call(template, evaluate(run, frame, dot));
    return 'next';
  };
}
