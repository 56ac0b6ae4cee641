import { BuildRef } from '@armillary/jenkins-client';
import type { PipelineRun } from '../../../kinds/pipeline-run.ts';
import type { Pipeline } from '../../../kinds/pipeline.ts';
import { StillThere } from '../jenkins-copy.ts';
import { jenkinsAnnotation, ORPHAN_LABEL } from '../metadata.ts';
import type { JenkinsEngine } from '../options.ts';
import { buildNote } from './build-note.ts';
import { knownJobOfRun } from './job-of-run.ts';
import type { BuildStopper } from './stop-build.ts';

/**
 * Takes a deleted run's build out of Jenkins: out of the queue, or stopped first when it runs. Leaves it when the run
 * says so, or when it is not the run's build any more. Throws StillThere while it has not ended.
 */
export async function deleteBuild(
  engine: JenkinsEngine,
  stopper: BuildStopper,
  run: PipelineRun,
  pipeline: Pipeline | undefined,
  signal: AbortSignal,
): Promise<void> {
  const { annotations, labels, uid = '' } = run.metadata;
  if (annotations?.[jenkinsAnnotation.keepRecord] === 'true' || labels?.[ORPHAN_LABEL] === 'true') return;
  const note = buildNote(run);
  const job = knownJobOfRun(run, pipeline);
  if (note === undefined || job === undefined) return;
  const { jenkins } = engine;
  let { number } = note;
  if (number === undefined) {
    if (note.queueId === undefined) return;
    const request = jenkins.queue.follow({ item: job, queueId: note.queueId });
    const state = await request.state({ signal });
    if (state.phase === 'cancelled') return;
    if (state.phase !== 'started') return request.cancel({ signal });
    number = state.number;
  }
  const build = new BuildRef(jenkins.connection, job, number);
  const { building, startedAt } = await build.get({ signal });
  if (startedAt !== (note.startedAt ?? startedAt)) return;
  if (building) {
    const { refusal } = await stopper.stop(uid, job, number, signal);
    throw refusal ?? new StillThere(`Build #${number} is being stopped.`);
  }
  await build.delete({ signal });
}
