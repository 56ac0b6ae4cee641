import type { Call, Closure, Expression } from '../expression.ts';
import type { Environment } from '../model.ts';
import type { Span } from '../position.ts';
import type { Context } from './context.ts';

const VALUES = new Set(['string', 'gstring', 'number', 'boolean', 'call']);

/** Reads `environment { NAME = value }`. */
export function readEnvironment(context: Context, section: Call, block: Closure): Environment {
  const { report } = context;
  const variables: { name: string; value: Expression; span: Span }[] = [];
  const names = new Set<string>();
  let refused = false;
  for (const statement of context.statements(block)) {
    if (statement.kind !== 'assignment' || statement.target.kind !== 'name') {
      report.error(
        'invalid-environment',
        'environment',
        statement.span,
        `Expected NAME = value but found ${context.source(statement.span)}.`,
      );
      refused = true;
      continue;
    }
    const { target, value, span } = statement;
    const wrong = wrongValue(value);
    if (wrong) {
      report.error(
        'invalid-environment',
        'environment',
        wrong.span,
        value === wrong
          ? 'Environment variable values must either be single quoted, double quoted, or function calls.'
          : 'Environment variable values to be concatenated together must be single or double quoted.',
      );
      refused = true;
      continue;
    }
    if (names.has(target.name)) {
      report.error(
        'duplicate-name',
        'environment',
        target.span,
        `Duplicate environment variable name: "${target.name}".`,
      );
    }
    names.add(target.name);
    variables.push({ name: target.name, value, span });
  }
  if (variables.length === 0 && !refused) {
    report.error('empty-section', 'environment', section.span, 'No variables specified for environment.');
  }
  return { variables, span: section.span };
}

/** The part of a value that Jenkins does not take: it takes strings, numbers, calls and concatenated strings. */
function wrongValue(value: Expression): Expression | undefined {
  if (value.kind !== 'operation' || value.operator !== '+') return VALUES.has(value.kind) ? undefined : value;
  let left: Expression = value;
  let wrong: Expression | undefined;
  while (left.kind === 'operation' && left.operator === '+') {
    const [next, right]: readonly Expression[] = left.operands;
    if (right && right.kind !== 'string' && right.kind !== 'gstring') wrong = right;
    if (next === undefined) break;
    left = next;
  }
  return left.kind === 'string' || left.kind === 'gstring' ? wrong : left;
}
