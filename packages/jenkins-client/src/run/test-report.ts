import { buildRoute, type BuildAddress } from '../builds/build-address.ts';
import type { CallOptions, Connection } from '../connection.ts';
import { Deadline } from '../deadline.ts';
import { expected, expectedObjects } from '../expected.ts';
import { objectOf, objectsOf, textOf, textsOf, wholeOf, type JsonObject } from '../json-shape.ts';

/** How a test ended; `FIXED` and `REGRESSION` are passed and failed ones that were the other before. */
export type TestStatus = 'PASSED' | 'FIXED' | 'FAILED' | 'REGRESSION' | 'SKIPPED';

/** One test. */
export interface TestCase {
  readonly className: string;
  readonly name: string;
  readonly status: TestStatus;
  readonly durationMs: number;
  /** The message of the failure, or why it was skipped. */
  readonly message?: string;
  readonly stackTrace?: string;
  /** The number of the build since which it fails. */
  readonly failedSince?: number;
  /** Only with `output`. */
  readonly stdout?: string;
  /** Only with `output`. */
  readonly stderr?: string;
}

/** The tests of one report file, or of one suite in it. */
export interface TestSuite {
  readonly name: string;
  readonly durationMs: number;
  /** The ids of the stages around the step that reported it, the innermost first. */
  readonly stageIds: readonly string[];
  readonly stageNames: readonly string[];
  readonly cases: readonly TestCase[];
}

/** The tests of a build, as the junit plugin and those like it report them. */
export interface TestReport {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly durationMs: number;
  readonly suites: readonly TestSuite[];
}

/** What to read of the tests. */
export interface TestOptions extends CallOptions {
  /** Whether to read what the tests printed, which may be large. */
  readonly output?: boolean | undefined;
}

const caseTree = 'className,name,status,duration,errorDetails,errorStackTrace,skippedMessage,failedSince';

/** The tests of a build; undefined when none were reported. Throws NotFoundOrHiddenError when there is no build. */
export async function tests(
  connection: Connection,
  build: BuildAddress,
  options: TestOptions = {},
): Promise<TestReport | undefined> {
  const deadline = new Deadline(connection.clock, options);
  const cases = options.output === true ? `${caseTree},stdout,stderr` : caseTree;
  const tree = `duration,passCount,failCount,skipCount,suites[name,duration,enclosingBlocks,enclosingBlockNames,cases[${cases}]]`;
  const answer = await connection.request({
    ...deadline.left(),
    path: buildRoute(build, 'testReport/api/json'),
    query: { tree },
    accept: [404],
  });
  if (answer.status !== 404) return parseTestReport(await answer.json<unknown>());
  await answer.discard();
  // A build without a report and no build at all are answered alike.
  const path = buildRoute(build, 'api/json');
  const found = await connection.request({ ...deadline.left(), path, query: { tree: 'number' } });
  await found.discard();
  return undefined;
}

/** The answer of `testReport/api/json`. */
export function parseTestReport(body: unknown): TestReport {
  const json = expected(objectOf(body), 'the test report');
  return {
    passed: wholeOf(json.passCount) ?? 0,
    failed: wholeOf(json.failCount) ?? 0,
    skipped: wholeOf(json.skipCount) ?? 0,
    durationMs: milliseconds(json.duration),
    suites: expectedObjects(json.suites, 'the test suites').map((suite) => ({
      name: textOf(suite.name) ?? '',
      durationMs: milliseconds(suite.duration),
      stageIds: textsOf(suite.enclosingBlocks),
      stageNames: textsOf(suite.enclosingBlockNames),
      cases: objectsOf(suite.cases).map(parseCase),
    })),
  };
}

const statuses: readonly string[] = [
  'PASSED',
  'FIXED',
  'FAILED',
  'REGRESSION',
  'SKIPPED',
] satisfies TestStatus[];

function parseCase(json: JsonObject): TestCase {
  const status = textOf(json.status) ?? '';
  const message = textOf(json.errorDetails) ?? textOf(json.skippedMessage);
  const stackTrace = textOf(json.errorStackTrace);
  const failedSince = wholeOf(json.failedSince) ?? 0;
  const stdout = textOf(json.stdout);
  const stderr = textOf(json.stderr);
  return {
    className: textOf(json.className) ?? '',
    name: textOf(json.name) ?? '',
    status: expected(statuses.includes(status) ? (status as TestStatus) : undefined, 'the status of a test'),
    durationMs: milliseconds(json.duration),
    ...(message === undefined ? {} : { message }),
    ...(stackTrace === undefined ? {} : { stackTrace }),
    ...(failedSince > 0 ? { failedSince } : {}),
    ...(stdout === undefined ? {} : { stdout }),
    ...(stderr === undefined ? {} : { stderr }),
  };
}

/** Jenkins tells seconds with a fraction. */
function milliseconds(seconds: unknown): number {
  return typeof seconds === 'number' ? Math.round(seconds * 1000) : 0;
}
