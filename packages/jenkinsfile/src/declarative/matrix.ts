import { didYouMean } from '../closest-name.ts';
import type { Call, Closure } from '../expression.ts';
import { plainCall } from '../groovy/statement.ts';
import type { Matrix, MatrixAxis, Stage } from '../model.ts';
import { splitBlock, type Context } from './context.ts';
import { collectSections, readSection } from './sections.ts';
import { readStageSections } from './stage-sections.ts';

const SECTIONS = [
  'axes',
  'excludes',
  'stages',
  'agent',
  'when',
  'post',
  'options',
  'input',
  'tools',
  'environment',
];

/** Reads a list of stages; the last argument says that they stand inside a parallel or matrix section. */
export type StagesReader = (
  context: Context,
  section: Call,
  block: Closure,
  insideParallel: boolean,
) => Stage[];

/** Reads `matrix { axes { … } stages { … } }`; its stages are read by `readStages`. */
export function readMatrix(
  context: Context,
  section: Call,
  block: Closure,
  readStages: StagesReader,
): Matrix {
  const { report } = context;
  const unknown = (name: string): string => `Unknown matrix section "${name}".${didYouMean(name, SECTIONS)}`;
  const sections = collectSections(context, 'matrix', block, SECTIONS, unknown);
  for (const required of ['axes', 'stages']) {
    if (!sections.has(required))
      report.error('missing-section', 'matrix', section.span, `Missing required section "${required}".`);
  }
  const axes = readSection(context, sections, 'axes', (call, body) => {
    const found = readAxes(context, body);
    if (found.length === 0) report.error('empty-section', 'axes', call.span, 'No axis directives specified.');
    checkAxisNames(context, found);
    return found;
  });
  const excludes = readSection(context, sections, 'excludes', (_, body) =>
    namedBlocks(context, 'exclude', body).map(({ block: inner }) => readAxes(context, inner)),
  );
  const stages = readSection(context, sections, 'stages', (call, body) =>
    readStages(context, call, body, true),
  );
  return {
    ...readStageSections(context, sections),
    axes: axes ?? [],
    excludes: excludes ?? [],
    stages: stages ?? [],
    span: section.span,
  };
}

function checkAxisNames(context: Context, axes: readonly MatrixAxis[]): void {
  const names = new Set<string>();
  for (const axis of axes) {
    if (names.has(axis.name))
      context.report.error('duplicate-name', 'axis', axis.span, `Duplicate axis name: "${axis.name}".`);
    names.add(axis.name);
  }
}

function readAxes(context: Context, block: Closure): MatrixAxis[] {
  return namedBlocks(context, 'axis', block).map(({ call, block: body }) => {
    let name = '';
    let values: string[] = [];
    let negated = false;
    for (const statement of context.statements(body)) {
      const setting = plainCall(statement);
      const literals =
        setting?.arguments.flatMap(({ value }) => (value.kind === 'string' ? [value.value] : [])) ?? [];
      if (setting?.name === 'name' && literals.length === 1) name = literals[0] ?? '';
      else if (
        (setting?.name === 'values' || setting?.name === 'notValues') &&
        literals.length === setting.arguments.length
      ) {
        values = literals;
        negated = setting.name === 'notValues';
      } else
        context.report.error(
          'invalid-directive',
          'axis',
          statement.span,
          "Expected name 'X' or values 'a', 'b' with string literals.",
        );
    }
    if (name === '' || values.length === 0) {
      context.report.error(
        'invalid-directive',
        'axis',
        call.span,
        'An axis needs a name and at least one value.',
      );
    }
    return { name, values, negated, span: call.span };
  });
}

function namedBlocks(context: Context, name: string, block: Closure): { call: Call; block: Closure }[] {
  return context.statements(block).flatMap((statement) => {
    const call = plainCall(statement);
    const body = call && splitBlock(call).block;
    if (call?.name === name && body !== undefined) return { call, block: body };
    context.report.error('invalid-directive', name, statement.span, `Expected ${name} { … }.`);
    return [];
  });
}
