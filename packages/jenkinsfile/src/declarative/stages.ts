import { didYouMean } from '../closest-name.ts';
import type { Call, Closure } from '../expression.ts';
import { plainCall } from '../groovy/statement.ts';
import type { Stage } from '../model.ts';
import { splitBlock, type Context } from './context.ts';
import { readMatrix } from './matrix.ts';
import { readStageSections } from './stage-sections.ts';
import { collectSections, readSection, type Sections } from './sections.ts';
import { readStepBlock } from './steps.ts';

const CONTENTS = ['steps', 'stages', 'parallel', 'matrix'] as const;
const SECTIONS = [
  'agent',
  'when',
  'post',
  'options',
  'input',
  'tools',
  'environment',
  'failFast',
  ...CONTENTS,
];

/** Reads a list of stages: the content of `stages` and `parallel`. `insideParallel` says that no other fan may stand in it. */
export function readStages(
  context: Context,
  section: Call,
  block: Closure,
  insideParallel: boolean,
): Stage[] {
  const { report } = context;
  const stages: Stage[] = [];
  const names = new Set<string>();
  let found = false;
  for (const statement of context.statements(block)) {
    const call = plainCall(statement);
    const stage = call?.name === 'stage' ? readStage(context, call, insideParallel) : undefined;
    if (call?.name !== 'stage' || isBareStage(call)) {
      report.error('invalid-stage', section.name, statement.span, "Expected a stage: stage('name') { … }.");
      continue;
    }
    found = true;
    if (stage) {
      if (names.has(stage.name))
        report.error('duplicate-name', 'stage', section.span, `Duplicate stage name: "${stage.name}".`);
      names.add(stage.name);
      stages.push(stage);
    }
  }
  if (!found) report.error('empty-section', section.name, section.span, 'No stages specified.');
  return stages;
}

/** `stage 'N' { … }` is Groovy for stage('N'({ … })), not for a stage with a block. */
function isBareStage(call: Call): boolean {
  const [only, ...others] = call.arguments;
  return others.length === 0 && only?.value.kind === 'call';
}

function readStage(context: Context, call: Call, insideParallel: boolean): Stage | undefined {
  const { report } = context;
  if (isBareStage(call)) return undefined;
  const { arguments: args, block } = splitBlock(call);
  const title = (args[0] ?? call.arguments[0])?.value;
  if (title?.kind !== 'string' || args[0]?.name !== undefined) {
    report.error(
      'invalid-stage',
      'stage',
      call.arguments[0]?.span ?? call.span,
      'Expected string literal as the name of the stage.',
    );
    return undefined;
  }
  if (block === undefined || args.length !== 1) {
    report.error('invalid-stage', 'stage', call.span, 'Stage does not have a block.');
    return undefined;
  }
  const unknown = (name: string): string =>
    `Unknown stage section "${name}".${didYouMean(name, SECTIONS)} Steps in a stage must be in a steps block.`;
  const sections = collectSections(context, 'stage', block, SECTIONS, unknown, call.span);
  checkContents(context, call, title.value, sections);
  const parallel = readFan(context, sections, 'parallel', insideParallel, (section, body) =>
    readStages(context, section, body, true),
  );
  const matrix = readFan(context, sections, 'matrix', insideParallel, (section, body) =>
    readMatrix(context, section, body, readStages),
  );
  const steps = readSection(context, sections, 'steps', (_, body) => readStepBlock(context, 'steps', body));
  const stages = readSection(context, sections, 'stages', (section, body) =>
    readStages(context, section, body, insideParallel),
  );
  const failFast = readFailFast(context, sections);
  const contentSpan = CONTENTS.map((name) => sections.get(name)?.span).find((span) => span !== undefined);
  return {
    name: title.value,
    ...readStageSections(context, sections),
    ...(failFast && { failFast }),
    ...(steps && { steps }),
    ...(stages && { stages }),
    ...(parallel && { parallel }),
    ...(matrix && { matrix }),
    ...(contentSpan && { contentSpan }),
    span: call.span,
  };
}

function checkContents(context: Context, call: Call, name: string, sections: Sections): void {
  const { report } = context;
  const contents = CONTENTS.filter((content) => sections.has(content));
  if (contents.length === 0) {
    report.error(
      'missing-section',
      'stage',
      call.span,
      `Expected one of "steps", "stages", or "parallel" for stage "${name}".`,
    );
  }
  if (contents.length > 1) {
    report.error(
      'misplaced-section',
      'stage',
      call.span,
      `Only one of ${contents.join(', ')} is allowed in stage "${name}".`,
    );
  }
  if (!sections.has('parallel') && !sections.has('matrix')) return;
  for (const section of ['agent', 'tools']) {
    const misplaced = sections.get(section);
    if (misplaced) {
      report.error(
        'misplaced-section',
        section,
        misplaced.span,
        `"${section}" is not allowed in stage "${name}" as it contains parallel or matrix stages.`,
      );
    }
  }
}

function readFan<T>(
  context: Context,
  sections: Sections,
  name: 'parallel' | 'matrix',
  insideParallel: boolean,
  read: (section: Call, block: Closure) => T,
): T | undefined {
  const section = sections.get(name);
  if (section && insideParallel) {
    context.report.error(
      'misplaced-section',
      name,
      section.span,
      '"matrix" or "parallel" cannot be nested inside another "matrix" or "parallel".',
    );
  }
  return readSection(context, sections, name, read);
}

function readFailFast(context: Context, sections: Sections): Stage['failFast'] {
  const call = sections.get('failFast');
  if (call === undefined) return undefined;
  const value = call.arguments[0]?.value;
  if (value?.kind === 'boolean') return { value: value.value, span: call.span };
  context.report.error('invalid-argument', 'failFast', call.span, 'Expected a boolean with failFast.');
  return undefined;
}
