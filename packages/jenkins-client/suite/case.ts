import {
  isJenkinsError,
  type Capabilities,
  type ItemRef,
  type Jenkins,
  type JenkinsErrorCode,
  type ParameterSpec,
} from '@armillary/jenkins-client';
import type { FakeBuild } from '@armillary/jenkins-client/testing';

/** One thing that is shown to work on a server. */
export interface SuiteCase {
  /** What works when it passes: the line in the report. */
  readonly name: string;
  /** The operations of the client that it covers, as written in code: `item.build`, `log.follow`. */
  readonly covers: readonly string[];
  /** Why it cannot be tried on this server, in words for its owner; undefined when it can. */
  readonly cannot?: (context: SuiteContext) => string | undefined;
  /** Throws when it does not work; `NotTested` when it turns out that this server cannot show it. */
  readonly run: (context: SuiteContext) => Promise<void>;
}

/** The cases of one area, in their order. */
export interface SuiteArea {
  readonly title: string;
  readonly cases: readonly SuiteCase[];
}

/** What a case works with. */
export interface SuiteContext {
  readonly jenkins: Jenkins;
  readonly capabilities: Capabilities;
  /** The folder of this run; everything below it is removed at the end. */
  readonly folder: ItemRef;
  /** A name that no other run uses, for things outside of the folder. */
  readonly unique: string;
  /** How the server was reached. */
  readonly settings: SuiteSettings;
  /** Makes an inline pipeline in the folder. */
  readonly pipeline: (name: string, work: PipelineWork) => Promise<ItemRef>;
  /** Called at the end, also after a failure, the last one first. */
  readonly cleanUp: (what: () => Promise<unknown>) => void;
  /** Ends with the case's time limit. */
  readonly signal: AbortSignal;
}

/** What the suite is told about the server. */
export interface SuiteSettings {
  readonly url: string;
  readonly user: string;
  readonly token: string;
  /** With it, the way by password, crumb and session is tried, too. */
  readonly password?: string | undefined;
  /** A git repository that the server can clone, with a Jenkinsfile; without it, scans are not tried. */
  readonly gitUrl?: string | undefined;
  /** Whether the server may be quieted down and restarted. */
  readonly disruptive: boolean;
}

/** A pipeline of the suite: its script, and what the fake server does in its place. */
export interface PipelineWork {
  readonly script: string;
  readonly parameters?: readonly ParameterSpec[];
  /** Does on the fake server what the script does on a real one. */
  readonly onFake: (build: FakeBuild) => Promise<void> | void;
}

/** Thrown by a case that finds out under way that this server cannot show it; the message says why. */
export class NotTested extends Error {}

/** Fails a case when something is not as it should be. */
export function expectThat(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Error(otherwise);
}

/** Fails a case when two values differ, and shows both. */
export function expectEqual(actual: unknown, wanted: unknown, what: string): void {
  const shown = (value: unknown) => JSON.stringify(value, sortedKeys) ?? 'undefined';
  if (shown(actual) !== shown(wanted)) {
    throw new Error(`${what}: ${shown(actual).slice(0, 500)} instead of ${shown(wanted).slice(0, 500)}`);
  }
}

/** For JSON.stringify: the order of the properties means nothing. */
function sortedKeys(_key: string, value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Fails a case unless the work fails with one of these codes of the client's errors. */
export async function expectCode(
  work: Promise<unknown>,
  codes: JenkinsErrorCode | readonly JenkinsErrorCode[],
  what = '',
): Promise<void> {
  let failure: unknown;
  try {
    await work;
  } catch (error) {
    if ([codes].flat().some((code) => isJenkinsError(error, code))) return;
    failure = error;
  }
  const wanted = `${what} an error ${[codes].flat().join(' or ')} was expected`.trim();
  if (failure === undefined) throw new Error(`${wanted}, nothing failed`);
  const was = failure instanceof Error ? `${failure.name}: ${failure.message}` : 'no error object';
  throw new Error(`${wanted}, it was ${was}`, { cause: failure });
}

/** Waits for work that a user without a permission, or a server without a part, cannot show. */
export async function orNotTested<T>(
  work: Promise<T>,
  codes: readonly JenkinsErrorCode[] = ['Forbidden'],
): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (codes.some((code) => isJenkinsError(error, code)))
      throw new NotTested(String(error), { cause: error });
    throw error;
  }
}
