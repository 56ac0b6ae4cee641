import { bean, type Bean } from '../tree.ts';
import type { Build, FakeTestCase, StoredSuite } from './build.ts';
import { stageOf } from './flow.ts';

/** The test report of a build as `testReport/api/json` shows it. */
export function testReportBean(build: Build): Bean {
  const cases = [...build.tests.values()].flatMap((suite) => suite.cases);
  const count = (status: string): number => cases.filter((one) => (one.status ?? 'PASSED') === status).length;
  return bean('hudson.tasks.junit.TestResult', {
    testActions: () => [],
    duration: () => durationOf(cases),
    empty: () => cases.length === 0,
    failCount: () => count('FAILED'),
    passCount: () => count('PASSED'),
    skipCount: () => count('SKIPPED'),
    suites: () => [...build.tests].map(([name, suite]) => suiteBean(build, name, suite)),
  });
}

/** In seconds. */
function durationOf(cases: readonly FakeTestCase[]): number {
  return cases.reduce((sum, one) => sum + (one.duration ?? 0), 0);
}

/** A suite; the stage and the step that reported it are named by their ids in the graph. */
function suiteBean(build: Build, name: string, { cases, step }: StoredSuite): Bean {
  const stage = step && stageOf(step);
  const fields = {
    cases: cases.map((one) => caseBean(build, one)),
    duration: durationOf(cases),
    enclosingBlockNames: stage ? [stage.name] : [],
    enclosingBlocks: stage ? [stage.id] : [],
    id: null,
    name,
    nodeId: step?.id ?? null,
    properties: {},
    stderr: null,
    stdout: null,
    timestamp: null,
  };
  return bean(undefined, constants(fields), 9);
}

/** A case; `age` and `failedSince` tell for how many builds it has been failing, and since which. */
function caseBean(build: Build, one: FakeTestCase): Bean {
  const status = one.status ?? 'PASSED';
  const failing = status === 'FAILED' ? failingBuilds(build, one) : [];
  const fields = {
    testActions: [],
    age: failing.length,
    className: one.className ?? 'Test',
    duration: one.duration ?? 0,
    errorDetails: one.errorDetails ?? null,
    errorStackTrace: one.errorStackTrace ?? null,
    failedSince: failing.at(-1)?.number ?? 0,
    name: one.name,
    properties: {},
    skipped: status === 'SKIPPED',
    skippedMessage: null,
    status,
    stderr: null,
    stdout: null,
  };
  return bean(undefined, constants(fields), 9);
}

/** The builds in which a case failed without a break, newest first. */
function failingBuilds(build: Build, failed: FakeTestCase): readonly Build[] {
  const until = build.job.newest.filter((other) => other.number <= build.number);
  const mended = until.findIndex((other) => !failsIn(other, failed));
  return mended < 0 ? until : until.slice(0, mended);
}

function failsIn(build: Build, { className, name }: FakeTestCase): boolean {
  const cases = [...build.tests.values()].flatMap((suite) => suite.cases);
  return cases.some((one) => one.status === 'FAILED' && one.className === className && one.name === name);
}

function constants(values: Readonly<Record<string, unknown>>): Bean['fields'] {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, () => value]));
}
