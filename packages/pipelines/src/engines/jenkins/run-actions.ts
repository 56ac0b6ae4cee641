import {
  NotFoundOrHiddenError,
  type BuildLog,
  type BuildRef,
  type CallOptions,
  type Jenkins,
  type LogOptions,
  type ParameterValues,
} from '@armillary/jenkins-client';
import type { PipelineRun } from '../../kinds/pipeline-run.ts';
import { buildNote } from './runs/build-note.ts';
import { knownJobOfRun } from './runs/job-of-run.ts';

/**
 * The build of a run in Jenkins, with its artifacts, tests, inputs and logs. Throws NotFoundOrHiddenError while it has
 * none.
 */
export function buildOfRun(jenkins: Jenkins, run: PipelineRun): BuildRef {
  const number = buildNote(run)?.number;
  const job = knownJobOfRun(run);
  if (number === undefined || job === undefined)
    throw new NotFoundOrHiddenError(`The run ${run.metadata.name ?? ''} has no build in Jenkins yet.`);
  return jenkins.item(...job).buildRef(number);
}

/** The log of a run's build; with `follow`, until the build ends. */
export function runLog(jenkins: Jenkins, run: PipelineRun, options: LogOptions = {}): BuildLog {
  return buildOfRun(jenkins, run).log(options);
}

/**
 * Answers what a paused run asks: with values to go on, or `abort` to end it. The id is in the run's stages. Throws
 * NotFoundOrHiddenError when it does not wait for that input, and what `PendingInput` throws.
 */
export async function answerInput(
  jenkins: Jenkins,
  run: PipelineRun,
  inputId: string,
  answer: ParameterValues | 'abort',
  options: CallOptions = {},
): Promise<void> {
  const pending = await buildOfRun(jenkins, run).inputs(options);
  const input = pending.find(({ id }) => id === inputId);
  if (input === undefined) {
    throw new NotFoundOrHiddenError(
      `The run ${run.metadata.name ?? ''} does not wait for the input "${inputId}". It may be answered already.`,
    );
  }
  await (answer === 'abort' ? input.abort(options) : input.approve(answer, options));
}
