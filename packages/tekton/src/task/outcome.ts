import type { TaskRunResult, StepState } from '../api/task-run.ts';
import type { TaskSpec } from '../api/task.ts';
import type { Verdict } from '../scheduler/verdict.ts';
import { stepResults, taskResults, writtenResults } from './results.ts';

/** Why a step's container ended, in Tekton's `terminationReason`. */
export const terminationReason = {
  completed: 'Completed',
  error: 'Error',
  continued: 'Continued',
  skipped: 'Skipped',
  timeout: 'TimeoutExceeded',
  cancelled: 'TaskRunCancelled',
  taskTimeout: 'TaskRunTimeout',
} as const;

/** What a TaskRun's steps amount to. */
export interface TaskOutcome {
  verdict: Verdict;
  steps: StepState[];
  results: TaskRunResult[];
}

/**
 * Works out a TaskRun's condition and results from the states of its steps, as Tekton does from a Pod.
 * @param ignoreFailure the pipeline task says `onError: continue`
 */
export function taskOutcome(
  task: TaskSpec,
  states: readonly StepState[],
  ignoreFailure = false,
): TaskOutcome {
  const written = states.map(({ terminated }) => writtenResults(terminated?.message));
  const steps = states.map((state, index): StepState => {
    const declared = task.steps?.[index];
    const own = declared === undefined ? [] : stepResults(declared, written[index]?.step ?? new Map());
    return own.length === 0 ? state : { ...state, results: own };
  });
  const files = new Map(written.flatMap(({ task: results }) => [...results]));
  const { results, error } = taskResults(task.results, files);
  results.push(...resultsFromSteps(task, steps));
  return { verdict: verdict(states, error, ignoreFailure), steps, results };
}

function verdict(states: readonly StepState[], error: string | undefined, ignoreFailure: boolean): Verdict {
  if (states.some(({ terminated }) => terminated === undefined)) {
    const message = 'Not all Steps in the Task have finished executing';
    return { status: 'Unknown', reason: 'Running', message };
  }
  const failed = states.find(isFailed);
  if (failed !== undefined) {
    const reason = ignoreFailure ? 'FailureIgnored' : 'StepFailed';
    return { status: 'False', reason, message: failureMessage(failed) };
  }
  if (error !== undefined) {
    return { status: 'False', reason: 'TaskRunValidationFailed', message: `[User error] ${error}` };
  }
  return { status: 'True', reason: 'Succeeded', message: 'All Steps have completed executing' };
}

function isFailed({ terminated, terminationReason: reason }: StepState): boolean {
  const harmless = reason === terminationReason.continued || reason === terminationReason.skipped;
  return (terminated?.exitCode ?? 0) !== 0 && !harmless;
}

function failureMessage({ container = '', terminated, terminationReason: reason }: StepState): string {
  if (reason === terminationReason.timeout) {
    return `"${container}" exited because the step exceeded the specified timeout limit`;
  }
  return `"${container}" exited with code ${terminated?.exitCode ?? 0}: ${terminated?.reason ?? ''}`;
}

/** Task results whose value is a step's result: `value: $(steps.build.results.image)`. */
function resultsFromSteps(task: TaskSpec, steps: readonly StepState[]): TaskRunResult[] {
  return steps.flatMap(({ name = '', results = [] }) =>
    results.flatMap((result) => {
      const variable = `$(steps.${name}.results.${result.name})`;
      const declared = task.results?.find(({ value }) => value === variable);
      return declared === undefined ? [] : { ...result, name: declared.name };
    }),
  );
}
