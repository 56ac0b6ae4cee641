import { AGENTS } from '../catalogue.ts';
import { didYouMean } from '../closest-name.ts';
import type { Call } from '../expression.ts';
import { plainCall } from '../groovy/statement.ts';
import type { Agent } from '../model.ts';
import { splitBlock, type Context } from './context.ts';
import { readDirective } from './directives.ts';

/** The settings of a node, which may also stand beside a label: agent { label 'a'; retries 2 }. */
const NODE_SETTINGS = ['label', 'customWorkspace', 'retries'];

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
  const calls: Call[] = [];
  for (const statement of context.statements(block)) {
    const call = plainCall(statement);
    if (call) calls.push(call);
    else
      report.error(
        'invalid-agent',
        'agent',
        statement.span,
        "Expected a kind of agent, as in agent { label 'linux' }.",
      );
  }
  const [call, ...others] = calls;
  if (call === undefined) {
    report.error('invalid-agent', 'agent', span, `Expected an agent. Must be one of ${AGENTS.join(', ')}.`);
    return undefined;
  }
  if (others.length > 0 && calls.every(({ name }) => NODE_SETTINGS.includes(name))) {
    return {
      type: 'node',
      arguments: [],
      settings: calls.map((setting) => readDirective(context, setting)),
      span,
    };
  }
  if (others[0] !== undefined) {
    report.error('invalid-agent', 'agent', others[0].span, 'Only one kind of agent is allowed.');
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
