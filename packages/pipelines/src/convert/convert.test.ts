import { parseJenkinsfile } from '@armillary/jenkinsfile';
import { describe, expect, test } from 'vitest';
import { runLocally } from '../testing/run-locally.ts';
import { convertToTekton, type Conversion, type ConversionInput } from './convert.ts';
import { UnknownParameterError } from './parameters.ts';
import { taskNames } from './task-names.ts';

function convert(text: string, input: Partial<ConversionInput> = {}): Conversion {
  const { pipeline, diagnostics } = parseJenkinsfile(text);
  expect(diagnostics).toEqual([]);
  if (pipeline === undefined) throw new Error('no pipeline');
  return convertToTekton(pipeline, { jobName: 'demo/build', buildNumber: 7, ...input });
}

function outputOf(text: string, parameters: Record<string, string> = {}): string {
  const { spec, report } = convert(text, { parameters });
  if (spec === undefined) throw new Error(JSON.stringify(report));
  return runLocally(spec).output;
}

function steps(body: string, sections = ''): string {
  return `pipeline {\n agent any\n${sections}\n stages { stage('S') { steps {\n${body}\n} } }\n}`;
}

const parameter = "parameters { string(name: 'P', defaultValue: 'x') }";

describe('values of parameters', () => {
  const nasty = `'; touch /tmp/pwned; echo "$(id)" \`id\` $$ $(PATH) \\ %s`;

  test('reach echo and the environment of sh as they are', () => {
    const body = `echo "got \${params.P}"\nsh '''#!/bin/sh\nprintf %s "$P"'''`;
    expect(outputOf(steps(body, parameter), { P: nasty })).toBe(`got ${nasty}\n${nasty}`);
  });

  test('are part of the script where Groovy puts them there, as on Jenkins', () => {
    expect(outputOf(steps('sh "echo ${params.P}"', parameter), { P: 'a; echo b' })).toBe(
      '+ echo a\na\n+ echo b\nb\n',
    );
  });

  test('never stand in a script that is written to a file', () => {
    const { spec } = convert(steps('sh "echo ${P}"\necho P', parameter), { parameters: { P: 'SECRET' } });
    expect(JSON.stringify(spec?.pipelineSpec)).not.toContain('SECRET');
  });

  test('that Tekton would rewrite are refused', () => {
    const { spec, report } = convert(steps('echo P', parameter), {
      parameters: { P: '$(context.pipelineRun.name)' },
    });
    expect(spec).toBeUndefined();
    expect(report).toContainEqual(expect.objectContaining({ construct: 'parameters', fidelity: 'refused' }));
  });

  test('of unknown parameters stop the conversion', () => {
    expect(() => convert(steps("echo 'x'", parameter), { parameters: { Q: '1' } })).toThrow(
      UnknownParameterError,
    );
  });

  test('are trimmed when the parameter says so', () => {
    const section = "parameters { string(name: 'P', trim: true) }";
    expect(outputOf(steps('echo "[${P}]"', section), { P: '  a b ' })).toBe('[a b]\n');
  });
});

describe('text', () => {
  test.each([
    ["echo 'it\\'s \\\\ $HOME $(date) $$'", "it's \\ $HOME $(date) $$\n"],
    ['echo "n=${BUILD_NUMBER} ${env.JOB_NAME} $JOB_BASE_NAME"', 'n=7 demo/build build\n'],
    ["echo 'a' + 'b' + env.BUILD_ID", 'ab7\n'],
    ['echo "${env.NOPE} ${params.NOPE}"', 'null null\n'],
    ["sh label: 'l', script: 'printf one'", '+ printf one\none'],
    ["sh '''#!/bin/sh\nprintf quiet'''", 'quiet'],
  ])('%s', (body, expected) => {
    expect(outputOf(steps(body))).toBe(expected);
  });

  test('dollars in an environment value survive Kubernetes', () => {
    const section = 'environment { V = \'a$$b $(HOME) $(BUILD_NUMBER) $\'\n W = "${V}${BUILD_NUMBER}" }';
    expect(outputOf(steps(`sh '#!/bin/sh\\nprintf "%s|%s" "$V" "$W"'`, section))).toBe(
      'a$$b $(HOME) $(BUILD_NUMBER) $|a$$b $(HOME) $(BUILD_NUMBER) $7',
    );
  });
});

