import { describe, expect, test } from 'vitest';
import { MAX_BYTES, parseJenkinsfile, type Expression } from './index.ts';

function steps(body: string): string {
  return `pipeline {\n agent any\n stages { stage('S') { steps {\n${body}\n} } }\n}\n`;
}

function errors(text: string): string[] {
  return parseJenkinsfile(text).diagnostics.map(({ line, code }) => `${line} ${code}`);
}

function onlyArgument(body: string): Expression | undefined {
  return parseJenkinsfile(steps(body)).pipeline?.stages[0]?.steps?.[0]?.arguments[0]?.value;
}

describe('strings', () => {
  test.each([
    [String.raw`echo 'a\tb\\c\'d'`, "a\tb\\c'd"],
    [String.raw`echo '\u0041\101\uuu0042'`, 'AAB'],
    [String.raw`echo "\$HOME"`, '$HOME'],
    ["echo '''a\r\n  'b'\r\nc'''", "a\n  'b'\nc"],
    ["echo 'one \\\ntwo'", 'one two'],
    [String.raw`echo(/a\/b\d+ "x"/)`, 'a/b\\d+ "x"'],
    ['echo($/a $$ b $/ c \\ d/$)', 'a $ b / c \\ d'],
  ])('%s', (source, value) => {
    expect(onlyArgument(source)).toMatchObject({ kind: 'string', value });
  });

  test('interpolation keeps text and expressions apart', () => {
    expect(onlyArgument('echo "a ${params.X} $env.Y.z ${x ? "in ${y}" : 1}!"')).toMatchObject({
      kind: 'gstring',
      parts: [
        'a ',
        { kind: 'property', name: 'X', object: { kind: 'name', name: 'params' } },
        ' ',
        { kind: 'property', name: 'z' },
        ' ',
        { kind: 'operation', operator: '?:' },
        '!',
      ],
    });
  });

  test('a closure or statement inside an interpolation is kept as source', () => {
    expect(onlyArgument('echo "${-> now}"')).toMatchObject({ parts: [{ kind: 'opaque' }] });
  });
});

describe('spans', () => {
  test('are exact through tabs, carriage returns and characters outside the basic plane', () => {
    const text =
      "pipeline {\r\n\tagent any\r\n\tstages { stage('🚀') {\r\n\t\tsteps { script {\r\n\t\t\tdef x = '}'  // }\r\n\t\t\techo x } } } }\r\n}";
    const { pipeline, diagnostics } = parseJenkinsfile(text);
    expect(diagnostics).toEqual([]);
    const script = pipeline?.stages[0]?.steps?.[0]?.script;
    expect(script?.text).toBe("def x = '}'  // }\r\n\t\t\techo x");
    expect(script?.span.start).toEqual({ offset: text.indexOf('def x'), line: 5, column: 4 });
    expect(script?.span.end).toMatchObject({ line: 6, column: 10 });
    const title = pipeline?.stages[0]?.span;
    expect(text.slice(title?.start.offset, title?.end.offset)).toMatch(/^stage\('🚀'\) \{[^]*\}$/);
  });

  test('a byte order mark and a shebang are no code', () => {
    expect(errors(`\ufeff#!/usr/bin/env groovy\n${steps("echo 'x'")}`)).toEqual([]);
  });
});

describe('expressions that are kept as source', () => {
  test.each([
    'echo((String) x)',
    'echo(*list)',
    'foo([("a" + b): 1, c: 2])',
    'foo(["${x}": 1])',
    'foo(new Date(1) as String)',
    'foo(a: b.&c)',
    'foo(x ==~ /a\\/b/)',
  ])('%s', (body) => {
    expect(errors(steps(body))).toEqual([]);
  });

  test.each(['echo("a" "b")', 'echo(a,, b)', 'echo(a b)', 'echo "a" "b"', 'foo(])', "echo 'a' echo 'b'"])(
    '%s is no Groovy',
    (body) => {
      expect(parseJenkinsfile(steps(body)).diagnostics).toMatchObject([{ line: 4 }]);
    },
  );
});

