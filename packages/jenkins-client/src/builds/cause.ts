import { textOf, wholeOf, type JsonObject } from '../json-shape.ts';

/** Why a build was started. */
export type CauseKind =
  /** By a person or with a person's token. */
  | 'user'
  | 'timer'
  /** A change found by polling the source. */
  | 'scm'
  /** By a scan of a multibranch project. */
  | 'branch-indexing'
  /** By an event that the source sent, such as a webhook. */
  | 'branch-event'
  | 'upstream'
  /** With the job's remote trigger token. */
  | 'remote'
  | 'replay'
  /** Restarted from a stage. */
  | 'restart'
  /** A kind that some plugin brought. */
  | 'other';

/** One reason why a build was started; a build may have several. */
export interface BuildCause {
  readonly kind: CauseKind;
  /** The Java class, such as `hudson.model.Cause$UserIdCause`. */
  readonly type: string;
  /** One line in the server's language. */
  readonly description: string;
  /** Absent when an anonymous caller started it. */
  readonly userId?: string;
  readonly userName?: string;
  /** The full name of the job whose build started this one. */
  readonly upstreamJob?: string;
  readonly upstreamBuild?: number;
  /** The address that used the remote trigger. */
  readonly address?: string;
}

const kinds: Readonly<Record<string, CauseKind>> = {
  'hudson.model.Cause$UserIdCause': 'user',
  'hudson.model.Cause$UserCause': 'user',
  'hudson.model.Cause$UpstreamCause': 'upstream',
  'hudson.model.Cause$RemoteCause': 'remote',
  'hudson.triggers.TimerTrigger$TimerTriggerCause': 'timer',
  'hudson.triggers.SCMTrigger$SCMTriggerCause': 'scm',
  'jenkins.branch.BranchIndexingCause': 'branch-indexing',
  'jenkins.branch.BranchEventCause': 'branch-event',
  'org.jenkinsci.plugins.workflow.cps.replay.ReplayCause': 'replay',
  'org.jenkinsci.plugins.pipeline.modeldefinition.causes.RestartDeclarativePipelineCause': 'restart',
};

/** A cause as core's JSON describes it. */
export function parseCause(json: JsonObject): BuildCause {
  const type = textOf(json._class) ?? '';
  const userId = textOf(json.userId);
  const userName = textOf(json.userName);
  const upstreamJob = textOf(json.upstreamProject);
  const upstreamBuild = wholeOf(json.upstreamBuild);
  const address = textOf(json.addr);
  return {
    kind: kinds[type] ?? 'other',
    type,
    description: textOf(json.shortDescription) ?? '',
    ...(userId === undefined ? {} : { userId }),
    ...(userName === undefined ? {} : { userName }),
    ...(upstreamJob === undefined ? {} : { upstreamJob }),
    ...(upstreamBuild === undefined ? {} : { upstreamBuild }),
    ...(address === undefined ? {} : { address }),
  };
}