describe('what is not converted is refused by name and line', () => {
  test.each([
    ['deleteDir()', 'deleteDir', 5],
    ["script { echo 'x' }", 'script', 5],
    ["sh(script: 'x', returnStdout: true)", 'sh', 5],
    ['echo "${currentBuild.result}"', 'echo', 5],
    ['echo "${UNKNOWN}"', 'echo', 5],
    ['echo "${env.PATH}"', 'echo', 5],
    ["echo 'x $(params.y)'", 'echo', 5],
    ["dir('x') { sh 'y' }", 'dir', 5],
  ])('%s', (body, construct, line) => {
    const { spec, report } = convert(steps(body));
    expect(spec).toBeUndefined();
    expect(report).toContainEqual(
      expect.objectContaining({ construct, line, fidelity: 'refused', detail: expect.any(String) }),
    );
  });

  test.each([
    ['options { timestamps() }', 'options timestamps', 3],
    ["environment { A = credentials('x') }", 'environment A', 3],
    ['environment { A = "${B}"\n B = \'x\' }', 'environment A', 3],
    ["parameters { booleanParam(name: 'B') }", 'parameters booleanParam', 3],
    ["triggers { cron('@daily') }", 'triggers cron', 3],
    ["post { unstable { echo 'x' } }", 'post unstable', 3],
  ])('%s', (section, construct, line) => {
    expect(convert(steps("echo 'x'", section)).report).toContainEqual(
      expect.objectContaining({ construct, line, fidelity: 'refused' }),
    );
  });

  test('sections of a stage', () => {
    const text = `pipeline { agent any
      stages {
        stage('A') { agent { label 'x' }
          when { branch 'x' }
          steps { echo 'x' } }
        stage('B') {
          parallel { stage('C') { steps { echo 'x' } } } }
      } }`;
    const refused = convert(text).report.filter(({ fidelity }) => fidelity === 'refused');
    expect(refused.map(({ construct, line }) => `${construct} ${line}`)).toEqual([
      'agent 3',
      'when 4',
      'parallel 7',
    ]);
  });
});

test('a script of another interpreter runs, but not where it may be skipped', () => {
  const script = "sh '''#!/usr/bin/env perl\nprint 1'''";
  expect(convert(steps(script)).spec).toBeDefined();
  const guarded = `pipeline { agent any\n stages { stage('S') { steps {\n echo 'x'\n ${script}\n }\n post { always { echo 'x' } } } } }`;
  expect(convert(guarded).report).toContainEqual(expect.objectContaining({ line: 4, fidelity: 'refused' }));
});

test('stage post sees the failure of its steps and of the conditions before it, and the run still fails', () => {
  const text = `pipeline { agent any
    stages {
      stage('S') { steps { echo 'one'
          sh '''#!/bin/sh
            exit 4'''
          echo 'never' }
        post { always { echo 'always' }
          failure { echo 'failure' }
          success { echo 'success' } } }
      stage('T') { steps { echo 'not reached' } } }
    post { failure { echo 'end' }
      success { echo 'good end' } } }`;
  const { spec } = convert(text);
  const run = runLocally(spec ?? {});
  expect(run).toMatchObject({
    output: 'one\nalways\nfailure\nend\n',
    succeeded: false,
    tasks: { s: 'Failed' },
  });
  expect(run.tasks).not.toHaveProperty('t');
});

test('names of tasks are made of names of stages and are unique', () => {
  expect(
    taskNames(['Build & Test', 'build-test', '构建', '', 'Größe', '-x-', 'a'.repeat(60)], ['post-actions']),
  ).toEqual(['build-test', 'build-test-2', 'stage', 'stage-2', 'gro-e', 'x', 'a'.repeat(40)]);
});
