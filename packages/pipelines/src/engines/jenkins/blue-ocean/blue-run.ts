import type { Build, ItemPath } from '@armillary/jenkins-client';
import { blueTime } from './blue-time.ts';

/** More commits than this are not listed. */
const MAX_CHANGES = 20;
/** More parameters and causes than this neither. */
const MAX_LISTED = 50;
/** Longer texts are cut: what is told of a build must fit into an annotation. */
const MAX_TEXT = 500;

/**
 * A build as Blue Ocean's REST interface describes a run: what KubeSphere's console reads. Times are texts, durations
 * are in milliseconds; what Jenkins does not tell without Blue Ocean is null.
 */
export function blueRun(build: Build, job: ItemPath): Record<string, unknown> {
  const { number, building, result, startedAt, durationMs } = build;
  const path = [...job.map((name) => `job/${encodeURIComponent(name)}`), number].join('/');
  const parameters = build.parameters.slice(0, MAX_LISTED).map(({ name, value }) => ({
    name: cut(name),
    value: typeof value === 'string' ? cut(value) : (value ?? null),
  }));
  return {
    id: String(number),
    name: build.displayName === `#${number}` ? null : cut(build.displayName),
    pipeline: job.at(-1) ?? '',
    state: stateOf(build),
    result: result ?? 'UNKNOWN',
    startTime: blueTime(startedAt),
    endTime: blueTime(building ? undefined : startedAt + durationMs),
    durationInMillis: building ? 0 : durationMs,
    causes: build.causes.slice(0, MAX_LISTED).map(({ description, userId, userName }) => ({
      shortDescription: cut(description),
      ...(userId !== undefined && { userId }),
      ...(userName !== undefined && { userName }),
    })),
    organization: 'jenkins',
    description: cut(build.description ?? '') || null,
    enQueueTime: blueTime(startedAt),
    estimatedDurationInMillis: build.estimatedDurationMs,
    artifactsZipFile: `/${path}/artifact/*zip*/archive.zip`,
    replayable: !building,
    runSummary: summaryOf(build),
    type: 'WorkflowRun',
    queueId: String(build.queueId),
    commitId: build.revisions[0]?.commit ?? null,
    commitUrl: null,
    changeSet: build.changes.slice(0, MAX_CHANGES).map(({ commit, message, author }) => ({
      commitId: commit,
      msg: cut(message),
      author: { fullName: cut(author ?? '') },
    })),
    parameters,
    pullRequest: null,
    branch: null,
  };
}

function stateOf({ building, waitingForInput }: Build): string {
  if (!building) return 'FINISHED';
  return waitingForInput ? 'PAUSED' : 'RUNNING';
}

function summaryOf({ building, result }: Build): string {
  if (building) return '?';
  return result === 'SUCCESS' ? 'stable' : (result ?? 'unknown').toLowerCase();
}

function cut(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}…`;
}
