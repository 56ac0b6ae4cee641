import { describe, expect, test } from 'vitest';
import { goFunction, mapType, structType, TemplateSet } from './index.ts';

const render = (text: string, data: unknown): string => new TemplateSet().parse('a', text).execute('a', data);

class Account {
  readonly name = 'root';
  readonly secret = 'hunter2';
  show(): string {
    return this.secret;
  }
}

describe('templates reach nothing of JavaScript', () => {
  const inherited = [
    'constructor',
    '__proto__',
    'prototype',
    'toString',
    'valueOf',
    'hasOwnProperty',
    'length',
    'map',
  ];

  test.each(inherited)('not %s', (name) => {
    const none = '<no value>';
    expect(render(`{{.${name}}}`, {})).toBe(none);
    expect(render(`{{index . "${name}"}}`, {})).toBe(none);
    expect(render(`{{.${name}}}`, new Map([['a', 1]]))).toBe(none);
    for (const value of [
      'text',
      5,
      true,
      [1],
      () => 1,
      goFunction([], () => 1),
      new Account(),
      new Date(0),
    ]) {
      expect(() => render(`{{.${name}}}`, value)).toThrow(`can't evaluate field ${name}`);
    }
  });

  test('a key named __proto__ is a key like any other', () => {
    expect(
      render('{{.__proto__}}{{range $k, $v := .}}{{$k}}{{end}}', JSON.parse('{"__proto__": "own"}')),
    ).toBe('own__proto__');
  });

  test('objects of a class show nothing, whatever they hold', () => {
    const account = new Account();
    expect(render('{{.}} {{printf "%v %+v %#v" . . .}}', account)).toBe('{} {} {} struct {}{}');
    expect(() => render('{{.secret}}', account)).toThrow("can't evaluate field secret in type struct {}");
    expect(() => render('{{range .}}{{end}}', account)).toThrow("range can't iterate over");
    expect(() => render('{{index . "secret"}}', account)).toThrow("can't index item of type struct {}");
    expect(() => render('{{call .}}', () => 'called')).toThrow('non-function of type func()');
    expect(() => render('{{.}}', () => 'called')).toThrow("can't print {{.}} of type func()");
  });

  test('a struct shows the fields and methods of its type only', () => {
    const type = structType<Account>({ name: 'Account', fields: ['name'] });
    expect(render('{{.name}} {{.}} {{printf "%+v" .}}', type.of(new Account()))).toBe(
      'root {root} {name:root}',
    );
    for (const name of ['secret', 'show', 'constructor', '__proto__']) {
      expect(() => render(`{{.${name}}}`, type.of(new Account()))).toThrow(`can't evaluate field ${name}`);
    }
  });

  test('a getter of a field is called when the field is asked for', () => {
    const type = structType<{ total: number; other: number }>({ name: 'Lazy', fields: ['total', 'other'] });
    const asked: string[] = [];
    const lazy = {
      get total() {
        asked.push('total');
        return 5;
      },
      get other() {
        asked.push('other');
        return 6;
      },
    };
    expect(render('{{.total}}', type.of(lazy))).toBe('5');
    expect(asked).toEqual(['total']);
  });

  test('functions get maps without a prototype', () => {
    const functions = { has: goFunction(['map'], (map) => 'toString' in map) };
    const set = new TemplateSet({ functions }).parse('a', '{{has .}}');
    expect(set.execute('a', {})).toBe('false');
    expect(set.execute('a', mapType({ name: 'M' }).of({ a: 1 }))).toBe('false');
  });
});

test('maps may have numbers for keys', () => {
  const data = new Map([
    [10, 'ten'],
    [2, 'two'],
  ]);
  expect(render('{{range $k, $v := .}}{{$k}}={{$v} }{{end}}'.replace('} }', '}} '), data)).toBe(
    '2=two 10=ten ',
  );
  expect(render('{{index . 2}} {{len .}} {{.}}', data)).toBe('two 2 map[2:two 10:ten]');
});
