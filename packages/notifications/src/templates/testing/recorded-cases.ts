import type { Alert } from '../../alerts/alert.ts';
import { alertShapes } from './alert-shapes.ts';
import { functionTemplates } from './function-templates.ts';

/** A rendering of our own templates that Go was asked for. */
export interface RecordedCase {
  readonly language: string;
  readonly template: string;
  readonly html: boolean;
  readonly alerts: readonly Alert[];
}

/** What every recorded case says of its group. */
export const recordedAbout = {
  receiverName: 'ops',
  groupLabels: { alertname: 'HighMemory', a: '<1>' },
} as const;

const ofEach = (name: string): string => `{{ range .Alerts }}{{ template "${name}" . }}|{{ end }}`;
const ofAll = (name: string): string => `{{ template "${name}" . }}`;

const texts = [
  ofEach('nm.default.message'),
  ofEach('nm.default.message.cn'),
  ofAll('nm.default.subject'),
  ofAll('nm.subject'),
  ofAll('nm.default.text'),
  ofAll('nm.default.markdown'),
  ofAll('nm.feishu.text'),
  ofAll('nm.feishu.post'),
];
const mails = [ofAll('nm.default.html'), ofAll('nm.html')];

const casesOf = (language: string, templates: readonly string[], counts: readonly number[]): RecordedCase[] =>
  counts.flatMap((count) =>
    templates.map((template) => ({
      language,
      template,
      html: mails.includes(template),
      alerts: alertShapes(count, count),
    })),
  );

/** The cases of `fixtures/templates/rendered-by-go.json`, in its order. */
export const recordedCases: readonly RecordedCase[] = [
  ...casesOf('English', [...texts, ...mails], [1, 2, 5]),
  ...casesOf('English', functionTemplates, [20]),
  ...casesOf('zh-cn', texts, [1, 2, 5]),
];
