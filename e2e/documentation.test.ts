/** The example of docs/jenkinsfile-on-tekton.md is what the converter makes of it. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseJenkinsfile } from '@armillary/jenkinsfile';
import { convertToTekton, type Conversion } from '@armillary/pipelines';

const text = readFileSync(new URL('../docs/jenkinsfile-on-tekton.md', import.meta.url), 'utf8');

/** The content of the first code block of a language. */
function block(language: string): string {
  return new RegExp('```' + language + '\\n(.*?)```', 's').exec(text)?.[1] ?? '';
}

function convert(): Conversion {
  const { pipeline, diagnostics } = parseJenkinsfile(block('groovy'));
  expect(diagnostics).toEqual([]);
  return convertToTekton(pipeline!, { jobName: 'shop/hello', buildNumber: 1 });
}

test('the converted example is what the converter makes today', () => {
  expect(parse(block('yaml'))).toEqual(convert().spec);
});

test('the degrees of the example are those of its report', () => {
  const rows = convert().report.map((e) => `${e.line} ${e.construct} ${e.fidelity} ${e.detail ?? ''}`.trim());
  const example = text.slice(text.indexOf('is carried over so:'), text.indexOf('and becomes this'));
  const shown = [...example.matchAll(/^\| (\d+) +\| `(.+?)` +\| (\w+) +\| (.*?) *\|$/gm)];
  expect(shown.map((row) => row.slice(1).join(' ').trim())).toEqual(rows);
});
