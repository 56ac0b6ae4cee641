import type { Jenkins } from '@armillary/jenkins-client';
import { jenkinsAnnotation, type PipelineRun } from '@armillary/pipelines';
import { CommandError } from '../command-error.ts';
import { say } from '../output.ts';

/**
 * The Jenkins that a command needs for a run. Throws a usage error when none was named; warns when the run says that
 * its build is in another one, which may be the same under another address.
 */
export function needJenkins(jenkins: Jenkins | undefined, { metadata }: PipelineRun): Jenkins {
  const where = metadata.annotations?.[jenkinsAnnotation.heldBy];
  if (jenkins === undefined) {
    const at = where === undefined ? '' : ` at ${where}`;
    throw new CommandError(
      'usage',
      `the run ${metadata.name ?? ''} is on Jenkins${at}: give --jenkins-url, --jenkins-user and --jenkins-token-file`,
    );
  }
  if (where !== undefined && where !== jenkins.url.href)
    say(`The run says that its build is in ${where}; it is looked for in ${jenkins.url.href}`);
  return jenkins;
}
