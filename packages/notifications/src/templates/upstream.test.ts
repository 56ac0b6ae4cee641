import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { env, stderr } from 'node:process';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { FakeClock } from '../testing/fake-clock.ts';
import { Templates } from './templates.ts';
import { alertShapes } from './testing/alert-shapes.ts';
import { renderWithGo, type GoCase } from './testing/go-renderer.ts';

const shapes = Array.from({ length: 300 }, (_, seed) => alertShapes(1 + (seed % 4), seed));

/** The cases for some templates: as text over all shapes, as HTML over fewer. */
function casesOf(texts: readonly string[], mails: readonly string[]): GoCase[] {
  return shapes.flatMap((alerts, index) => {
    const about = {
      receiverName: 'ops',
      groupLabels: index % 3 === 0 ? {} : { alertname: 'HighMemory', severity: 'critical' },
      alerts,
    };
    return [
      ...texts.map((name) => ({ ...about, template: `{{ template "${name}" . }}`, html: false })),
      ...(index % 10 === 0 ? mails : []).map((name) => ({
        ...about,
        template: `{{ template "${name}" . }}`,
        html: true,
      })),
    ];
  });
}

/** What templates define that make a message of a whole notice, and do so under the same name for everybody. */
const defined = (text: string): string[] =>
  [...text.matchAll(/define "([^"]+)"/g)].map(([, name]) => name ?? '');

function expectAsGo(
  file: { name: string; text: string },
  pack: string,
  language: string,
  cases: GoCase[],
): void {
  const languagePacks = pack === '' ? [] : [{ name: 'pack', text: pack }];
  const templates = new Templates({ texts: [file], languagePacks, language }, new FakeClock());
  expect(templates.problems).toEqual([]);
  const [entry] = (parse(pack || '[]') ?? []) as { dictionary: Record<string, string> }[];
  const words =
    language === 'English'
      ? { firing: 'FIRING', resolved: 'RESOLVED' }
      : Object.fromEntries(
          Object.entries(entry?.dictionary ?? {}).map(([word, text]) => [word.toLowerCase(), text]),
        );
  const results = renderWithGo({ templates: [file.text], language, words, cases });
  for (const [index, { template, alerts, html, ...about }] of cases.entries()) {
    const rendered = templates.renderer(about)(template, alerts, { html });
    // Go leaves comments of HTML out; no reader sees them.
    const ours = html ? rendered.replaceAll(/<!--.*?-->/gs, '') : rendered;
    expect({ template, text: ours }).toEqual({ template, ...results[index] });
  }
}

const source = env['NOTIFICATION_MANAGER_SOURCE'];
if (!source) {
  stderr.write(
    'SKIPPED: comparing with the templates of upstream: set NOTIFICATION_MANAGER_SOURCE to run it\n',
  );
}
const read = (...path: string[]): string =>
  Object.values(
    (parse(readFileSync(join(source ?? '', ...path), 'utf8')) as { data: Record<string, string> }).data,
  ).join('\n');

test.skipIf(!source).each(['English', 'zh-cn'])(
  'templates of upstream give what Go gives, in %s',
  { timeout: 120_000 },
  (language) => {
    const text = read('config', 'samples', 'template.yaml');
    const pack = read('config', 'i18n', 'zh-cn.yaml');
    const names = defined(text).filter((name) => !/\.message(\.cn)?$/.test(name));
    const isMail = (name: string): boolean => name.endsWith('html');
    const cases = casesOf(
      names.filter((name) => !isMail(name)),
      names.filter(isMail),
    );
    expectAsGo({ name: 'upstream', text }, pack, language, cases);
  },
);

const functions = [
  '{{ toUpper . }}|{{ toLower . }}|{{ title . }}|{{ trimSpace . }}',
  '{{ escape . }}|{{ toJson . }}|{{ urlquery . }}|{{ html . }}|{{ js . }}',
  '{{ match "^[a-z]+" . }}|{{ reReplaceAll `(\\w)(\\w*)` "$2$1" . }}|{{ reReplaceAll `\\s+` "${0}_$x" . }}',
  '{{ printf "%q %x %10.3s|%-5s" . . . . }}|{{ len . }}|{{ slice . 0 }}',
];
const times = [
  '{{ date "2006-01-02 15:04:05.999 Z07:00 MST" . }}|{{ . }}|{{ .Unix }}|{{ .IsZero }}|{{ .Weekday }}',
  '{{ tz "Asia/Shanghai" . | date "Mon Jan _2 3:04PM 2006 -0700" }}|{{ (tz "Europe/Berlin" .).UTC }}|{{ toJson . }}',
];

test.skipIf(!source)('functions give what Go gives', { timeout: 120_000 }, () => {
  const each = (body: string, what: string): string =>
    `{{ range .Alerts }}{{ range ${what} }}${body}\n{{ end }}{{ end }}`;
  const templates = [
    ...functions.map((body) => each(body, 'stringSlice .Status .Fingerprint .GeneratorURL')),
    ...functions.flatMap((body) => [each(body, '.Labels.Values'), each(body, '.Annotations.Values')]),
    ...times.map(
      (body) =>
        `{{ range .Alerts }}{{ with .StartsAt }}${body}{{ end }}{{ with .EndsAt }}${body}{{ end }}\n{{ end }}`,
    ),
    '{{ toJson .CommonLabels }}|{{ toJson .GroupLabels.SortedPairs }}|{{ .CommonLabels }}|{{ .GroupLabels.Remove .CommonLabels.Names }}',
    '{{ range .Alerts }}{{ .Message }}|{{ .MessageCN }}|{{ .Labels }}|{{ printf "%v" .Annotations }}\n{{ end }}',
  ];
  const cases = shapes.flatMap((alerts) => {
    const about = { receiverName: 'a b', groupLabels: { alertname: 'HighMemory', rule_id: '1' }, alerts };
    return templates.map((template) => ({ ...about, template, html: false }));
  });
  expectAsGo({ name: 'none', text: '' }, '', 'English', cases);
});

const alertmanager = '/usr/share/prometheus/alertmanager';
const hasGo = Boolean(source) && existsSync(alertmanager);

test.skipIf(!hasGo)('templates of Alertmanager give what Go gives', { timeout: 120_000 }, () => {
  const text = ['default.tmpl', 'email.tmpl']
    .map((name) => readFileSync(join(alertmanager, name), 'utf8'))
    .join('');
  const names = defined(text).filter((name) => !/alert_list|instances$/.test(name));
  const isMail = (name: string): boolean => name.endsWith('.html');
  const cases = casesOf(
    names.filter((name) => !isMail(name)),
    names.filter(isMail),
  );
  expectAsGo({ name: 'alertmanager', text }, '', 'English', cases);
});
