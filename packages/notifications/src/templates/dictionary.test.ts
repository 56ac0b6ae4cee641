import { describe, expect, test } from 'vitest';
import { dictionaryOf } from './dictionary.ts';

const pack = (text: string) => [{ name: 'ns/words/zh', text }];

function read(language: string, text: string) {
  const problems: string[] = [];
  const dictionary = dictionaryOf(language, text === '' ? [] : pack(text), (problem) =>
    problems.push(problem),
  );
  return { dictionary, problems };
}

test('a pack in the format of upstream translates words in any case', () => {
  const { dictionary } = read(
    'de',
    '- name: de\n  dictionary:\n    requestReceivedTimestamp: Empfangen um\n',
  );
  expect(dictionary.translate('requestreceivedtimestamp')).toBe('Empfangen um');
  expect(dictionary.translate('REQUESTReceivedTimestamp')).toBe('Empfangen um');
});

test('a word without a translation stays as it is', () => {
  expect(read('de', '').dictionary.translate('Pod')).toBe('Pod');
  expect(read('', '').dictionary.translate('constructor')).toBe('constructor');
});

test('English says FIRING and RESOLVED, whatever a pack of that name says', () => {
  const { dictionary } = read('English', '- name: English\n  dictionary: {firing: on fire}\n');
  expect(dictionary.translate('firing')).toBe('FIRING');
  expect(dictionary.translate('resolved')).toBe('RESOLVED');
});

test('later packs add to earlier ones', () => {
  const dictionary = dictionaryOf(
    'de',
    [
      { name: 'one', text: '- name: de\n  dictionary: {pod: Kapsel, node: Knoten}' },
      {
        name: 'other',
        text: '- name: de\n  dictionary: {pod: Pod}\n- name: fr\n  dictionary: {node: noeud}',
      },
    ],
    () => {},
  );
  expect(['pod', 'node'].map((word) => dictionary.translate(word))).toEqual(['Pod', 'Knoten']);
});

test('Chinese works without a pack, and is that of the pack where there is one', () => {
  expect(read('zh-cn', '').dictionary.translate('namespace')).toBe('项目');
  const { dictionary } = read('zh-cn', '- name: zh-cn\n  dictionary: {namespace: 命名空间}');
  expect(dictionary.translate('namespace')).toBe('命名空间');
  expect(dictionary.translate('pod')).toBe('pod');
});

const bomb = `- &a [x, x]\n- &b [*a, *a, *a, *a, *a, *a]\n- &c [*b, *b, *b, *b, *b, *b]\n- [${'*c, '.repeat(50)}]`;

describe('a pack that is none is told, and nothing else is lost', () => {
  test.each([
    ['broken', '{', /is no YAML/],
    ['a map', 'a: 1', /must be a list/],
    ['a bomb of aliases', bomb, /is no YAML/],
  ])('%s', (_, text, problem) => {
    const { dictionary, problems } = read('zh-cn', text);
    expect(problems).toEqual([expect.stringMatching(problem)]);
    expect(problems[0]).toContain('ns/words/zh');
    expect(dictionary.translate('pod')).toBe('容器组');
  });

  test('entries and words of the wrong shape are passed over', () => {
    const { dictionary, problems } = read(
      'de',
      '- 7\n- name: de\n- name: de\n  dictionary: {pod: 7, node: Knoten}',
    );
    expect(problems).toEqual([]);
    expect(['pod', 'node'].map((word) => dictionary.translate(word))).toEqual(['pod', 'Knoten']);
  });
});
