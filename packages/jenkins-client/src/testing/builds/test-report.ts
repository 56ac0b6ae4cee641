import { bean, type Bean } from '../tree.ts';
import type { FakeTestCase, FakeTestReport } from './build.ts';

/** A test report as `testReport/api/json` shows it. */
export function testReportBean(report: FakeTestReport): Bean {
  const cases = Object.values(report).flat();
  const count = (status: string): number => cases.filter((one) => (one.status ?? 'PASSED') === status).length;
  return bean('hudson.tasks.junit.TestResult', {
    testActions: () => [],
    duration: () => durationOf(cases),
    empty: () => cases.length === 0,
    failCount: () => count('FAILED'),
    passCount: () => count('PASSED'),
    skipCount: () => count('SKIPPED'),
    suites: () => Object.entries(report).map(([name, inside]) => suiteBean(name, inside)),
  });
}

function durationOf(cases: readonly FakeTestCase[]): number {
  return cases.reduce((sum, one) => sum + (one.duration ?? 0), 0);
}

function suiteBean(name: string, cases: readonly FakeTestCase[]): Bean {
  const fields = {
    cases: cases.map(caseBean),
    duration: durationOf(cases),
    enclosingBlockNames: [],
    enclosingBlocks: [],
    id: null,
    name,
    nodeId: null,
    properties: {},
    stderr: null,
    stdout: null,
    timestamp: null,
  };
  return bean(undefined, constants(fields), 9);
}

function caseBean(one: FakeTestCase): Bean {
  const status = one.status ?? 'PASSED';
  const fields = {
    testActions: [],
    age: status === 'FAILED' ? 1 : 0,
    className: one.className ?? 'Test',
    duration: one.duration ?? 0,
    errorDetails: one.errorDetails ?? null,
    errorStackTrace: one.errorStackTrace ?? null,
    failedSince: 0,
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

function constants(values: Readonly<Record<string, unknown>>): Bean['fields'] {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, () => value]));
}
