import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { runCase, type OracleCase } from './testing/oracle.ts';

const folder = new URL('../fixtures/recorded/', import.meta.url);

/** Where ours is meant to differ from Go 1.19, and what ours gives. */
const differences: Readonly<Record<string, { why: string; ours: string | RegExp }>> = {
  '{{keys .kv}}': { why: 'a map of any type is a map', ours: '3' },
  '{{.t.Compare .u}}': { why: 'a method of Go 1.20', ours: '-1' },
  '{{.t.In nil}}': { why: 'Go panics inside', ours: /cannot assign nil to \*time\.Location$/ },
  '{{adder}}': { why: 'results have no type', ours: /can't print {{adder}} of type func\(\)$/ },
  '{{len nil}}': { why: 'Go tells of its inside', ours: /error calling len: len of nil pointer$/ },
  '{{1i}}': { why: 'refused', ours: /complex numbers are not supported: "1i"$/ },
  '{{range 3.5}}x{{end}}': { why: 'errors do not tell data', ours: /a value of type float64$/ },
  '{{range true}}x{{end}}': { why: 'errors do not tell data', ours: /a value of type bool$/ },
  '{{range upper "x"}}x{{end}}': { why: 'errors do not tell data', ours: /a value of type string$/ },
  '{{eq .l .l}}': { why: 'errors do not tell data', ours: /non-comparable type \[\]interface {}$/ },
  '{{eq (list) (list)}}': { why: 'errors do not tell data', ours: /non-comparable type \[\]interface {}$/ },
  '{{eq .m .m}}': { why: 'errors do not tell data', ours: /non-comparable type map\[string\]interface {}$/ },
  '{{eq .kv .kv}}': { why: 'errors do not tell data', ours: /non-comparable type main\.KV$/ },
};

/** Go names the type of the container's elements, ours that of the value. */
const withoutType = (text: string): string => text.replace(/(can't evaluate field \S+ in type) .*$/s, '$1');

// What Go 1.19 made of each case is recorded; fixtures/oracle/main.go is the program that did it.
describe.each(readdirSync(folder))('as Go does: %s', (file) => {
  const cases = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as OracleCase[];

  test.each(cases.map((each, index) => ({ ...each, index })))('$index $template', (each) => {
    const { output, error } = runCase(each);
    const ours = output ?? `error: ${error}`;
    const go = each.output ?? `error: ${each.error}`;
    const meant = differences[each.template];
    if (meant) expect(ours).toMatch(meant.ours);
    else if (go.includes('in type interface {}')) expect(withoutType(ours)).toBe(withoutType(go));
    else expect(ours).toBe(go);
  });
});
