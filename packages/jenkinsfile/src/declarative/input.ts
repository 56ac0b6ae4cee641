import { didYouMean } from '../closest-name.ts';
import type { Call, Closure } from '../expression.ts';
import { plainCall } from '../groovy/statement.ts';
import type { Directive, DirectiveSection } from '../model.ts';
import type { Context } from './context.ts';
import { readDirective } from './directives.ts';

const SETTINGS = ['message', 'id', 'ok', 'submitter', 'submitterParameter', 'parameters'];

/** Reads `input { message '…' }`. */
export function readInput(context: Context, section: Call, block: Closure): DirectiveSection {
  const { report } = context;
  const directives: Directive[] = [];
  for (const statement of context.statements(block)) {
    const call = plainCall(statement);
    if (call === undefined || !SETTINGS.includes(call.name)) {
      const name = call?.name ?? context.source(statement.span);
      report.error(
        'invalid-directive',
        'input',
        statement.span,
        `"${name}" is no setting of input.${didYouMean(name, SETTINGS)}`,
      );
    } else directives.push(readDirective(context, call));
  }
  if (!directives.some((directive) => directive.name === 'message')) {
    report.error(
      'invalid-directive',
      'input',
      section.span,
      'Missing required parameter "message" of "input".',
    );
  }
  return { directives, span: section.span };
}
