import type { Jenkins } from '@armillary/jenkins-client';
import type { NamedRun } from '../runs/named-run.ts';
import type { PipelineRun } from '../kinds/pipeline-run.ts';
import { engineOf } from '../runs/run-facts.ts';
import { printJenkinsLog } from './jenkins-log.ts';
import { foundIn } from './no-log.ts';
import type { RunLogOptions } from './run-log-options.ts';
import { printTektonLog } from './tekton-log.ts';

/**
 * Prints the log of a run, once an engine has taken it. `jenkinsOf` gives the Jenkins that the build of a run is in, or
 * throws. Throws RunError when the run has no log.
 */
export async function printRunLog(
  run: NamedRun,
  jenkinsOf: (run: PipelineRun) => Jenkins,
  options: RunLogOptions,
): Promise<void> {
  const state = await foundIn(run, options, (each) => (engineOf(each) === undefined ? undefined : each));
  if (engineOf(state) === 'jenkins') await printJenkinsLog(run, jenkinsOf(state), options);
  else await printTektonLog(run, options);
}
