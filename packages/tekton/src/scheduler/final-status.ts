import { noReplacements, type Replacements } from '../substitution/replacements.ts';
import type { PipelineScheduler } from './scheduler.ts';

/**
 * The variables that only finally tasks may use: `tasks.<name>.status` (Succeeded, Failed, None),
 * `tasks.<name>.reason`, and `tasks.status` (Succeeded, Failed, Completed when something was skipped).
 */
export function statusReplacements(scheduler: PipelineScheduler): Replacements {
  const { strings, ...rest } = noReplacements();
  let aggregate = 'Succeeded';
  for (const state of scheduler.states.slice(0, scheduler.plan.dagSize)) {
    const ended = state.child?.state;
    const failed = ended === 'failed' || ended === 'cancelled';
    strings.set(
      `tasks.${state.planned.name}.status`,
      failed ? 'Failed' : ended === 'succeeded' ? 'Succeeded' : 'None',
    );
    strings.set(`tasks.${state.planned.name}.reason`, state.child?.reason ?? 'None');
    if (failed || state.invalid !== undefined) aggregate = 'Failed';
    else if (aggregate === 'Succeeded' && scheduler.skipReasonOf(state) !== undefined)
      aggregate = 'Completed';
  }
  strings.set('tasks.status', aggregate);
  return { strings, ...rest };
}
