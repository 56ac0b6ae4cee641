import { itemRoute, type ItemPath } from '../address/item-path.ts';
import type { CallOptions, Connection, JenkinsResponse } from '../connection.ts';
import { Deadline } from '../deadline.ts';
import {
  ConflictError,
  ConnectionFailedError,
  InvalidError,
  UnexpectedBodyError,
  isJenkinsError,
} from '../errors.ts';
import type { QueuedStart } from '../queue/queue-follower.ts';
import { jobParameters } from './job-parameters.ts';
import { checkParameters } from './parameter-check.ts';
import { encodeParameters, givenValues, type GivenValues, type ParameterValues } from './parameter-values.ts';

/**
 * How far the clock of a proxy, which may write the `Date` header, can be from the server's. Rather too much: with too
 * little, a build that is there would count as lost.
 */
const clockSkewMs = 60 * 60_000;

/** How to start a build. */
export interface StartOptions extends CallOptions {
  /** How long to wait for further starts to join in, in seconds; the job's own quiet period when absent. */
  readonly quietPeriodS?: number | undefined;
  /** Whether to check the parameters against the job first, which takes one request more. True when absent. */
  readonly check?: boolean | undefined;
}

/**
 * Puts a build of a job into the queue. Parameters that are left out have their defaults.
 *
 * A start is sent once, and never again. When its answer is lost, `mayHaveStarted` says so of the error, and
 * `findStarts` tells what came into the queue since. Throws InvalidError for parameters that do not fit, DisabledError for a job
 * that is disabled or not buildable yet, ConflictError when the server puts nothing into the queue.
 */
export async function startBuild(
  connection: Connection,
  item: ItemPath,
  wanted: ParameterValues = {},
  options: StartOptions = {},
): Promise<QueuedStart> {
  const job = item.join('/');
  const values = givenValues(wanted);
  const deadline = new Deadline(connection.clock, options);
  // Jenkins would take this parameter for the quiet period, whatever the job thinks of it.
  if ('delay' in values) {
    throw new InvalidError(
      `The parameter "delay" of ${job} cannot be sent: Jenkins reads a field of that name as the quiet period. Rename the parameter.`,
    );
  }
  let parameterised = Object.keys(values).length > 0;
  if (options.check !== false) {
    const definitions = await jobParameters(connection, item, deadline.left());
    checkParameters(job, definitions, values);
    parameterised = definitions.length > 0;
  }
  let response: JenkinsResponse;
  try {
    response = await send(connection, item, parameterised, values, options, deadline);
  } catch (error) {
    // Without the check it is not known whether the job takes parameters. It does, says 400, and nothing was queued.
    if (parameterised || options.check !== false || !isNothingSubmitted(error)) throw error;
    response = await send(connection, item, true, values, options, deadline);
  }
  const { status, location } = response;
  const queueId = Number(/^queue\/item\/(\d+)$/u.exec(location ?? '')?.[1] ?? Number.NaN);
  const date = Date.parse(response.headers.get('date') ?? '');
  await response.discard();
  if (Number.isNaN(queueId)) throw noQueueItem(job, status, location);
  const coalesced = status === 303;
  return {
    item,
    queueId,
    coalesced,
    // What a start was merged into is older, by a time that is not told.
    ...(Number.isNaN(date) || coalesced ? {} : { queuedAfter: date - clockSkewMs }),
  };
}

async function send(
  connection: Connection,
  item: ItemPath,
  parameterised: boolean,
  values: GivenValues,
  options: StartOptions,
  deadline: Deadline,
): Promise<JenkinsResponse> {
  try {
    return await connection.request({
      ...deadline.left(),
      method: 'POST',
      path: itemRoute(item, parameterised ? 'buildWithParameters' : 'build'),
      query: {
        delay: options.quietPeriodS === undefined ? undefined : `${options.quietPeriodS}sec`,
      },
      ...(parameterised ? encodeParameters(values) : {}),
      accept: [302, 303],
      repeatable: false,
    });
  } catch (error) {
    const { method, path } = isJenkinsError(error) ? error : {};
    if (!(error instanceof ConnectionFailedError) || !error.maybeSent) throw error;
    throw new ConnectionFailedError(
      `The answer to the start of ${item.join('/')} was lost: the build may be in the queue. Find out with findStarts() before starting again, else it may run twice.`,
      true,
      { method, path, cause: error },
    );
  }
}

/**
 * Whether a start that failed with this error may be in the queue all the same: its answer did not come, did not say, or
 * came from a proxy that waited in vain for Jenkins. `findStarts` tells what became of it.
 */
export function mayHaveStarted(error: unknown): boolean {
  if (!isJenkinsError(error) || error.method !== 'POST') return false;
  if (error instanceof ConnectionFailedError) return error.maybeSent;
  const { code, status } = error;
  return (
    code === 'Timeout' || code === 'Aborted' || code === 'UnexpectedBody' || status === 502 || status === 504
  );
}

/** `/build` of a job that takes parameters answers 400 "Nothing is submitted", before it puts anything in the queue. */
function isNothingSubmitted(error: unknown): boolean {
  return isJenkinsError(error, 'Invalid') && error.status === 400;
}

/** Browsers do not show where a redirect leads to, which it does when the start was merged into one that waits. */
function noQueueItem(job: string, status: number, location: string | undefined): Error {
  return status === 201 || location === undefined
    ? new UnexpectedBodyError(
        `Jenkins took the start of ${job} and did not say as which queue item. Look it up with findStarts().`,
        { method: 'POST', status },
      )
    : new ConflictError(
        `Jenkins put no build of ${job} into the queue. It may be no job but a multibranch project, which scan() scans; or a plugin of the server refuses builds for now.`,
        { status },
      );
}
