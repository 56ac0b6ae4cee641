import { STAGE_LEVEL_OPTIONS, TOOLS } from '../catalogue.ts';
import type { Stage } from '../model.ts';
import { readAgent } from './agent.ts';
import type { Context } from './context.ts';
import { readDirectives, readTools } from './directives.ts';
import { readEnvironment } from './environment.ts';
import { readInput } from './input.ts';
import { readPost } from './post.ts';
import { readSection, type Sections } from './sections.ts';
import { readWhen } from './when.ts';

/** Reads the sections that a stage and a matrix have alike. */
export function readStageSections(
  context: Context,
  sections: Sections,
): Pick<Stage, 'agent' | 'when' | 'post' | 'environment' | 'tools' | 'options' | 'input'> {
  const agentCall = sections.get('agent');
  const agent = agentCall && readAgent(context, agentCall);
  const when = readSection(context, sections, 'when', (section, body) => readWhen(context, section, body));
  const post = readSection(context, sections, 'post', (section, body) => readPost(context, section, body));
  const environment = readSection(context, sections, 'environment', (section, body) =>
    readEnvironment(context, section, body),
  );
  const tools = readSection(context, sections, 'tools', (section, body) =>
    readTools(context, section, body, TOOLS),
  );
  const options = readSection(context, sections, 'options', (section, body) =>
    readDirectives(context, section, body, STAGE_LEVEL_OPTIONS),
  );
  const input = readSection(context, sections, 'input', (section, body) => readInput(context, section, body));
  return {
    ...(agent && { agent }),
    ...(when && { when }),
    ...(post && { post }),
    ...(environment && { environment }),
    ...(tools && { tools }),
    ...(options && { options }),
    ...(input && { input }),
  };
}
