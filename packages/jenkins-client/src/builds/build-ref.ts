import type { ItemPath } from '../address/item-path.ts';
import type { CallOptions, Connection, JenkinsRequest } from '../connection.ts';
import { QueueFollower } from '../queue/queue-follower.ts';
import { Deadline } from '../deadline.ts';
import type { BuildLog } from '../log/build-log.ts';
import { consoleText, followLog, followStepLog, stageText } from '../log/follow-log.ts';
import type { LogOptions } from '../log/log-chunk.ts';
import {
  archive,
  artifact,
  artifacts,
  type Artifact,
  type ArtifactBody,
  type ArtifactOptions,
} from '../run/artifacts.ts';
import { inputs } from '../run/inputs.ts';
import { nextInput } from '../run/next-input.ts';
import type { PendingInput } from '../run/pending-input.ts';
import type { Stage, Step } from '../run/stage.ts';
import { stages, steps } from '../run/stages.ts';
import { tests, type TestOptions, type TestReport } from '../run/test-report.ts';
import type { Selection } from '../select.ts';
import { buildRoute, type BuildAddress, type Permalink } from './build-address.ts';
import { parseBuild, pausableBuildTree, type Build } from './build.ts';
import { waitForEnd, type BuildResult } from './finish.ts';
import { replayBuild, replayScripts, type ReplayOptions } from './replay.ts';
import type { ReplayScripts } from './replay-page.ts';
import { restartFromStage, restartableStages } from './restart-stage.ts';
import { startBuild, type StartOptions } from './start.ts';
import type { ParameterValues } from './parameter-values.ts';
import { sendStop, stopAndWait, type StopOptions, type StopStep } from './stop.ts';

/**
 * A build, by its number or by a permalink such as `lastBuild`. It is only an address: nothing is asked before a
 * method is called, and the build need not exist. Methods throw NotFoundOrHiddenError when it does not.
 */
export class BuildRef<Id extends number | Permalink = number> implements BuildAddress {
  /** The path of its job. */
  readonly item: ItemPath;
  readonly number: Id;
  readonly connection: Connection;

  constructor(connection: Connection, item: ItemPath, number: Id) {
    this.connection = connection;
    this.item = item;
    this.number = number;
  }

  /** The build; or what a selection asks for. */
  get(options?: CallOptions): Promise<Build>;
  get<T>(selection: Selection<T>, options?: CallOptions): Promise<T>;
  async get<T>(first?: Selection<T> | CallOptions, second?: CallOptions): Promise<T | Build> {
    const selection = first !== undefined && 'tree' in first ? first : undefined;
    const options = selection ? second : (first as CallOptions | undefined);
    const response = await this.connection.request({
      ...options,
      path: buildRoute(this, 'api/json'),
      query: { tree: selection?.tree ?? pausableBuildTree },
    });
    return selection ? response.json<T>() : parseBuild(await response.json<unknown>());
  }

  /** The build that a permalink names now, by its number. */
  async resolve(options: CallOptions = {}): Promise<BuildRef> {
    const { number } = await this.get(options);
    return new BuildRef(this.connection, this.item, number);
  }

  /** Waits until it is over, across restarts of the server. A permalink is followed to the build it names at first. */
  finished(options: CallOptions = {}): Promise<BuildResult> {
    return waitForEnd(this.connection, this, options);
  }

  /** Its log, followed to the end without losing a byte. Nothing is asked before it is iterated. */
  log(options: LogOptions = {}): BuildLog {
    return followLog(this.connection, this, options);
  }

  /** The text of its log as it is now; of a running build the whole lines. */
  consoleText(options: CallOptions = {}): ReadableStream<Uint8Array> {
    return consoleText(this.connection, this, options);
  }

  /** Its stages. Throws UnsupportedError when no plugin tells them. */
  stages(options: CallOptions = {}): Promise<readonly Stage[]> {
    return stages(this.connection, this, options);
  }

  /** Its steps. Throws UnsupportedError when no plugin tells them. */
  steps(options: CallOptions = {}): Promise<readonly Step[]> {
    return steps(this.connection, this, options);
  }

  /** The log of one step, by its id; followed as `log` is. */
  stepLog(stepId: string, options: LogOptions = {}): BuildLog {
    return followStepLog(this.connection, this, stepId, options);
  }

  /** The logs of the steps of a stage as they are now, by the id of the stage. Needs pipeline-graph-view. */
  stageText(stageId: string, options: CallOptions = {}): ReadableStream<Uint8Array> {
    return stageText(this.connection, this, stageId, options);
  }

  /** The inputs it waits for. Throws UnsupportedError when no plugin tells them. */
  inputs(options: CallOptions = {}): Promise<readonly PendingInput[]> {
    return inputs(this.connection, this, options);
  }

  /**
   * Waits until it asks something, across restarts of the server, and gives the first of its inputs; undefined when it
   * ends without asking any more. Throws UnsupportedError when no plugin tells inputs.
   */
  nextInput(options: CallOptions = {}): Promise<PendingInput | undefined> {
    return nextInput(this.connection, this, options);
  }

  /** Its tests; undefined when none were reported. */
  tests(options: TestOptions = {}): Promise<TestReport | undefined> {
    return tests(this.connection, this, options);
  }

  /** The files it archived. */
  artifacts(options: CallOptions = {}): Promise<readonly Artifact[]> {
    return artifacts(this.connection, this, options);
  }

