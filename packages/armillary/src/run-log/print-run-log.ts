import type { Jenkins } from '@armillary/jenkins-client';
import { needJenkins } from '../pipeline-run/need-jenkins.ts';
import type { NamedRun } from '../pipeline-run/named-run.ts';
import { engineOf } from '../pipeline-run/run-facts.ts';
import { printJenkinsLog } from './jenkins-log.ts';
import { foundIn } from './no-log.ts';
import type { RunLogOptions } from './run-log-options.ts';
import { printTektonLog } from './tekton-log.ts';

/**
 * Prints the log of a run, once an engine has taken it. Throws a failure when it has none, and a usage error when it
 * is in a Jenkins that was not named.
 */
export async function printRunLog(
  run: NamedRun,
  jenkins: Jenkins | undefined,
  options: RunLogOptions,
): Promise<void> {
  const state = await foundIn(run, options, (each) => (engineOf(each) === undefined ? undefined : each));
  if (engineOf(state) === 'jenkins') await printJenkinsLog(run, needJenkins(jenkins, state), options);
  else await printTektonLog(run, options);
}
