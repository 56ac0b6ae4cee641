import {
  flatStages,
  isJenkinsError,
  type BuildLog,
  type BuildRef,
  type Jenkins,
} from '@armillary/jenkins-client';
import { buildOfRun } from '../engines/jenkins/run-actions.ts';
import type { PipelineRun } from '../kinds/pipeline-run.ts';
import { RunError } from '../runs/run-error.ts';
import type { NamedRun } from '../runs/named-run.ts';
import { pause } from '../runs/passing-fault.ts';
import type { LineOrigin, LogOutput } from './log-output.ts';
import { foundIn } from './no-log.ts';
import type { RunLogOptions } from './run-log-options.ts';
import { WholeLines } from './whole-lines.ts';

/**
 * Prints the log of a run's build in Jenkins, byte for byte; of one stage, the logs of its steps. Throws RunError when
 * the run has no build, and what the client throws.
 */
export async function printJenkinsLog(
  run: NamedRun,
  jenkins: Jenkins,
  options: RunLogOptions,
): Promise<void> {
  const { stage, follow, output, signal } = options;
  const build = await foundIn(run, options, (state) => buildIfAny(jenkins, state));
  // A log waits for a Jenkins that restarts; one that cannot be reached to begin with is an error.
  await build.get({ signal });
  if (stage === undefined) return print(build.log({ follow, signal }), output, {});
  return printStage(build, stage, options);
}

function buildIfAny(jenkins: Jenkins, run: PipelineRun): BuildRef | undefined {
  try {
    return buildOfRun(jenkins, run);
  } catch (error) {
    if (isJenkinsError(error, 'NotFoundOrHidden')) return undefined;
    throw error;
  }
}

async function printStage(build: BuildRef, name: string, options: RunLogOptions): Promise<void> {
  const { follow, output, signal } = options;
  const printed = new Set<string>();
  for (;;) {
    const { building } = await build.get({ signal });
    const all = flatStages(await build.stages({ signal }));
    const found = all.filter((stage) => stage.name === name);
    if (found.length === 0 && (!building || !follow)) {
      const names = [...new Set(all.map((stage) => stage.name))].join(', ');
      throw new RunError(`the build has no stage "${name}"; it has: ${names || 'none'}`);
    }
    const ids = new Set(flatStages(found).map(({ id }) => id));
    for (const { id, stageId = '' } of found.length === 0 ? [] : await build.steps({ signal })) {
      if (!ids.has(stageId) || printed.has(id)) continue;
      printed.add(id);
      await printStep(build.stepLog(id, { follow, signal }), output, { stage: name });
    }
    // Looked at before its steps were: none has come since.
    const over =
      found.length > 0 &&
      found.every(({ state }) => state !== 'running' && state !== 'paused' && state !== 'queued');
    if (over || !building || !follow) return;
    await pause(2, signal);
  }
}

async function printStep(log: BuildLog, output: LogOutput, origin: LineOrigin): Promise<void> {
  try {
    await print(log, output, origin);
  } catch (error) {
    // Most steps print nothing, and those have no log.
    if (!isJenkinsError(error, 'NotFoundOrHidden')) throw error;
  }
}

async function print(log: BuildLog, output: LogOutput, origin: LineOrigin): Promise<void> {
  if (!output.json) {
    for await (const { bytes } of log) await output.bytes(bytes);
    return;
  }
  const lines = new WholeLines();
  for await (const { bytes } of log) await output.lines(origin, lines.push(bytes));
  await output.lines(origin, lines.end());
}
