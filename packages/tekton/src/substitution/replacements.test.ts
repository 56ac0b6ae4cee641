import { expect, test } from 'vitest';
import {
  noReplacements,
  replaceList,
  replaceText,
  replaceValue,
  setVariable,
  variablesIn,
} from './replacements.ts';
import { parseResultRef } from './results.ts';

const by = noReplacements();
setVariable(by, 'params', 'name', 'world');
setVariable(by, 'params', 'a.b', 'dotted');
setVariable(by, 'params', 'xs', ['one', 'two']);
setVariable(by, 'params', 'o', { url: 'http://x', rev: '$(params.name)' });

test('every spelling of a variable is replaced', () => {
  expect(replaceText(`$(params.name) $(params["name"]) $(params['name']) $(params["a.b"])`, by)).toBe(
    'world world world dotted',
  );
  expect(replaceText('$(params.xs[1])/$(params["xs"][0]) $(params.o.url)', by)).toBe('two/one http://x');
});

test('unknown variables, shell substitutions and whole arrays in a text stay', () => {
  const text = '$(date) $(params.nope) $(cat f) ${X} $(params.xs[*]) $(params.xs[9]) $((1+2))';
  expect(replaceText(text, by)).toBe(text);
  expect(variablesIn('$(ls $(workspaces.w.path)) $(params.x)')).toEqual(['workspaces.w.path', 'params.x']);
});

test('values are not searched for variables again', () => {
  expect(replaceText('$(params.o.rev)', by)).toBe('$(params.name)');
});

test('whole arrays and objects go where a list or a value stands', () => {
  expect(replaceList(['-v', '$(params.xs[*])', 'x-$(params.name)'], by)).toEqual([
    '-v',
    'one',
    'two',
    'x-world',
  ]);
  expect(replaceValue('$(params.xs[*])', by)).toEqual(['one', 'two']);
  expect(replaceValue('$(params.o[*])', by)).toEqual({ url: 'http://x', rev: '$(params.name)' });
});

test('names like those of built-in properties are names', () => {
  expect(replaceText('$(params.constructor) $(params.__proto__)', by)).toBe(
    '$(params.constructor) $(params.__proto__)',
  );
});

test('result references are read in every form', () => {
  expect(parseResultRef('tasks.build.results.image')).toMatchObject({
    task: 'build',
    result: 'image',
    whole: false,
  });
  expect(parseResultRef(`tasks.build.results["a.b"][2]`)).toMatchObject({ result: 'a.b', index: 2 });
  expect(parseResultRef('tasks.build.results.o.key')).toMatchObject({ result: 'o', key: 'key' });
  expect(parseResultRef('tasks.build.results.xs[*]')).toMatchObject({ result: 'xs', whole: true });
  expect(parseResultRef('finally.f.results.r')).toMatchObject({ scope: 'finally', task: 'f' });
  expect(parseResultRef('tasks.build.status')).toBeUndefined();
});

test('a text of a megabyte without an end takes no time to speak of', () => {
  const text = '$(params.'.repeat(120_000);
  expect(replaceText(text, by)).toBe(text);
});
