import { describe, expect, test } from 'vitest';
import { characters, jsonBytes, utf16Units, utf8Bytes, type Measure } from './measure.ts';
import { splitMessages, type MessagePart } from './split-messages.ts';

interface Sample {
  readonly id: number;
  readonly text: string;
}

const samples = (...texts: string[]): Sample[] => texts.map((text, id) => ({ id, text }));
const told = (parts: readonly MessagePart<Sample>[]): number[] =>
  parts.filter((part) => part.alerts > 0).flatMap((part) => part.about.map(({ id }) => id));

test('alerts that fit are told with one text, rendered at once', () => {
  const sizes: number[] = [];
  const render = (alerts: readonly Sample[]): string => {
    sizes.push(alerts.length);
    return alerts.map(({ text }) => text).join('\n');
  };
  const alerts = samples('one', 'two', 'three');
  const parts = splitMessages({ alerts, limit: 100, measure: characters, render });
  expect(parts).toEqual([{ text: 'one\ntwo\nthree', alerts: 3, about: alerts }]);
  expect(sizes).toEqual([1, 3]);
});

test('as many alerts as fit are told together, with the head and foot of each text counted', () => {
  const render = (alerts: readonly Sample[]): string => `<${alerts.map(({ text }) => text).join('|')}>`;
  const parts = splitMessages({
    alerts: samples('aaa', 'bbb', 'ccc', 'dd'),
    limit: 9,
    measure: characters,
    render,
  });
  expect(parts.map(({ text }) => text)).toEqual(['<aaa|bbb>', '<ccc|dd>']);
});

test('an alert longer than the limit is spread over parts, where upstream drops it', () => {
  const alerts = samples('short', 'x'.repeat(25), 'brief');
  const render = (some: readonly Sample[]): string => some.map(({ text }) => text).join('\n');
  const parts = splitMessages({ alerts, limit: 10, measure: characters, render });
  expect(parts.map(({ text, alerts: count }) => [text, count])).toEqual([
    ['short', 1],
    ['xxxxxxxxxx', 0],
    ['xxxxxxxxxx', 0],
    ['xxxxx', 1],
    ['brief', 1],
  ]);
  expect(parts[1]?.about).toEqual([alerts[1]]);
});

test('the alert that did not fit is listed in the next message alone, where upstream notes it as told with both', () => {
  const alerts = samples('aaaa', 'bbbb', 'cccc');
  const render = (some: readonly Sample[]): string => some.map(({ text }) => text).join('\n');
  const parts = splitMessages({ alerts, limit: 10, measure: characters, render });
  expect(parts.map(({ about }) => about)).toEqual([alerts.slice(0, 2), alerts.slice(2)]);
});

describe('alerts that cannot be rendered all at once', () => {
  const most = 3;
  const render = (some: readonly Sample[]): string => {
    if (some.length > most || some.some(({ text }) => text === 'broken')) throw new RangeError('too much');
    return some.map(({ text }) => text).join('\n');
  };
  const split = (...texts: string[]): MessagePart<Sample>[] =>
    splitMessages({
      alerts: samples(...texts),
      limit: 1000,
      measure: characters,
      render,
      isTooMuch: (error) => error instanceof RangeError,
    });

  test('are told with several texts', () => {
    const parts = split('one', 'two', 'three', 'four', 'five');
    expect(told(parts)).toEqual([0, 1, 2, 3, 4]);
    expect(Math.max(...parts.map(({ about }) => about.length))).toBeLessThanOrEqual(most);
  });

  test('are an error when one of them cannot be rendered alone', () => {
    expect(() => split('one', 'broken')).toThrow('too much');
  });
});

test('a channel may cut long texts in its own way', () => {
  const parts = splitMessages({
    alerts: samples('a;b;c'),
    limit: 1,
    measure: characters,
    render: (alerts) => alerts.map(({ text }) => text).join(''),
    cut: (text) => text.split(';'),
  });
  expect(parts.map(({ text, alerts }) => [text, alerts])).toEqual([
    ['a', 0],
    ['b', 0],
    ['c', 1],
  ]);
});

