import type { BuildState, ItemPath } from '@armillary/jenkins-client';
import type { PipelineRun } from '../../../kinds/pipeline-run.ts';
import type { Pipeline } from '../../../kinds/pipeline.ts';
import { RunFailure } from '../../failure.ts';
import type { RunState } from '../../run-state.ts';
import { specHash } from '../jobs/spec-hash.ts';
import { jenkinsAnnotation, sync } from '../metadata.ts';
import type { BuildDetails } from '../news/build-details.ts';
import type { JobNews } from '../news/jenkins-news.ts';
import type { BuildNote } from './build-note.ts';
import { runStateOf } from './build-state.ts';
import { jobOfRun } from './job-of-run.ts';

/** What is known of a run of the engine Jenkins when it is decided what to do. */
export interface JenkinsRunFacts {
  readonly run: PipelineRun;
  /** Its Pipeline; absent when the API has none of that name. */
  readonly pipeline: Pipeline | undefined;
  readonly note: BuildNote | undefined;
  /** Absent while Jenkins has told nothing of the job. */
  readonly news: JobNews | undefined;
  /** What was last read of its build beside its state. */
  readonly details: BuildDetails | undefined;
  /** Whether another run with the same parameters waits in the queue: Jenkins would make one build of both. */
  readonly twin: boolean;
  /** Where people find a job in Jenkins, ending with a slash. */
  readonly address: (job: ItemPath) => string;
}

/** The one thing to do next; the change it makes leads to the next decision. */
export type JenkinsRunDecision =
  | { readonly do: 'nothing' }
  /** Note what is about to happen, then start the build. */
  | { readonly do: 'start'; readonly job: ItemPath }
  /** A start was noted and its outcome was not: find out, without starting again. */
  | { readonly do: 'find-start'; readonly job: ItemPath; readonly note: BuildNote }
  /** The queue item is neither in the queue nor among the newest builds: ask for it alone. */
  | { readonly do: 'find-queue-item'; readonly job: ItemPath; readonly queueId: number }
  | { readonly do: 'cancel-queue-item'; readonly queueId: number }
  | { readonly do: 'note-build'; readonly build: BuildState }
  /** The build is not among the newest: ask for it alone. */
  | { readonly do: 'find-build'; readonly job: ItemPath; readonly number: number }
  | { readonly do: 'stop-build'; readonly build: BuildState; readonly state: RunState }
  | {
      readonly do: 'tell';
      readonly state: RunState;
      /** The build that the state is about, and what is known of it. */
      readonly build?: BuildState;
      readonly details?: BuildDetails | undefined;
      /** Nothing more will be told. */
      readonly settled?: boolean;
    };

/** Decides what a run needs. Pure. */
export function decideJenkinsRun(facts: JenkinsRunFacts): JenkinsRunDecision {
  const { run, note } = facts;
  if (run.metadata.deletionTimestamp !== undefined || note?.settled === true) return { do: 'nothing' };
  const ended = run.status?.completionTime !== undefined;
  // A run that ended without a build has nothing that could still be told.
  if (ended && note?.number === undefined) return { do: 'nothing' };
  try {
    if (note?.number !== undefined) return followBuild(facts, note, note.number);
    if (note?.queueId !== undefined) return followQueueItem(facts, note, note.queueId);
    if (note?.from !== undefined) return { do: 'find-start', job: jobOfRun(run, facts.pipeline), note };
    if (run.spec.action === 'Stop')
      return tell('Cancelled', 'Cancelled', 'The run was stopped before it started.');
    return start(facts);
  } catch (error) {
    if (!(error instanceof RunFailure)) throw error;
    return tell('Failed', error.reason, error.message);
  }
}

function tell(phase: RunState['phase'], reason: string, message: string): JenkinsRunDecision {
  return { do: 'tell', state: { phase, reason, message } };
}

