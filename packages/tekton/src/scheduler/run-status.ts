import type { ChildReference, PipelineRunResult, SkippedTask } from '../api/pipeline-run.ts';
import type { WhenExpression } from '../api/schema.ts';
import { tektonApiVersion } from '../api/objects.ts';
import { pipelineResults } from './pipeline-results.ts';
import type { PipelineScheduler } from './scheduler.ts';
import type { Verdict } from './verdict.ts';

/** The parts of a PipelineRun's status that follow from the states of its tasks. */
export interface RunReport {
  verdict: Verdict;
  childReferences: ChildReference[];
  skippedTasks: SkippedTask[];
  results: PipelineRunResult[];
}

/** Writes the report; results are worked out when the run has ended, and may turn a success into a failure. */
export function reportRun(scheduler: PipelineScheduler, verdict: Verdict): RunReport {
  const interrupted = verdict.reason === 'Cancelled' && scheduler.requested === 'Cancelled';
  const { results, invalid } =
    verdict.status === 'Unknown' ? { results: [], invalid: [] } : pipelineResults(scheduler);
  return {
    verdict: verdict.status === 'True' && invalid.length > 0 ? withoutResults(scheduler, invalid) : verdict,
    childReferences: childReferences(scheduler),
    skippedTasks: interrupted ? [] : skippedTasks(scheduler),
    results: interrupted ? [] : results,
  };
}

function withoutResults(scheduler: PipelineScheduler, invalid: string[]): Verdict {
  return {
    status: 'False',
    reason: 'CouldntGetPipelineResult',
    message:
      `Failed to get PipelineResult from TaskRun Results for PipelineRun ${scheduler.facts.name}: ` +
      `invalid pipelineresults [${invalid.join(' ')}], the referenced results don't exist`,
  };
}

function childReferences(scheduler: PipelineScheduler): ChildReference[] {
  return scheduler.states.flatMap(({ planned, child }) => {
    if (child === undefined) return [];
    const when = shownWhen(scheduler.resolve(planned, 'resultsOnly').when);
    return {
      apiVersion: tektonApiVersion,
      kind: 'TaskRun',
      name: child.name,
      pipelineTaskName: planned.name,
      ...(planned.task.displayName !== undefined && { displayName: planned.task.displayName }),
      ...(when !== undefined && { whenExpressions: when }),
    };
  });
}

function skippedTasks(scheduler: PipelineScheduler): SkippedTask[] {
  return scheduler.states.flatMap((state) => {
    const reason = scheduler.skipReasonOf(state);
    if (reason === undefined) return [];
    const { planned } = state;
    const when = shownWhen(scheduler.resolve(planned).when);
    return { name: planned.name, reason, ...(when !== undefined && { whenExpressions: when }) };
  });
}

/** Tekton leaves an empty input out. */
function shownWhen(when: WhenExpression[] | undefined): WhenExpression[] | undefined {
  return when?.map(({ input, ...rest }) => (input === '' || input === undefined ? rest : { input, ...rest }));
}
