import { TemplateSet } from '@armillary/go-template';
import { describe, expect, test, vi } from 'vitest';
import { DeliveryError } from '../delivery-error.ts';
import { utf8Bytes } from '../splitting/measure.ts';
import { splitMessages } from '../splitting/split-messages.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { testAlert } from '../testing/notice.ts';
import { Templates, type TemplatesSource } from './templates.ts';

const alert = testAlert('HighMemory', {
  labels: { alertname: 'HighMemory', pod: '<cart>' },
  annotations: { message: 'Memory & more' },
});
const of = (source: Partial<TemplatesSource> = {}): Templates =>
  new Templates({ texts: [], languagePacks: [], ...source }, new FakeClock(Date.UTC(2026, 10, 22)));
const file = (text: string) => ({ name: 'ns/templates/file', text });
const render = (template: string, source: Partial<TemplatesSource> = {}, html = false): string =>
  of(source).renderer({ groupLabels: { team: 'shop' }, receiverName: 'ops' })(template, [alert], { html });

function failureOf(action: () => unknown): DeliveryError {
  try {
    action();
  } catch (error) {
    if (error instanceof DeliveryError) return error;
  }
  throw new Error('it was delivered');
}

describe('a template is named or written', () => {
  test('a name is wrapped into an invocation', () => {
    expect(
      render('nm.default.message', { texts: [file('{{ define "nm.default.message" }}mine{{ end }}')] }),
    ).toBe('mine');
  });

  test('an invocation, however it is spaced, is taken as it is', () => {
    const expected = '[FIRING] Memory & more';
    expect(render('nm.default.subject')).toBe(expected);
    expect(render('{{ template "nm.default.subject" . }}')).toBe(expected);
    expect(render('{{template "nm.default.subject" .}}')).toBe(expected);
    expect(render('{{- template "nm.default.subject" . -}}')).toBe(expected);
  });

  test('a text with actions is a template of its own', () => {
    expect(render('{{ .Receiver }}: {{ len .Alerts }} of {{ .GroupLabels.team }}')).toBe('ops: 1 of shop');
  });

  test('no template gives no text', () => {
    expect(render('')).toBe('');
  });

  test('blanks and line ends behind the text are gone, others are not', () => {
    expect(render('  a \t \r\n{{ " " }}\n')).toBe('  a \t');
  });
});

describe('html', () => {
  test('values are escaped in mails that are HTML, where upstream writes them as they are', () => {
    expect(render('<p>{{ (index .Alerts 0).Labels.pod }}</p>', {}, true)).toBe('<p>&lt;cart&gt;</p>');
    expect(render('nm.default.html', {}, true)).toContain('Memory &amp; more');
  });

  test('values are not escaped in texts, where upstream writes entities', () => {
    expect(render('nm.default.text')).toContain('pod: <cart>');
  });

  test('addresses of alerts become links only when they are of the web', () => {
    const mail = (generatorURL: string): string =>
      of().renderer({ groupLabels: {} })('nm.default.html', [{ ...alert, generatorURL }], { html: true });
    expect(mail('https://prometheus.example.com/graph?a=1&b="')).toContain(
      'href="https://prometheus.example.com/graph?a=1&amp;b=&#34;"',
    );
    expect(mail('javascript:alert(1)')).not.toContain('href');
  });
});

test('an alert longer than a message loses nothing', () => {
  const rows = Array.from({ length: 400 }, (_, row) => `row ${row} of the description`);
  const long = testAlert('Long', { annotations: { description: rows.join('\n') } });
  const render = of().renderer({ groupLabels: {} });
  const parts = splitMessages({
    alerts: [alert, long, alert],
    limit: 2048,
    measure: utf8Bytes,
    render: (alerts) => render('nm.default.text', alerts),
  });
  expect(parts.map(({ alerts }) => alerts)).toEqual([
    1,
    ...Array.from({ length: parts.length - 3 }, () => 0),
    1,
    1,
  ]);
  const lines = parts.flatMap(({ text }) => text.split('\n'));
  for (const row of rows) expect(lines.filter((line) => line.endsWith(row))).toHaveLength(1);
});