  /** The content of an archived file or of a part of it. */
  artifact(path: string, options: ArtifactOptions = {}): Promise<ArtifactBody> {
    return artifact(this.connection, this, path, options);
  }

  /** All archived files, or those of a folder, as a zip file. */
  archive(options: CallOptions & { readonly folder?: string | undefined } = {}): Promise<ArtifactBody> {
    const { folder, ...call } = options;
    return archive(this.connection, this, folder, call);
  }

  /**
   * Asks it to stop, and returns before it did. With `escalate` it waits for the end, goes on with `term` and `kill`,
   * and gives the step that ended it: undefined when it was over before.
   */
  async stop(options: StopOptions = {}): Promise<StopStep | undefined> {
    if (options.escalate === true) return stopAndWait(this.connection, this, options);
    await sendStop(this.connection, this, 'stop', options);
    return undefined;
  }

  /** Ends the steps that run now; what is in `finally` may go on. Of use after `stop`. */
  term(options: CallOptions = {}): Promise<void> {
    return sendStop(this.connection, this, 'term', options);
  }

  /** Drops it, without letting it clean up. Of use after `term`. */
  kill(options: CallOptions = {}): Promise<void> {
    return sendStop(this.connection, this, 'kill', options);
  }

  /** The scripts it ran, to be changed for a replay. */
  replayScripts(options: CallOptions = {}): Promise<ReplayScripts> {
    return replayScripts(this.connection, this, options);
  }

  /** Runs it again with the same parameters and revision, and the same scripts or others. */
  async replay(options: ReplayOptions = {}): Promise<BuildRequest> {
    const deadline = new Deadline(this.connection.clock, options);
    const build = await this.#numbered(deadline.left());
    const start = await replayBuild(this.connection, build, { ...options, ...deadline.left() });
    return new BuildRequest(this.connection, start);
  }

  /** The stages from which it can be restarted; none when it cannot. */
  restartableStages(options: CallOptions = {}): Promise<readonly string[]> {
    return restartableStages(this.connection, this, options);
  }

  /** Runs it again from a stage on. Throws InvalidError for a stage from which it cannot. */
  async restartFrom(stage: string, options: CallOptions = {}): Promise<BuildRequest> {
    const deadline = new Deadline(this.connection.clock, options);
    const build = await this.#numbered(deadline.left());
    const start = await restartFromStage(this.connection, build, stage, deadline.left());
    return new BuildRequest(this.connection, start);
  }

  /** Keeps it when old builds are discarded, or no longer. */
  async keep(kept: boolean, options: CallOptions = {}): Promise<void> {
    // There is only a switch over, so its position is read before.
    const deadline = new Deadline(this.connection.clock, options);
    const build = await this.get(deadline.left());
    if (build.kept === kept) return;
    await this.#post({ ...deadline.left(), path: buildRoute(this, 'toggleLogKeep') });
  }

  /** Sets its description; an empty text removes it. */
  async describe(text: string, options: CallOptions = {}): Promise<void> {
    await this.#post({
      ...options,
      path: buildRoute(this, 'submitDescription'),
      form: { description: text },
      repeatable: true,
    });
  }

  /** Sets its display name; an empty text gives back `#` and the number. */
  async rename(displayName: string, options: CallOptions = {}): Promise<void> {
    // The form replaces the description, too.
    const deadline = new Deadline(this.connection.clock, options);
    const { description = '' } = await this.get(deadline.left());
    await this.#post({
      ...deadline.left(),
      path: buildRoute(this, 'configSubmit'),
      form: { json: JSON.stringify({ displayName, description }) },
      repeatable: true,
    });
  }

  /** Deletes its record, logs and artifacts. Throws InvalidError, with Jenkins' words, when it is kept. */
  async delete(options: CallOptions = {}): Promise<void> {
    await this.#post({ ...options, path: buildRoute(this, 'doDelete') });
  }

  async #post(request: JenkinsRequest): Promise<void> {
    const response = await this.connection.request({
      ...request,
      method: 'POST',
      accept: [302, 303],
    });
    await response.discard();
  }

  async #numbered(options: CallOptions): Promise<BuildAddress & { readonly number: number }> {
    const { item, number } = this;
    if (typeof number === 'number') return { item, number };
    return this.resolve(options);
  }
}

/**
 * A build that was put into the queue, on its way to a build number. (It stands beside BuildRef because each makes the
 * other.)
 */
export class BuildRequest extends QueueFollower {
  /**
   * Waits for the build to start. Throws QueueItemCancelledError when it is cancelled before, QueueItemLostError when
   * nobody knows of it any more.
   */
  async started(options: CallOptions = {}): Promise<BuildRef> {
    const { item, number } = await this.becomesBuild(options);
    return new BuildRef(this.connection, item, number);
  }

  /** Waits for the build to start and to end. Fails as `started` does. */
  async finished(options: CallOptions = {}): Promise<BuildResult> {
    const deadline = new Deadline(this.connection.clock, options);
    const build = await this.started(options);
    return build.finished(deadline.left());
  }
}

/** Starts a build of a job: `startBuild`, with what follows its way to a number. */
export async function requestBuild(
  connection: Connection,
  item: ItemPath,
  values?: ParameterValues,
  options?: StartOptions,
): Promise<BuildRequest> {
  return new BuildRequest(connection, await startBuild(connection, item, values, options));
}