test('alerts that the template is silent about are told with a neighbour', () => {
  const alerts = samples('', 'aaaa', '', 'bbbb', '');
  const render = (some: readonly Sample[]): string => some.map(({ text }) => text).join('');
  const parts = splitMessages({ alerts, limit: 4, measure: characters, render });
  expect(parts.map(({ text }) => text)).toEqual(['aaaa', 'bbbb']);
  expect(told(parts)).toEqual([0, 1, 2, 3, 4]);
});

test('a template that says nothing at all gives no text', () => {
  expect(
    splitMessages({ alerts: samples('a', 'b'), limit: 4, measure: characters, render: () => '' }),
  ).toEqual([]);
  expect(splitMessages({ alerts: [], limit: 4, measure: characters, render: () => 'x' })).toEqual([]);
});

test('a text of nothing but blanks is no message', () => {
  const render = (some: readonly Sample[]): string => some.map(({ text }) => text).join('');
  const parts = splitMessages({ alerts: samples('\t\n', 'aaaa'), limit: 4, measure: characters, render });
  expect(parts.map(({ text, alerts }) => [text, alerts])).toEqual([['aaaa', 2]]);
});

test('a template whose texts grow out of proportion still keeps to the limit', () => {
  const alerts = samples(...Array.from({ length: 40 }, () => 'ab'));
  const render = (some: readonly Sample[]): string => 'ab'.repeat(some.length ** 2);
  const parts = splitMessages({ alerts, limit: 100, measure: characters, render });
  expect(told(parts)).toEqual(alerts.map(({ id }) => id));
  for (const { text } of parts) expect(text.length).toBeLessThanOrEqual(100);
});

describe('over random alerts', () => {
  const words = ['pod', 'memory ', 'über\n', '漢字', '😀', '&amp;', '"quoted" ', 'x'.repeat(90), '\\'];
  const measures: Measure[] = [utf8Bytes, utf16Units, characters, jsonBytes];

  /** The same numbers in every run: a test that fails can be repeated. */
  const numbers = (seed: number) => {
    let state = seed * 2_654_435_761 + 1;
    return (below: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
  };

  test.each(Array.from({ length: 60 }, (_, seed) => seed))(
    'every alert is told exactly once (%d)',
    (seed) => {
      const next = numbers(seed);
      const alerts = samples(
        ...Array.from({ length: 1 + next(120) }, () =>
          Array.from({ length: 1 + next(12) }, () => words[next(words.length)] ?? '').join(''),
        ).map((text, id) => `#${String(id)}:${text.trim()}`),
      );
      const limit = 40 + next(600);
      const measure = measures[seed % measures.length] ?? characters;
      let rendered = 0;
      const render = (some: readonly Sample[]): string => {
        rendered += some.length;
        return `${String(some.length)} alerts\n${some.map(({ text }) => text).join('\n\n')}\n-- sent by us`;
      };
      const parts = splitMessages({ alerts, limit, measure, render });

      expect(told(parts)).toEqual(alerts.map(({ id }) => id));
      expect(parts.reduce((sum, part) => sum + part.alerts, 0)).toBe(alerts.length);
      for (const part of parts) {
        expect(measure(part.text)).toBeLessThanOrEqual(limit);
        expect(part.text.isWellFormed()).toBe(true);
      }
      const text = parts.map((part) => part.text.replaceAll(/\s/g, '')).join('');
      for (const alert of alerts) expect(text).toContain(alert.text.replaceAll(/\s/g, ''));
      expect(rendered).toBeLessThanOrEqual(3 * alerts.length + 2);
    },
  );

  test('the number of alerts rendered grows with their number, not with its square', () => {
    const renderedFor = (count: number): number => {
      let rendered = 0;
      splitMessages({
        alerts: samples(
          ...Array.from({ length: count }, (_, id) => `alert ${String(id)} ${'.'.repeat(id % 50)}`),
        ),
        limit: 2048,
        measure: utf8Bytes,
        render: (some) => {
          rendered += some.length;
          return some.map(({ text }) => text).join('\n');
        },
      });
      return rendered;
    };
    expect(renderedFor(1000)).toBeLessThanOrEqual(2002);
    expect(renderedFor(8000)).toBeLessThanOrEqual(16_002);
  });
});
