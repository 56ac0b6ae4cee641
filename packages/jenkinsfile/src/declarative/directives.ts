import type { Signature } from '../catalogue.ts';
import { didYouMean } from '../closest-name.ts';
import type { Call, Closure } from '../expression.ts';
import { plainCall } from '../groovy/statement.ts';
import type { Directive, DirectiveSection } from '../model.ts';
import { checkArguments } from './arguments.ts';
import { splitBlock, type Context } from './context.ts';

/** Reads options, parameters, triggers or tools: calls whose names a catalogue knows. */
export function readDirectives(
  context: Context,
  section: Call,
  block: Closure,
  known: ReadonlyMap<string, Signature | undefined>,
): DirectiveSection {
  const { report } = context;
  const directives: Directive[] = [];
  const statements = context.statements(block);
  if (statements.length === 0) {
    report.error(
      'empty-section',
      section.name,
      section.span,
      `${section.name} can not be empty: remove it or add something to it.`,
    );
  }
  for (const statement of statements) {
    const call = plainCall(statement);
    if (call === undefined) {
      report.error(
        'invalid-directive',
        section.name,
        statement.span,
        `Expected a call in ${section.name} but found ${context.source(statement.span)}.`,
      );
      continue;
    }
    const directive = readDirective(context, call);
    directives.push(directive);
    const signature = known.get(call.name);
    if (!known.has(call.name)) {
      report.error(
        'invalid-directive',
        call.name,
        call.span,
        `"${call.name}" is not known in ${section.name}.${didYouMean(call.name, known.keys())} Valid are ${[...known.keys()].join(', ')}.`,
      );
    } else if (signature) checkArguments(context, call.name, call.span, directive.arguments, signature);
  }
  return { directives, span: section.span };
}

/** Reads `libraries { lib('name') }`. */
export function readLibraries(context: Context, section: Call, block: Closure): DirectiveSection {
  const directives: Directive[] = [];
  const statements = context.statements(block);
  if (statements.length === 0)
    context.report.error('empty-section', 'libraries', section.span, 'libraries can not be empty.');
  for (const statement of statements) {
    const call = plainCall(statement);
    if (call?.name === 'lib' && call.arguments.length > 0) directives.push(readDirective(context, call));
    else {
      const at = call?.name === 'lib' ? statement.span : section.span;
      context.report.error(
        'invalid-directive',
        'libraries',
        at,
        `Expected lib('name') but got ${context.source(statement.span)}.`,
      );
    }
  }
  return { directives, span: section.span };
}

/** Reads `tools { kind 'name' }`. */
export function readTools(
  context: Context,
  section: Call,
  block: Closure,
  known: ReadonlyMap<string, Signature | undefined>,
): DirectiveSection {
  const statements = context.statements(block);
  const wellFormed = statements.every((statement) => {
    const call = plainCall(statement);
    return call !== undefined && call.arguments.length === 1 && splitBlock(call).block === undefined;
  });
  if (wellFormed) return readDirectives(context, section, block, known);
  context.report.error(
    'invalid-directive',
    'tools',
    section.span,
    "Expected each line of tools to be a kind and a version, as in jdk 'jdk17'.",
  );
  return { directives: [], span: section.span };
}

/** Reads one directive with the lines of its own block. */
export function readDirective(context: Context, call: Call): Directive {
  const { arguments: args, block } = splitBlock(call);
  const directive = { name: call.name, arguments: args, span: call.span };
  if (block === undefined) return directive;
  const lines: Directive[] = [];
  for (const statement of context.statements(block)) {
    const line = plainCall(statement);
    if (line) lines.push(readDirective(context, line));
    else
      context.report.error(
        'invalid-directive',
        call.name,
        statement.span,
        `Expected a setting of ${call.name} but found ${context.source(statement.span)}.`,
      );
  }
  return { ...directive, block: lines };
}