describe('files', () => {
  test('a later file defines a template of an earlier one, or of ours, anew', () => {
    const texts = [file('{{ define "a" }}1{{ end }}'), file('{{ define "a" }}2{{ end }}')];
    expect(render('a', { texts })).toBe('2');
    expect(
      render('nm.default.subject', { texts: [file('{{ define "nm.default.message" }}x{{ end }}')] }),
    ).toBe('x');
  });

  test('a file that is no template is told and left out; the others hold', () => {
    const templates = of({
      texts: [file('{{ define "a" }}{{ end'), { name: 'b', text: '{{ define "b" }}b{{ end }}' }],
    });
    expect(templates.problems).toEqual([
      expect.stringMatching(/^template file ns\/templates\/file is left out: .+/),
    ]);
    expect(templates.renderer({ groupLabels: {} })('b', [alert])).toBe('b');
  });

  test('files of one receiver hold for it alone', () => {
    const templates = of();
    const texts = [file('{{ define "nm.default.message" }}mine{{ end }}')];
    expect(templates.renderer({ groupLabels: {}, texts })('nm.default.subject', [alert])).toBe('mine');
    expect(templates.renderer({ groupLabels: {} })('nm.default.subject', [alert])).toBe(
      '[FIRING] Memory & more',
    );
  });

  test('files of a receiver that are no templates fail its messages, with the place', () => {
    const own = of().renderer({ groupLabels: {}, texts: [file('{{ nonsense }}')] });
    const error = failureOf(() => own('nm.default.subject', [alert]));
    expect(error.fault).toBe('permanent');
    expect(error.message).toMatch(
      /template file ns\/templates\/file failed: .*:1: function "nonsense" not defined/,
    );
  });

  test('templates are made anew only for other texts, languages or packs', () => {
    const source = { texts: [file('a')], languagePacks: [file('[]')], language: 'de' };
    const templates = of(source);
    expect(templates.isOf(structuredClone(source))).toBe(true);
    expect(templates.isOf({ ...source, language: 'fr' })).toBe(false);
    expect(templates.isOf({ ...source, texts: [file('b')] })).toBe(false);
    expect(templates.isOf({ ...source, languagePacks: [] })).toBe(false);
    expect(of().isOf({ texts: [], languagePacks: [], language: 'English' })).toBe(true);
  });
});

test('a template is compiled once, where upstream compiles all of them for every receiver and batch', () => {
  const parse = vi.spyOn(TemplateSet.prototype, 'parse');
  const templates = of();
  const texts = [file('{{ define "mine" }}mine{{ end }}')];
  const tell = (): string => {
    const render = templates.renderer({ groupLabels: {}, texts });
    return (
      render('mine', [alert]) +
      render('{{ len .Alerts }}', [alert]) +
      render('nm.html', [alert], { html: true })
    );
  };
  tell();
  const before = parse.mock.calls.length;
  for (let round = 0; round < 10; round++) tell();
  expect(parse.mock.calls.length).toBe(before);
  parse.mockRestore();
});

describe('a template that fails is a permanent failure that says what to do', () => {
  test('a name that is not defined', () => {
    const error = failureOf(() => render('nm.missing'));
    expect(error.fault).toBe('permanent');
    expect(error.message).toMatch(/no template "nm.missing": define it in the ConfigMap/);
  });

  test.each([
    ['{{ .Nothing }}', /can't evaluate field Nothing in type/],
    ['a\n{{ index .Alerts 7 }}', /:2:.*index out of range/],
    ['{{ if }}', /missing value for if/],
    ['{{ define "a" }}{{ template "a" }}{{ end }}{{ template "a" }}', /do less|exceeded/],
    ['{{ printf "%999999999d" 1 }}', /do less|correct/],
    ['{{ range $a := .Alerts }}{{ match "(" "x" }}{{ end }}', /missing|parenthes/],
    ['{{ .Alerts.constructor }}', /can't evaluate field constructor/],
    ['{{ .__proto__ }}', /can't evaluate field __proto__/],
  ])('%s', (template, message) => {
    const error = failureOf(() => render(template));
    expect(error.fault).toBe('permanent');
    expect(error.message).toMatch(message);
  });
});

test('a template that takes long for every alert has no more time for a thousand than for a few', () => {
  const slow = of().renderer({ groupLabels: {}, milliseconds: 50 });
  let rendered = 0;
  const error = failureOf(() => {
    for (; rendered < 1_000_000; rendered += 1) slow('{{ range 20000 }}{{ end }}', [alert]);
  });
  expect([error.fault, error.message]).toEqual(['permanent', expect.stringContaining('exceeded the budget')]);
  expect(() => slow('{{ range 2000 }}{{ end }}', [alert])).toThrow('more than 0 ms');
});

test('a label that is not there is empty, in texts and in conditions', () => {
  expect(render('<{{ .CommonLabels.nothing }}{{ if .CommonLabels.nothing }}x{{ end }}>')).toBe('<>');
  expect(render('<{{ index .CommonLabels "toString" }}>')).toBe('<>');
});

describe('language', () => {
  const both = testAlert('A', { annotations: { message: 'high', summaryCn: '高' } });

  test('readers of Chinese get the Chinese sentence and words', () => {
    const templates = of({ language: 'zh-cn' });
    expect(templates.renderer({ groupLabels: {} })('nm.default.subject', [both])).toBe('[触发中] 高');
  });

  test('others get the other sentence', () => {
    expect(of({ language: 'de' }).renderer({ groupLabels: {} })('nm.default.subject', [both])).toBe(
      '[firing] high',
    );
  });
});
