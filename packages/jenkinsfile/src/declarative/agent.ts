import { AGENTS } from '../catalogue.ts';
import { didYouMean } from '../closest-name.ts';
import type { Call } from '../expression.ts';
import { plainCall } from '../groovy/statement.ts';
import type { Agent } from '../model.ts';
import { splitBlock, type Context } from './context.ts';
import { readDirective } from './directives.ts';

/** Reads `agent any`, `agent none` and `agent { type … }`. */
export function readAgent(context: Context, section: Call): Agent | undefined {
  const { report } = context;
  const { span } = section;
  const { arguments: args, block } = splitBlock(section);
  if (block === undefined) {
    const value = args[0]?.value;
    if (args.length === 1 && value?.kind === 'name' && (value.name === 'any' || value.name === 'none')) {
      return { type: value.name, arguments: [], settings: [], span };
    }
    report.error(
      'invalid-agent',
      'agent',
      span,
      'Only "agent none", "agent any" or "agent {...}" are allowed.',
    );
    return undefined;
  }
  const [statement, extra] = context.statements(block);
  if (statement === undefined) {
    report.error('invalid-agent', 'agent', span, `Expected an agent. Must be one of ${AGENTS.join(', ')}.`);
    return undefined;
  }
  const call = plainCall(statement);
  if (call === undefined || extra !== undefined) {
    report.error(
      'invalid-agent',
      'agent',
      (extra ?? statement).span,
      "Expected exactly one kind of agent, as in agent { label 'linux' }.",
    );
    return undefined;
  }
  if (!AGENTS.includes(call.name)) {
    report.error(
      'invalid-agent',
      'agent',
      call.span,
      `Invalid agent type "${call.name}".${didYouMean(call.name, AGENTS)} Must be one of ${AGENTS.join(', ')}.`,
    );
    return undefined;
  }
  const { name, arguments: typeArguments, block: settings } = readDirective(context, call);
  return { type: name, arguments: typeArguments, settings: settings ?? [], span };
}
