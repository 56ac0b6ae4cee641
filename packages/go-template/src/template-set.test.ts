import { describe, expect, test } from 'vitest';
import { goFunction, TemplateError, TemplateSet } from './index.ts';

const thrown = (run: () => unknown): TemplateError => {
  try {
    run();
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

describe('a set', () => {
  test('knows its templates by name', () => {
    const set = new TemplateSet().parse('a', '{{define "c"}}C{{end}}{{define "b"}}B{{end}}A{{template "b"}}');
    expect(set.names()).toEqual(['a', 'b', 'c']);
    expect(set.has('b')).toBe(true);
    expect(set.has('d')).toBe(false);
    expect(set.execute('a', {})).toBe('AB');
  });

  test('lets a later definition replace an earlier one, but not by mere space', () => {
    const set = new TemplateSet().parse('a', '{{define "x"}}one{{end}}');
    set.parse('b', '{{define "x"}}two{{end}}').parse('c', '{{define "x"}} \n {{end}}');
    expect(set.execute('x', {})).toBe('two');
  });

  test('is as it was when a text cannot be parsed', () => {
    const set = new TemplateSet().parse('a', 'old');
    expect(() => set.parse('a', '{{define "x"}}x{{end}}{{nope}}')).toThrow(TemplateError);
    expect(set.execute('a', {})).toBe('old');
    expect(set.has('x')).toBe(false);
  });

  test('is copied together with what it knows, and neither copy sees the changes of the other', () => {
    const set = new TemplateSet({ functions: { twice: goFunction(['string'], (text) => text + text) } });
    set.parse('a', '{{template "x" .}}').parse('x', 'old {{twice .}}');
    const copy = set.clone();
    copy.parse('x', 'new {{twice .}}');
    expect(copy.execute('a', 'ab')).toBe('new abab');
    expect(set.execute('a', 'ab')).toBe('old abab');
  });

  test('says which template it does not have', () => {
    const error = thrown(() => new TemplateSet().execute('nope', {}));
    expect(error).toMatchObject({ code: 'execute', template: 'nope' });
    expect(error.message).toBe('template: no template "nope" in this set');
  });

  test('refuses a text of more than a million characters', () => {
    expect(thrown(() => new TemplateSet().parse('a', 'x'.repeat(2 ** 20 + 1))).code).toBe('parse');
  });

  test('refuses actions and parentheses that nest without end', () => {
    const set = new TemplateSet();
    expect(thrown(() => set.parse('a', '{{if 1}}'.repeat(10_000))).message).toContain('more than 100 deep');
    expect(thrown(() => set.parse('a', `{{${'('.repeat(100_000)}`)).message).toContain('more than 100 deep');
    const chain = `{{if 0}}${'{{else if 0}}'.repeat(10_000)}{{end}}`;
    expect(thrown(() => set.parse('a', chain)).message).toContain('more than 100 deep');
  });

  test('gives the error of a function as the cause', () => {
    const fault = new Error('no route');
    const functions = {
      broken: goFunction([], () => {
        throw fault;
      }),
    };
    const error = thrown(() => new TemplateSet({ functions }).parse('a', '{{broken}}').execute('a', {}));
    expect(error.message).toBe('template: a:1:2: executing "a" at <broken>: error calling broken: no route');
    expect(error.cause).toBe(fault);
  });

  test('lets functions take the place of built-in ones, and of break and continue', () => {
    const functions = {
      len: goFunction(['any'], () => 'mine'),
      and: goFunction(['...any'], (...values) => values.length),
      break: goFunction([], () => 'broken'),
    };
    const set = new TemplateSet({ functions }).parse('a', '{{len .}} {{and 0 0 0}} {{break}}');
    expect(set.execute('a', '')).toBe('mine 3 broken');
  });
});

describe('what came after Go 1.19', () => {
  const render = (text: string, data: unknown): string =>
    new TemplateSet().parse('a', text).execute('a', data);

  test('else with', () => {
    const text = '{{with .a}}a={{.}}{{else with .b}}b={{.}}{{else with $x := .c}}c={{$x}}{{else}}none{{end}}';
    expect(render(text, { a: 1, b: 2 })).toBe('a=1');
    expect(render(text, { b: 2 })).toBe('b=2');
    expect(render(text, { c: 3 })).toBe('c=3');
    expect(render(text, {})).toBe('none');
  });

  test('else with ends a with only', () => {
    expect(() => render('{{if .a}}{{else with .b}}{{end}}', {})).toThrow('unexpected <with> in input');
    expect(() => render('{{with .a}}{{else if .b}}{{end}}', {})).toThrow('unexpected <if> in input');
  });

  test('range over an integer', () => {
    expect(render('{{range 3}}{{.}}{{end}}', {})).toBe('012');
    expect(render('{{range $i := .n}}{{$i}}{{end}}', { n: 2 })).toBe('01');
    expect(render('{{range 0}}x{{else}}none{{end}}', {})).toBe('none');
    expect(() => render('{{range $i, $x := 3}}{{end}}', {})).toThrow(
      "can't use 3 to iterate over more than one variable",
    );
  });

  test('a range that assigns to variables of before', () => {
    expect(render('{{$i := 9}}{{$x := 9}}{{range $i, $x = .}}{{end}}{{$i}}{{$x}}', ['a', 'b'])).toBe('1b');
  });
});

test('long runs of spaces and digits are read once', () => {
  const spaces = ' '.repeat(300_000);
  expect(new TemplateSet().parse('a', `${spaces}x${spaces}{{- 1 -}}${spaces}`).execute('a', {})).toBe(
    `${spaces}x1`,
  );
  expect(() => new TemplateSet().parse('a', `{{${'1_'.repeat(200_000)}}}`)).toThrow('illegal number syntax');
  expect(() => new TemplateSet().parse('a', `{{${'9'.repeat(1_000_000)}}}`)).toThrow('integer overflow');
});

test.each([
  ['a number of a million digits', `{{0x${'a'.repeat(1_000_000)}}}`, 'integer overflow'],
  ['a number of a million digits and no end', `{{${'1'.repeat(1_000_000)}e}}`, 'illegal number syntax'],
  ['a million arguments', `{{print${' 1'.repeat(500_000)}}}`, 'more than 50000 tokens'],
  ['a hundred thousand actions', '{{if 1}}{{end}}'.repeat(50_000), 'more than 50000 tokens'],
])('a template with %s is refused soon', (_, text, problem) => {
  expect(() => new TemplateSet().parse('bomb', text)).toThrow(problem);
});
