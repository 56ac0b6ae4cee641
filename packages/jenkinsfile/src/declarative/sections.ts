import type { Call, Closure } from '../expression.ts';
import { plainCall } from '../groovy/statement.ts';
import type { Span } from '../position.ts';
import { splitBlock, type Context } from './context.ts';

/** The sections of one block by name, each at most once. */
export type Sections = ReadonlyMap<string, Call>;

/**
 * Sorts the statements of a block by section. Where Jenkins places a complaint differs by block:
 * at the statement itself, or at `complaintSpan` when one is given.
 */
export function collectSections(
  context: Context,
  owner: string,
  block: Closure,
  known: readonly string[],
  unknownMessage: (name: string) => string,
  complaintSpan?: Span,
): Sections {
  const { report } = context;
  const sections = new Map<string, Call>();
  for (const statement of context.statements(block)) {
    const call = plainCall(statement);
    if (call === undefined) {
      const source = context.source(statement.span).split(/\r?\n/, 1)[0] ?? '';
      report.error(
        'malformed-section',
        owner,
        statement.span,
        `Not a valid section definition: "${source.slice(0, 80)}". Sections stand on lines of their own, as in name { … }.`,
      );
    } else if (!known.includes(call.name)) {
      report.error('unknown-section', call.name, complaintSpan ?? call.span, unknownMessage(call.name));
    } else if (sections.has(call.name)) {
      report.error(
        'duplicate-section',
        call.name,
        complaintSpan ?? call.span,
        `Multiple occurrences of the ${call.name} section.`,
      );
    } else sections.set(call.name, call);
  }
  return sections;
}

/** Reads one section when it is there and has a block; a section without one is reported. */
export function readSection<T>(
  context: Context,
  sections: Sections,
  name: string,
  read: (call: Call, block: Closure) => T,
): T | undefined {
  const call = sections.get(name);
  if (call === undefined) return undefined;
  const { block } = splitBlock(call);
  if (block !== undefined) return read(call, block);
  context.report.error(
    'malformed-section',
    name,
    call.span,
    `The ${name} section needs a block: ${name} { … }.`,
  );
  return undefined;
}