describe('structure', () => {
  test('a label with settings beside it is a node', () => {
    const { pipeline, diagnostics } = parseJenkinsfile(
      "pipeline { agent { label 'a'\n retries 2 }\n stages { stage('S') { steps { echo 'x' } } } }",
    );
    expect(diagnostics).toEqual([]);
    expect(pipeline?.agent).toMatchObject({
      type: 'node',
      settings: [{ name: 'label' }, { name: 'retries' }],
    });
  });

  test('names the closest section, condition and parameter', () => {
    const messages = parseJenkinsfile(
      "pipeline {\n agent any\n enviroment { A = 'b' }\n stages { stage('S') { steps { sh(scrpt: 'x') } } }\n post { sucess { echo 'x' } }\n}",
    ).diagnostics.map(({ message }) => /Did you mean "(\w+)"/.exec(message)?.[1]);
    expect(messages).toEqual(['environment', undefined, 'script', 'success']);
  });

  test.each([
    [
      'both steps and stages',
      "pipeline { agent any\n stages {\n stage('S') { steps { echo 'x' }\n stages { stage('T') { steps { echo 'x' } } } } } }",
      '3 misplaced-section',
    ],
    [
      'a condition twice',
      "pipeline { agent any\n stages { stage('S') { steps { echo 'x' } } }\n post {\n always { echo 'x' }\n always { echo 'y' } } }",
      '5 duplicate-name',
    ],
    ['no agent', "pipeline {\n stages { stage('S') { steps { echo 'x' } } }\n}", '1 missing-section'],
    ['a stage as a step', steps("stage('x') { echo 'x' }"), '4 invalid-step'],
    ['a scripted pipeline', 'node { sh "make" }', '1 no-pipeline'],
    ['nothing', '', '1 no-pipeline'],
    [
      'an input without a message',
      "pipeline { agent any\n stages { stage('S') {\n input { ok 'Yes' }\n steps { echo 'x' } } } }",
      '3 invalid-directive',
    ],
  ])('refuses %s', (_, text, expected) => {
    expect(errors(text)).toContain(expected);
  });
});

describe('limits', () => {
  test('a text above the limit is refused by its size', () => {
    expect(errors(' '.repeat(MAX_BYTES + 1))).toEqual(['1 too-large']);
  });

  test.each([
    ['brackets', `echo(${'['.repeat(5000)}${']'.repeat(5000)})`],
    ['blocks', `${'dir("x") { '.repeat(5000)}echo "x"${' }'.repeat(5000)}`],
    ['strings', `echo ${'"${'.repeat(5000)}`],
    ['conditions', `echo(${'a ? b : '.repeat(50_000)}c)`],
    ['signs', `echo(${'!'.repeat(50_000)}c)`],
    ['operators', `echo(${'a + '.repeat(50_000)}c)`],
    ['properties', `echo(a${'.b'.repeat(50_000)})`],
  ])('deeply nested %s end in a diagnostic', (_, body) => {
    expect(parseJenkinsfile(steps(body)).diagnostics).toMatchObject([{ code: 'too-deep', line: 4 }]);
  });

  test('findings are counted only up to a bound', () => {
    const text = `pipeline {\n${'nonsense {}\n'.repeat(50_000)}}`;
    expect(parseJenkinsfile(text).diagnostics).toHaveLength(1000);
  });

  test('a megabyte of steps is read whole', () => {
    const count = 60_000;
    const { pipeline, diagnostics } = parseJenkinsfile(steps("echo 'hello'\n".repeat(count)));
    expect(diagnostics).toEqual([]);
    expect(pipeline?.stages[0]?.steps).toHaveLength(count);
  });

  test.each([
    '{',
    '}',
    '(',
    '"',
    "'''",
    '/*',
    '${',
    '$/',
    '\\',
    '@',
    'pipeline {',
    'pipeline { agent',
    'pipeline { agent any stages',
    '\u0000',
  ])('broken text %j ends in a diagnostic', (text) => {
    expect(parseJenkinsfile(text).diagnostics).not.toEqual([]);
  });
});
