import type { FakeTestReport, InputParameter } from './build.ts';
import type { Result } from './flow.ts';

/**
 * What a build does while it runs; it may take its time by returning a promise. It ends as a success when it returns,
 * as a failure when it throws.
 */
export type Behaviour = (build: FakeBuild) => Promise<void> | void;

/** A running build, as its behaviour sees it. */
export interface FakeBuild {
  /** The path of the job, such as `team/p1`. */
  readonly job: string;
  readonly number: number;
  readonly parameters: Readonly<Record<string, string | boolean>>;
  /** Aborted when somebody stops the build. */
  readonly signal: AbortSignal;
  /** The stage to begin with, when the build was restarted from one. */
  readonly fromStage: string | undefined;
  /** Writes to the log, as it is: no newline is added. Inside a step it is the step's log, too. */
  print(text: string | Uint8Array): void;
  /** A stage. What happens inside belongs to it; stages may stand in stages. */
  stage<T>(name: string, body: () => Promise<T> | T): Promise<T>;
  /** A stage that is skipped: by its conditions, or because the build was restarted from one behind it. */
  skip(name: string): void;
  /** A step by its function's name, such as `echo` or `sh`, with what it is about. */
  step<T>(call: string, body?: () => Promise<T> | T, description?: string): Promise<T | undefined>;
  /** A step with others inside, such as `node` or `withEnv`. */
  block<T>(call: string, body: () => Promise<T> | T): Promise<T>;
  /** Branches that run at the same time, each with a stage of its own. */
  parallel(branches: Readonly<Record<string, () => unknown>>): Promise<void>;
  /** A script that the pipeline loads; gives the text to run, which is another one when a replay says so. */
  load(script: string): string;
  /** Waits for somebody's answer; throws when it is aborted. */
  input(question: FakeInput): Promise<Readonly<Record<string, string | boolean>>>;
  artifact(path: string, content: string | Uint8Array): void;
  tests(report: FakeTestReport): void;
  /** Sets the result that the build, and the stage it is in, will have unless it fails. */
  result(result: Result): void;
}

/** A question of a build. */
export interface FakeInput {
  /** A random one unless told; begins with a capital letter, as Jenkins makes it. */
  readonly id?: string;
  readonly message: string;
  /** `Proceed` unless told. */
  readonly ok?: string;
  /** Users who may answer, separated by commas; everybody who may build unless told. */
  readonly submitter?: string;
  readonly parameters?: readonly InputParameter[];
}

/** Somebody stopped the build or aborted its input. */
export class Interrupted extends Error {}

/** What a build does for which no behaviour was given. */
export const DEFAULT_BEHAVIOUR: Behaviour = async (build) => {
  await build.step('echo', () => build.print(`Built ${build.job}\n`));
};
