import { STEPS } from '../catalogue.ts';
import type { Call, Closure } from '../expression.ts';
import type { Statement } from '../groovy/statement.ts';
import type { Step } from '../model.ts';
import { checkArguments } from './arguments.ts';
import { splitBlock, type Context } from './context.ts';

/** Reads the steps of a block that must have some: `steps` and the conditions of `post`. */
export function readStepBlock(context: Context, construct: string, block: Closure): Step[] {
  const statements = context.statements(block);
  if (statements.length === 0)
    context.report.error('empty-section', construct, block.span, 'No steps specified for branch.');
  return readSteps(context, statements);
}

function readSteps(context: Context, statements: readonly Statement[]): Step[] {
  const steps: Step[] = [];
  for (const statement of statements) {
    const step = readStep(context, statement, statements.length === 1);
    if (step) steps.push(step);
  }
  return steps;
}

function readStep(context: Context, statement: Statement, alone: boolean): Step | undefined {
  const { report } = context;
  const { span } = statement;
  if (statement.kind !== 'expression' || statement.expression.kind !== 'call') {
    report.error(
      'invalid-step',
      'steps',
      span,
      `Expected a step but found ${firstLine(context.source(span))}; other Groovy belongs into a script block.`,
    );
    return undefined;
  }
  const call = statement.expression;
  if (call.receiver !== undefined) {
    report.error(
      'invalid-step',
      'steps',
      span,
      'Method calls on objects not allowed outside "script" blocks.',
    );
    return undefined;
  }
  if (call.name === 'stage' || call.name === 'properties' || (call.name === 'parallel' && !alone)) {
    report.error(
      'invalid-step',
      call.name,
      span,
      `"${call.name}" is not allowed as a step here; stages and parallel branches are sections of a stage.`,
    );
    return undefined;
  }
  return call.name === 'script' ? readScript(context, call) : readCall(context, call);
}

function readCall(context: Context, call: Call): Step {
  const { arguments: args, block } = splitBlock(call);
  const step = { name: call.name, arguments: args, span: call.span };
  const signature = STEPS.get(call.name);
  if (signature) checkArguments(context, call.name, call.span, args, signature);
  return block === undefined ? step : { ...step, steps: readSteps(context, context.statements(block)) };
}

function readScript(context: Context, call: Call): Step {
  const { arguments: args, block } = splitBlock(call);
  const script = block && context.sourceBlock(block);
  const step = { name: 'script', arguments: args, span: call.span };
  if (script !== undefined) return { ...step, script };
  context.report.error('invalid-step', 'script', call.span, 'A script step needs a block with Groovy in it.');
  return step;
}

function firstLine(text: string): string {
  return text.split(/\r?\n/, 1)[0]?.slice(0, 80) ?? '';
}
