import { branchItemName, type ItemPath } from '@armillary/jenkins-client';
import type { PipelineRun } from '../../../kinds/pipeline-run.ts';
import type { Pipeline } from '../../../kinds/pipeline.ts';
import { RunFailure } from '../../failure.ts';

/**
 * The job whose builds a run's build is among: the Pipeline's, or that of the branch, tag or pull request that the run
 * names. Read from the run itself and never from an annotation, so that nobody reaches another project's jobs by one.
 * Throws RunFailure for a run of several branches that names none.
 */
export function jobOfRun(run: PipelineRun, pipeline: Pipeline | undefined): ItemPath {
  const { namespace = '' } = run.metadata;
  const name = run.spec.pipelineRef.name ?? '';
  // Anything else names no Pipeline, and could lead out of the project's folder.
  if (!/^[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?$/.test(name))
    throw new RunFailure('PipelineNotFound', `"${name.slice(0, 100)}" is no name of a Pipeline.`);
  const path = [namespace, name];
  const type = pipeline?.spec.type ?? run.spec.pipelineSpec?.type;
  if (type !== 'multi-branch-pipeline') return path;
  const refName = run.spec.scm?.refName ?? '';
  if (refName !== '') return [...path, branchJobName(refName)];
  throw new RunFailure(
    'BranchMissing',
    'The Pipeline has several branches: name one in spec.scm.refType and spec.scm.refName of the run.',
  );
}

/** As {@link jobOfRun}; undefined for a run that names no job. */
export function knownJobOfRun(run: PipelineRun, pipeline?: Pipeline): ItemPath | undefined {
  try {
    return jobOfRun(run, pipeline);
  } catch (error) {
    if (error instanceof RunFailure) return undefined;
    throw error;
  }
}

/** KubeSphere's console names branches as Jenkins encodes them, people as git does. Both are understood. */
function branchJobName(refName: string): string {
  return /%(?:2[35F]|3F|5[BCD])/.test(refName) ? refName : branchItemName(refName);
}

/** Whether a run that was started is of this job. */
export function isOfJob(run: PipelineRun, job: ItemPath): boolean {
  const own = knownJobOfRun(run);
  return own !== undefined && jobKey(own) === jobKey(job);
}

/** A job as a key of maps: names of items hold no line breaks. */
export function jobKey(job: ItemPath): string {
  return job.join('\n');
}

/** Where people find a job, ending with a slash. */
export function jobAddress(jenkins: URL, job: ItemPath): string {
  return new URL(job.map((name) => `job/${encodeURIComponent(name)}/`).join(''), jenkins).href;
}
