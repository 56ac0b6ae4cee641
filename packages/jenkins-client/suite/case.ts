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
  /**
   * Makes something outside of the folder, which is removed at the end, also after a failure; the last first. That it
   * is gone by then, or was refused, is no failure.
   */
  readonly outside: <T>(what: string, make: () => Promise<T>, remove: CleanUp) => Promise<T>;
  /** Ends with the case's time limit, and when the run is interrupted. */
  readonly signal: AbortSignal;
}

/** Removes something; with a time limit of its own, since that of the case may be over. */
export type CleanUp = (call: { readonly timeoutMs: number }) => Promise<unknown>;

/** What the suite is told about the server. */
export interface SuiteSettings {
  readonly url: string;
  readonly user: string;
  readonly token: string;
  /** With it, the way by password, crumb and session is tried, too. */
  readonly password?: string | undefined;
  /** A git repository that the server can clone, with a Jenkinsfile that is built; without it, scans are not tried. */
  readonly gitUrl?: string | undefined;
  /** Whether the server may be quieted down, restarted, and configured anew from its own files. */
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
  // That is for the run to judge: the user may lack a permission.
  if (isJenkinsError(failure, 'Forbidden')) throw failure;
  const wanted = `${what} an error ${[codes].flat().join(' or ')} was expected`.trim();
  if (failure === undefined) throw new Error(`${wanted}, nothing failed`);
  const was = failure instanceof Error ? `${failure.name}: ${failure.message}` : 'no error object';
  throw new Error(`${wanted}, it was ${was}`, { cause: failure });
}

/** Waits for work that a server may refuse for reasons of its own, by these codes of the client's errors. */
export async function orNotTested<T>(work: Promise<T>, codes: readonly JenkinsErrorCode[]): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (codes.some((code) => isJenkinsError(error, code)))
      throw new NotTested(String(error), { cause: error });
    throw error;
  }
}

/** Asks again and again until there is an answer other than undefined. */
export async function eventually<T>(
  ask: () => Promise<T | undefined>,
  { signal }: Pick<SuiteContext, 'signal'>,
): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await pause(200, signal);
  }
}

/** Waits, in milliseconds; throws when the case ends. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise((resolve) => setTimeout(resolve, ms));
  signal.throwIfAborted();
}

/** Why a case cannot be tried without a plugin; where the user may not list the plugins, it is tried. */
export function lacks(plugin: string): (context: SuiteContext) => string | undefined {
  return ({ capabilities }) =>
    capabilities.plugins?.has(plugin) === false ? `the plugin ${plugin} is not there` : undefined;
}

/** Why a case cannot be tried that needs a plugin of which it must be known that it is there. */
export function unlessKnown(plugin: string): (context: SuiteContext) => string | undefined {
  return (context) =>
    context.capabilities.plugins === undefined
      ? `the user may not list the plugins, so it is not known whether ${plugin} is there`
      : lacks(plugin)(context);
}

/** Why a case cannot be tried that would disturb others. */
export function unlessDisruptive({ settings }: SuiteContext): string | undefined {
  return settings.disruptive ? undefined : 'JENKINS_DISRUPTIVE is not 1';
}

/** `node { }` waits for ever where nothing can run it. */
export async function needsExecutor({ jenkins, signal }: SuiteContext): Promise<void> {
  const nodes = await jenkins.nodes.list({ signal });
  if (!nodes.some(({ offline, executors }) => !offline && executors > 0))
    throw new NotTested('no node of the server is online with an executor');
}
