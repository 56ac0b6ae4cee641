import { didYouMean } from '../closest-name.ts';
import type { Call, Closure } from '../expression.ts';
import { plainCall } from '../groovy/statement.ts';
import type { When, WhenCondition } from '../model.ts';
import { splitBlock, type Context } from './context.ts';

const FLAGS = ['beforeAgent', 'beforeInput', 'beforeOptions'] as const;
const GROUPS = ['allOf', 'anyOf', 'not'];
const CONDITIONS = [
  ...GROUPS,
  'branch',
  'buildingTag',
  'changeRequest',
  'changelog',
  'changeset',
  'environment',
  'equals',
  'expression',
  'isRestartedRun',
  'tag',
  'triggeredBy',
];

/** Reads `when { … }`. */
export function readWhen(context: Context, section: Call, block: Closure): When {
  const { report } = context;
  const flags = { beforeAgent: false, beforeInput: false, beforeOptions: false };
  const conditions: WhenCondition[] = [];
  for (const statement of context.statements(block)) {
    const call = plainCall(statement);
    const flag = FLAGS.find((name) => name === call?.name);
    const value = call?.arguments[0]?.value;
    if (call === undefined) {
      report.error(
        'invalid-condition',
        'when',
        section.span,
        `Expected a when condition but found ${context.source(statement.span)}; a test belongs into expression { … }.`,
      );
    } else if (flag === undefined) {
      const condition = readCondition(context, call);
      if (condition) conditions.push(condition);
    } else if (value?.kind === 'boolean') flags[flag] = value.value;
    else report.error('invalid-condition', flag, call.span, `Expected a boolean with ${flag}.`);
  }
  if (conditions.length === 0) {
    report.error(
      'empty-section',
      'when',
      section.span,
      'Empty when closure, remove the property or add some content.',
    );
  }
  return { ...flags, conditions, span: section.span };
}

function readCondition(context: Context, call: Call): WhenCondition | undefined {
  const { report } = context;
  const { arguments: args, block } = splitBlock(call);
  const condition = { name: call.name, arguments: args, span: call.span };
  if (!CONDITIONS.includes(call.name)) {
    report.error(
      'invalid-condition',
      'when',
      call.span,
      `Invalid when condition "${call.name}".${didYouMean(call.name, CONDITIONS)} Valid are ${CONDITIONS.join(', ')}.`,
    );
    return undefined;
  }
  if (call.name === 'expression') {
    const expression = block && context.sourceBlock(block);
    if (expression) return { ...condition, expression };
    report.error(
      'invalid-condition',
      'expression',
      call.span,
      'An expression condition needs a block with Groovy in it.',
    );
    return condition;
  }
  if (!GROUPS.includes(call.name)) return condition;
  const nested = (block ? context.statements(block) : []).flatMap((statement) => {
    const inner = plainCall(statement);
    if (inner) return readCondition(context, inner) ?? [];
    report.error('invalid-condition', call.name, statement.span, 'Expected a when condition.');
    return [];
  });
  if (nested.length === 0 || (call.name === 'not' && nested.length > 1)) {
    const wanted = call.name === 'not' ? 'exactly one condition' : 'at least one condition';
    report.error('invalid-condition', call.name, call.span, `"${call.name}" needs ${wanted} in its block.`);
  }
  return { ...condition, conditions: nested };
}
