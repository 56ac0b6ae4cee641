import { describe, expect, test } from 'vitest';
import { goFunction, regexFunctions, TemplateError, TemplateSet, type Budget } from './index.ts';

let slowCalls = 0;

const functions = {
  ...regexFunctions,
  slow: goFunction([], () => {
    slowCalls += 1;
    for (const end = performance.now() + 1; performance.now() < end;);
    return true;
  }),
  inner: goFunction([], () =>
    new TemplateSet().parse('in', '{{range 9999999}}{{end}}').execute('in', {}, { steps: 10 }),
  ),
};

/** The error with which a template ends; it must be one of the budget. Time is none of it unless the test says so. */
function exhausted(text: string, data: unknown = {}, budget: Partial<Budget> = {}): string {
  try {
    const patient = { milliseconds: 60_000, ...budget };
    new TemplateSet({ functions }).parse('bomb', text).execute('bomb', data, patient);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    expect(error.code).toBe('budget');
    return error.message;
  }
  throw new Error('the template ended well');
}

describe('the budget ends', () => {
  test('loops inside of loops, by steps', () => {
    const text = '{{range .}}{{range $}}{{range $}}{{range $}}{{end}}{{end}}{{end}}{{end}}';
    const list = Array.from({ length: 1_000 }, () => 0);
    expect(exhausted(text, list)).toMatch(
      /^template: bomb:1:\d+: executing "bomb" at <.*>: exceeded the budget: more than 2000000 steps$/,
    );
  });

  test('a loop over an integer, by steps', () => {
    expect(exhausted('{{range 9007199254740991}}{{end}}')).toContain('more than 2000000 steps');
  });

  test('loops, by time', () => {
    const message = exhausted('{{range 9007199254740991}}{{end}}', {}, { milliseconds: 0, steps: 1e12 });
    expect(message).toContain('more than 0 ms');
  });

  test('templates that call themselves, by depth', () => {
    expect(exhausted('{{template "bomb" .}}')).toContain('a template depth of more than 100');
    expect(exhausted('{{define "x"}}{{template "bomb"}}{{end}}{{template "x"}}', {}, { depth: 3 })).toContain(
      'executing "x" at <{{template "bomb"}}>: exceeded the budget: a template depth of more than 3',
    );
  });

  test('a depth that the stack does not hold', () => {
    const text = `{{define "x"}}${'{{if 1}}'.repeat(90)}{{template "x"}}${'{{end}}'.repeat(90)}{{end}}{{template "x"}}`;
    expect(exhausted(text, {}, { depth: 1e9, steps: 1e12 })).toContain('the stack is full');
  });

  test('a result that is too large, by bytes', () => {
    expect(exhausted('{{range 100000}}twelve bytes{{end}}')).toContain('a result of more than 1048576 bytes');
    expect(exhausted('{{.}}{{.}}', 'é'.repeat(3), { outputBytes: 11 })).toContain(
      'a result of more than 11 bytes',
    );
    expect(new TemplateSet().parse('a', '{{.}}').execute('a', 'é', { outputBytes: 2 })).toBe('é');
  });

  test('strings that double, which are never written', () => {
    const double = '{{$x = printf "%s%s" $x $x}}';
    expect(exhausted(`{{$x := "0123456789abcdef"}}${double.repeat(40)}`)).toContain('more than 1048576');
    expect(exhausted(`{{$x := "<"}}{{range 99}}{{$x = print $x $x}}{{end}}`)).toContain('more than 1048576');
  });

  test('long strings that are made again and again, by steps', () => {
    expect(exhausted('{{range 1000}}{{$x := printf "%500000d" .}}{{end}}')).toContain(
      'more than 2000000 steps',
    );
  });

  test('giant widths and precisions', () => {
    const refused = 'exceeded the budget: a width or precision of more than 1000000';
    expect(exhausted('{{printf "%1000000000d" 1}}')).toContain(refused);
    expect(exhausted('{{printf "%.1000000000f" 1.0}}')).toContain(refused);
    expect(exhausted(`{{printf "${'%1000000d'.repeat(50)}" ${'1 '.repeat(50)}}}`)).toContain(
      'a text of more than',
    );
    expect(exhausted(`{{print ${'. '.repeat(50)}}}`, 'x'.repeat(30_000))).toContain('a text of more than');
  });

  test('a width given as an argument that is too great counts as bad, as in Go', () => {
    const set = new TemplateSet().parse('a', '{{printf "%*d" 1000000000 1}}');
    expect(set.execute('a', {})).toBe('%!(BADWIDTH)1');
  });

  test('giant regular expressions, and great ones on long texts', () => {
    expect(exhausted('{{match . ""}}', 'a'.repeat(1_001))).toContain(
      'a regular expression of more than 1000',
    );
    expect(exhausted('{{match "(?:abcdefghij){600}" ""}}')).toContain('too large when compiled');
    expect(exhausted('{{match "(a?){500}a{500}" .}}', 'a'.repeat(100_000))).toContain('too long for it');
    expect(exhausted('{{reReplaceAll "a" . .}}', 'a'.repeat(20_000))).toContain('result is too long');
  });

  test('a regular expression that would fill the memory, before it is compiled', () => {
    expect(exhausted('{{match "(?:abcdefghij.{50}){200}{5}" ""}}')).toContain('too large when compiled');
  });

  test('calls that give back little and take long, by time', () => {
    const text = '{{range 1000}}{{if slow}}{{end}}{{end}}';
    expect(exhausted(text, {}, { milliseconds: 20 })).toContain('more than 20 ms');
    expect(slowCalls).toBeLessThan(1_000);
  });

  test('a template that a function has executed, and with it the outer one', () => {
    expect(exhausted('{{inner}}')).toContain('executing "in"');
  });
});

test('an ordinary template with a thousand elements stays far below the budget', () => {
  const set = new TemplateSet();
  set.parse('a', '{{range .}}{{if eq .status "firing"}}{{.name}}: {{printf "%s" .text}}{{end}}\n{{end}}');
  const data = Array.from({ length: 1_000 }, (_, index) => ({
    status: 'firing',
    name: `a${index}`,
    text: 'x',
  }));
  expect(set.execute('a', data, { steps: 30_000 }).split('\n')).toHaveLength(1_001);
});
