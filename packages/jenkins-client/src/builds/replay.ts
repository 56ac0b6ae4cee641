import type { CallOptions, Connection } from '../connection.ts';
import { Deadline } from '../deadline.ts';
import { ConnectionFailedError, TimeoutError, UnexpectedBodyError } from '../errors.ts';
import type { QueuedStart } from '../queue/queue-follower.ts';
import { Pace, throughOutages } from '../waiting.ts';
import { buildName, buildRoute, type BuildAddress } from './build-address.ts';
import type { CauseKind } from './cause.ts';
import { findStarts, type FoundStart } from './find-starts.ts';
import { parseReplayPage, type ReplayScripts } from './replay-page.ts';

/** What to change in a replay. */
export interface ReplayOptions extends CallOptions {
  /** The Pipeline to run in place of the build's own. */
  readonly script?: string | undefined;
  /** Scripts that the Pipeline loads, by the name that `replayScripts` has for them. Others stay as they were. */
  readonly scripts?: Readonly<Record<string, string>> | undefined;
}

/** How long to look for the start that a replay or a restart made. */
const appearsWithinMs = 30_000;

/**
 * The scripts that a build ran, from the page that people replay it with: there is no JSON of them. Throws
 * ForbiddenError without the right to replay.
 */
export async function replayScripts(
  connection: Connection,
  build: BuildAddress,
  options: CallOptions = {},
): Promise<ReplayScripts> {
  const response = await connection.request({ ...options, path: buildRoute(build, 'replay/') });
  const scripts = parseReplayPage(await response.text());
  if (scripts) return scripts;
  throw new UnexpectedBodyError(
    `The page to replay ${buildName(build)} holds no script. The user may lack the right to replay it, or the plugin's page changed.`,
  );
}

/**
 * Runs a build again with its parameters and its revision, with the scripts as they were or with others.
 *
 * `replay/run` was tried on a real server; `replay/rebuild`, which is used when nothing is to change, was read in the
 * source of workflow-cps (ReplayAction.doRebuild). Jenkins refuses to replay a build that has password parameters.
 */
export async function replayBuild(
  connection: Connection,
  build: BuildAddress & { readonly number: number },
  options: ReplayOptions = {},
): Promise<QueuedStart> {
  const deadline = new Deadline(connection.clock, options);
  let { script } = options;
  const { scripts = {} } = options;
  if (script === undefined && Object.keys(scripts).length > 0) {
    script = (await replayScripts(connection, build, deadline.left())).script;
  }
  const loaded = Object.fromEntries(
    Object.entries(scripts).map(([name, text]) => [name.replaceAll('.', '_'), text]),
  );
  return startLike(connection, build, 'replay', deadline, async (call) => {
    const response = await connection.request({
      ...call,
      method: 'POST',
      path: buildRoute(build, script === undefined ? 'replay/rebuild' : 'replay/run'),
      ...(script === undefined ? {} : { form: { json: JSON.stringify({ mainScript: script, ...loaded }) } }),
      accept: [302, 303],
    });
    await response.discard();
  });
}

/**
 * Sends what starts a build "like" another one and finds the start. The answer names only the job, but the new queue
 * item or build carries a cause of the kind that names the other build's number. So it is found, too, when the answer
 * is lost.
 */
export async function startLike(
  connection: Connection,
  build: BuildAddress & { readonly number: number },
  kind: CauseKind,
  deadline: Deadline,
  send: (call: CallOptions) => Promise<void>,
): Promise<QueuedStart> {
  const { clock } = connection;
  const before = await findStarts(connection, build.item, deadline.left());
  // After a crash, ids begin again: an older build may have the id of the new start.
  const isKnown = ({ queueId, number }: FoundStart): boolean =>
    before.some((one) => one.queueId === queueId && (one.number === undefined || one.number === number));
  let lost: unknown;
  try {
    await send(deadline.left());
  } catch (error) {
    if (!(error instanceof ConnectionFailedError) || !error.maybeSent) throw error;
    lost = error;
  }
  const until = clock.now() + appearsWithinMs;
  const pace = new Pace(100, 2000);
  for (;;) {
    const starts = await throughOutages(clock, deadline, (call) => findStarts(connection, build.item, call));
    // Of several, the oldest: the others were asked for after ours.
    const ours = starts
      .filter((start) => !isKnown(start) && isLike(start, kind, build.number))
      .sort((a, b) => a.queueId - b.queueId)[0];
    if (ours) return { item: build.item, queueId: ours.queueId, queuedAfter: ours.at };
    if (clock.now() >= until) break;
    await deadline.sleep(pace.next());
  }
  if (lost !== undefined) throw lost;
  throw new TimeoutError(
    `Jenkins took the ${kind} of ${buildName(build)}, and no build of it appeared within ${appearsWithinMs} ms. Look at the job's builds before asking again.`,
  );
}

/** The causes' only sign of the other build is their text, such as "Replayed #2", in the server's language. */
function isLike(start: FoundStart, kind: CauseKind, number: number): boolean {
  const mention = new RegExp(`(?<!\\d)${number}(?!\\d)`, 'u');
  return start.causes.some((cause) => cause.kind === kind && mention.test(cause.description));
}