function start({ run, pipeline, twin }: JenkinsRunFacts): JenkinsRunDecision {
  const name = run.spec.pipelineRef.name ?? '';
  if (pipeline === undefined) {
    throw new RunFailure(
      'PipelineNotFound',
      name === ''
        ? 'The run names no Pipeline: set spec.pipelineRef.name.'
        : `There is no pipelines.devops.kubesphere.io "${name}" in the namespace ${run.metadata.namespace ?? ''}.`,
    );
  }
  const { annotations = {} } = pipeline.metadata;
  // A job that has this specification is fit to run, also while a later comparison of the two fails.
  const hash = specHash(pipeline.spec);
  if (annotations[jenkinsAnnotation.specHash] !== hash) {
    const why = annotations[sync.pipeline.message] ?? '';
    // Not what was refused before it was put right.
    if (annotations[sync.pipeline.status] === 'failed' && annotations[jenkinsAnnotation.refusedHash] === hash)
      throw new RunFailure('PipelineRefused', `The Pipeline has no job in Jenkins. ${why}`);
    return tell('Pending', 'WaitingForJob', `Waiting for the Pipeline's job in Jenkins. ${why}`.trim());
  }
  const job = jobOfRun(run, pipeline);
  if (twin)
    return tell('Pending', 'Queued', 'Waiting for the start of another run with the same parameters.');
  return { do: 'start', job };
}

function followQueueItem(facts: JenkinsRunFacts, note: BuildNote, queueId: number): JenkinsRunDecision {
  const { run, news } = facts;
  const { from = 0 } = note;
  if (news === undefined) return { do: 'nothing' };
  // Ids of queue items may begin again after a crash of Jenkins; numbers of builds do not.
  const build = news.builds.find((each) => each.queueId === queueId && each.number >= from);
  if (build !== undefined) return { do: 'note-build', build };
  const item = news.queued.find(({ id }) => id === queueId);
  if (item === undefined) return { do: 'find-queue-item', job: jobOfRun(run, facts.pipeline), queueId };
  if (run.spec.action === 'Stop') return { do: 'cancel-queue-item', queueId };
  return tell('Pending', 'Queued', queueMessage(item.why, run));
}

/** Why it waits. A reason that differs in its times alone ("Expires in 4.9 sec") is no news. */
function queueMessage(why: string | undefined, run: PipelineRun): string {
  const message = why?.replace(/\s*\(ETA:[^)]*\)/, '') ?? 'The build waits in the queue of Jenkins.';
  const told = run.status?.conditions?.find(({ type }) => type === 'Succeeded')?.message;
  return told !== undefined && withoutNumbers(told) === withoutNumbers(message) ? told : message;
}

function withoutNumbers(text: string): string {
  return text.replaceAll(/\d+(?:[.,]\d+)?/g, '#');
}

function followBuild(facts: JenkinsRunFacts, note: BuildNote, number: number): JenkinsRunDecision {
  const { run, news, details } = facts;
  if (news === undefined) return { do: 'nothing' };
  const job = jobOfRun(run, facts.pipeline);
  const build = news.builds.find((each) => each.number === number);
  if (build === undefined || build.startedAt !== (note.startedAt ?? build.startedAt))
    return { do: 'find-build', job, number };
  const stopped = run.spec.action === 'Stop';
  const address = `${facts.address(job)}${number}/`;
  const told = runStateOf(build, details?.stages ?? [], { stopped, address });
  const state = withUnknownAction(told, run.spec.action);
  if (stopped && build.building) return { do: 'stop-build', build, state };
  return { do: 'tell', state, build, details, settled: !build.building && details?.final === true };
}

function withUnknownAction(state: RunState, action: string | undefined): RunState {
  if (action === undefined || action === '' || action === 'Stop' || state.completionTime !== undefined)
    return state;
  return {
    ...state,
    message: `${state.message} (The action ${action} has no effect on Jenkins; only Stop has.)`,
  };
}
