import { UnexpectedBodyError } from '../errors.ts';
import { objectOf, objectsOf, textOf, wholeOf, type JsonObject } from '../json-shape.ts';
import { parseCause, type BuildCause } from './cause.ts';
import { parseRevision, type BuildRevision } from './revision.ts';

/** How a build ended. */
export type BuildResultName = 'SUCCESS' | 'UNSTABLE' | 'FAILURE' | 'ABORTED' | 'NOT_BUILT';

/** A parameter as a build was given it. */
export interface BuildParameter {
  readonly name: string;
  /** Absent for passwords and files, whose value Jenkins keeps. */
  readonly value?: string | boolean | number;
}

/** One commit that is new in a build. */
export interface BuildChange {
  readonly commit: string;
  readonly message: string;
  readonly author?: string;
}

/** The state of a build, which is cheap to ask for. */
export interface BuildState {
  readonly number: number;
  /** The queue item it came from; Jenkins says -1 for builds that came from none. */
  readonly queueId: number;
  readonly building: boolean;
  /** Only of a build that is over; while it runs, Jenkins may name a result that still gets worse. */
  readonly result?: BuildResultName;
  /** When it started, in milliseconds since 1970 by the server's clock. */
  readonly startedAt: number;
  /** How long it took, in milliseconds; 0 while it runs. */
  readonly durationMs: number;
  /** Whether it is paused and waits for somebody's input; false, too, in lists, which do not ask for that. */
  readonly waitingForInput: boolean;
}

/** A build. */
export interface Build extends BuildState {
  /** `#7`, or what somebody renamed it to. */
  readonly displayName: string;
  readonly description?: string;
  /** What the last builds took, in milliseconds; -1 when not known. */
  readonly estimatedDurationMs: number;
  /** Whether it is kept when old builds are discarded. */
  readonly kept: boolean;
  readonly causes: readonly BuildCause[];
  readonly parameters: readonly BuildParameter[];
  /** What was checked out, in the order of the checkouts. */
  readonly revisions: readonly BuildRevision[];
  readonly changes: readonly BuildChange[];
}

/** The `tree` of what `parseBuildState` reads, without `waitingForInput`. */
export const buildStateTree = 'number,queueId,building,result,timestamp,duration';

/**
 * The same with `waitingForInput`. After a restart Jenkins answers it only when the build's program is loaded, for which
 * it waits up to a minute (InputAction.loadExecutions, read in source).
 */
export const pausableStateTree = `${buildStateTree},actions[waitingForInput]`;

/** The `tree` of what `parseBuild` reads, without `waitingForInput`; for many builds. */
export const buildTree = treeOf('causes[*]');

/** The same with `waitingForInput`; for one build, because of what it may cost. */
export const pausableBuildTree = treeOf('waitingForInput,causes[*]');

/** Jenkins takes one list of fields for all actions: of two, it forgets the first. */
function treeOf(actionFields: string): string {
  const changes = 'items[commitId,msg,author[fullName]]';
  return (
    `${buildStateTree},displayName,description,estimatedDuration,keepLog,` +
    `actions[${actionFields},parameters[name,value],lastBuiltRevision[SHA1,branch[name]],remoteUrls],` +
    `changeSets[${changes}],changeSet[${changes}]`
  );
}

const results: readonly string[] = ['SUCCESS', 'UNSTABLE', 'FAILURE', 'ABORTED', 'NOT_BUILT'];

/** The state of a build as core's JSON describes it. Throws UnexpectedBodyError when it has no number. */
export function parseBuildState(value: unknown): BuildState {
  const json = objectOf(value);
  const number = wholeOf(json?.number);
  const startedAt = wholeOf(json?.timestamp);
  if (!json || number === undefined || startedAt === undefined) {
    throw new UnexpectedBodyError('The answer describes no build: it has no number or no time.');
  }
  const building = json.building === true;
  const result = textOf(json.result);
  return {
    number,
    queueId: wholeOf(json.queueId) ?? -1,
    building,
    // A result that no version of Jenkins has is not passed on as one that callers know.
    ...(!building && result !== undefined && results.includes(result)
      ? { result: result as BuildResultName }
      : {}),
    startedAt,
    durationMs: building ? 0 : (wholeOf(json.duration) ?? 0),
    waitingForInput: building && objectsOf(json.actions).some((action) => action.waitingForInput === true),
  };
}

/** A build as core's JSON describes it. Throws UnexpectedBodyError when it has no number. */
export function parseBuild(value: unknown): Build {
  const state = parseBuildState(value);
  const json = value as JsonObject;
  const actions = objectsOf(json.actions);
  const description = textOf(json.description);
  return {
    ...state,
    displayName: textOf(json.displayName) ?? `#${state.number}`,
    ...(description === undefined ? {} : { description }),
    estimatedDurationMs: wholeOf(json.estimatedDuration) ?? -1,
    kept: json.keepLog === true,
    causes: actions.flatMap((action) => objectsOf(action.causes)).map(parseCause),
    parameters: parseParameters(actions),
    revisions: actions.map(parseRevision).filter((revision) => revision !== undefined),
    // A Pipeline has a list of change sets, other jobs have one.
    changes: [...objectsOf(json.changeSets), ...objectsOf([json.changeSet])]
      .flatMap((set) => objectsOf(set.items))
      .map(parseChange),
  };
}

/** The parameters among the actions of a build or a queue item. */
export function parseParameters(actions: readonly JsonObject[]): readonly BuildParameter[] {
  return actions
    .flatMap((action) => objectsOf(action.parameters))
    .map(({ name, value }) => ({
      name: textOf(name) ?? '',
      ...(typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number'
        ? { value }
        : {}),
    }));
}

function parseChange(item: JsonObject): BuildChange {
  const author = textOf(objectOf(item.author)?.fullName);
  return {
    commit: textOf(item.commitId) ?? '',
    message: textOf(item.msg) ?? '',
    ...(author === undefined ? {} : { author }),
  };
}
