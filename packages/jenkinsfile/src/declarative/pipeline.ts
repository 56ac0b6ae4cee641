import { PARAMETERS, PIPELINE_LEVEL_OPTIONS, TOOLS, TRIGGERS } from '../catalogue.ts';
import { didYouMean } from '../closest-name.ts';
import type { Call, Closure } from '../expression.ts';
import type { Pipeline } from '../model.ts';
import type { Span } from '../position.ts';
import { readAgent } from './agent.ts';
import type { Context } from './context.ts';
import { readDirectives, readLibraries, readTools } from './directives.ts';
import { readEnvironment } from './environment.ts';
import { readPost } from './post.ts';
import { collectSections, readSection } from './sections.ts';
import { readStages } from './stages.ts';

const SECTIONS = [
  'agent',
  'stages',
  'environment',
  'post',
  'tools',
  'options',
  'parameters',
  'triggers',
  'libraries',
];

/** Sections that Declarative had in its first versions, and what replaced them. */
const RETIRED: Record<string, string> = {
  properties: 'options',
  jobProperties: 'options',
  wrappers: 'options',
  notifications: 'post',
  postBuild: 'post',
};

/** Reads the content of `pipeline { … }`. */
export function readPipeline(
  context: Context,
  call: Call,
  block: Closure,
  outerCode: readonly Span[],
): Pipeline {
  const { report } = context;
  const sections = collectSections(context, 'pipeline', block, SECTIONS, unknownSection);
  for (const required of ['stages', 'agent']) {
    if (!sections.has(required))
      report.error('missing-section', 'pipeline', call.span, `Missing required section "${required}".`);
  }
  const agentCall = sections.get('agent');
  const agent = agentCall && readAgent(context, agentCall);
  const stages = readSection(context, sections, 'stages', (section, body) =>
    readStages(context, section, body, false),
  );
  const environment = readSection(context, sections, 'environment', (section, body) =>
    readEnvironment(context, section, body),
  );
  const post = readSection(context, sections, 'post', (section, body) => readPost(context, section, body));
  const tools = readSection(context, sections, 'tools', (section, body) =>
    readTools(context, section, body, TOOLS),
  );
  const options = readSection(context, sections, 'options', (section, body) =>
    readDirectives(context, section, body, PIPELINE_LEVEL_OPTIONS),
  );
  const parameters = readSection(context, sections, 'parameters', (section, body) =>
    readDirectives(context, section, body, PARAMETERS),
  );
  const triggers = readSection(context, sections, 'triggers', (section, body) =>
    readDirectives(context, section, body, TRIGGERS),
  );
  const libraries = readSection(context, sections, 'libraries', (section, body) =>
    readLibraries(context, section, body),
  );
  return {
    ...(agent && { agent }),
    stages: stages ?? [],
    ...(environment && { environment }),
    ...(post && { post }),
    ...(tools && { tools }),
    ...(options && { options }),
    ...(parameters && { parameters }),
    ...(triggers && { triggers }),
    ...(libraries && { libraries }),
    outerCode,
    span: call.span,
  };
}

function unknownSection(name: string): string {
  const replacement = Object.hasOwn(RETIRED, name) ? RETIRED[name] : undefined;
  if (replacement !== undefined)
    return `The "${name}" section no longer exists. Use "${replacement}" instead.`;
  return `Undefined section "${name}".${didYouMean(name, SECTIONS)}`;
}
