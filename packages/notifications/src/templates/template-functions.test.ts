import { describe, expect, test } from 'vitest';
import { DeliveryError } from '../delivery-error.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { testAlert } from '../testing/notice.ts';
import { Templates } from './templates.ts';

const alert = testAlert('HighMemory', {
  labels: { alertname: 'HighMemory', rule_id: '7', b: '2', a: '1' },
  annotations: { message: 'high', summaryCn: '高' },
  startsAt: '2026-01-02T03:04:05.123456789Z',
  endsAt: '2026-01-02T05:04:05+02:00',
});
const other = testAlert('Other', {
  status: 'resolved',
  labels: { alertname: 'Other', a: '1', b: '3', empty: '' },
});
const templates = new Templates(
  { texts: [], languagePacks: [] },
  new FakeClock(Date.UTC(2026, 0, 2, 4, 4, 5)),
);
const render = (template: string): string =>
  templates.renderer({ groupLabels: { a: '1' }, receiverName: 'ops' })(template, [alert, other]);

describe('words', () => {
  test.each([
    ['{{ toUpper "straße ǆ" }}', 'STRAßE Ǆ'],
    ['{{ "ΑΣ İ" | toLower }}', 'ασ i'],
    ['{{ title "node down, it\'s o_k 2nd éa" }}', "Node Down, It'S O_k 2nd Éa"],
    ['{{ title "mIXED" }}', 'MIXED'],
    ['{{ title "ǆ ქართული" }}', 'ǅ ქართული'],
    ['{{ trimSpace "\\u00a0\\t a b \\n\\u0085" }}|', 'a b|'],
    ['{{ match "^a.c$" "abc" }} {{ match "b" "abc" }} {{ match "(?i)X" "abc" }}', 'true true false'],
    ['{{ reReplaceAll "(\\\\w+)=(\\\\w+)" "$2:${1}" "a=b c=d" }}', 'b:a d:c'],
    ['{{ "a\\"b\\n<&>\\u2028" | escape }}', String.raw`a\"b\n\u003c\u0026\u003e\u2028`],
    ['{{ translate "firing" }} {{ translate "nothing" }}', 'FIRING nothing'],
    [
      '{{ range .Alerts }}{{ message . }}/{{ .Message }}/{{ .MessageCN }} {{ end }}',
      'high/high/高 Other happened/Other happened/Other happened',
    ],
  ])('%s', (template, text) => {
    expect(render(template)).toBe(text);
  });
});

describe('lists', () => {
  test.each([
    ['{{ stringSlice "a" "b" | join "-" }}', 'a-b'],
    ['{{ list 1 "a" true }}', '[1 a true]'],
    ['{{ append (list 1) 2 3 }}', '[1 2 3]'],
    ['{{ range $key, $value := dict "b" 1 "a" 2 }}{{ $key }}{{ $value }}{{ end }}', 'a2b1'],
    ['{{ (dict "a" (dict "b" "c")).a.b }}', 'c'],
    ['{{ len list }} {{ len routeLabels }}', '0 0'],
  ])('%s', (template, text) => {
    expect(render(template)).toBe(text);
  });
});

describe('encodings', () => {
  test.each([
    ['{{ base64encode "~~~???" }} {{ base64encode "a" }}', 'fn5-Pz8_ YQ=='],
    ['{{ base64decode "fn5-Pz8_" }}', '~~~???'],
    ['{{ urlUnescape "a+b%20%E5%86%85" }}', 'a b 内'],
    [
      '{{ toJson (dict "b" "<&>" "a" (list 1 2.5 true nil)) }}',
      String.raw`{"a":[1,2.5,true,null],"b":"\u003c\u0026\u003e"}`,
    ],
    ['{{ toJson .CommonLabels }}', '{"a":"1"}'],
    ['{{ toJson .GroupLabels.SortedPairs }}', '[{"Name":"a","Value":"1"}]'],
    ['{{ toJson (index .Alerts 1).StartsAt }}', '"2026-01-01T00:00:00Z"'],
    ['{{ safeHtml "<b>" }}{{ safeUrl "https://x/?a=b" }}', '<b>https://x/?a=b'],
  ])('%s', (template, text) => {
    expect(render(template)).toBe(text);
  });

  test('the data as JSON has the names of the webhook of Alertmanager', () => {
    expect(JSON.parse(render('{{ toJson . }}'))).toMatchObject({
      receiver: 'ops',
      alerts: [
        {
          status: 'firing',
          labels: alert.labels,
          annotations: alert.annotations,
          startsAt: '2026-01-02T03:04:05.123456789Z',
          endsAt: '2026-01-02T05:04:05+02:00',
          generatorURL: '',
          fingerprint: alert.fingerprint,
        },
        { status: 'resolved' },
      ],
      groupLabels: { a: '1' },
      commonLabels: { a: '1' },
    });
  });
});

describe('times', () => {
  test.each([
    ['{{ (index .Alerts 0).StartsAt.Format "2006-01-02 15:04:05.000 MST" }}', '2026-01-02 03:04:05.123 UTC'],
    ['{{ (index .Alerts 0).StartsAt | date "Jan 2 15:04" }}', 'Jan 2 03:04'],
    ['{{ (index .Alerts 0).StartsAt | tz "Asia/Shanghai" | date "15:04 MST" }}', '11:04 CST'],
    ['{{ (index .Alerts 0).EndsAt }}', '2026-01-02 05:04:05 +0200 +0200'],
    ['{{ (index .Alerts 1).EndsAt.IsZero }}', 'true'],
    ['{{ now | date "15:04:05" }}', '04:04:05'],
    ['{{ since (index .Alerts 0).EndsAt }}', '1h0m0s'],
    ['{{ since (index .Alerts 0).EndsAt | humanizeDuration }}', '1h 0m 0s'],
    ['{{ humanizeDuration 61 }} {{ humanizeDuration "0.5" }} {{ humanizeDuration 1.5 }}', '1m 1s 500ms 1.5s'],
    ['{{ toDate "2006-01-02" "2026-02-03" | date "02.01.06" }}', '03.02.26'],
    ['{{ (toDate "2006-01-02" "nonsense").IsZero }}', 'true'],
    ['{{ mustToDate "2006-01-02" "2026-02-03" | date "02.01.06" }}', '03.02.26'],
  ])('%s', (template, text) => {
    expect(render(template)).toBe(text);
  });
});

test('a time that no calendar has is the zero time', () => {
  const odd = testAlert('A', { startsAt: '2026-02-45T00:00:00Z', endsAt: '2026-01-01t00:00:00z' });
  const template = '{{ range .Alerts }}{{ .StartsAt.IsZero }} {{ .EndsAt }}{{ end }}';
  expect(templates.renderer({ groupLabels: {} })(template, [odd])).toBe('true 2026-01-01 00:00:00 +0000 UTC');
});

describe('labels', () => {
  test.each([
    [
      '{{ range (index .Alerts 0).Labels.SortedPairs }}{{ .Name }}={{ .Value }} {{ end }}',
      'alertname=HighMemory a=1 b=2',
    ],
    ['{{ (index .Alerts 0).Labels.Names | join "," }}', 'alertname,a,b'],
    ['{{ (index .Alerts 0).Labels.Values | join "," }}', 'HighMemory,1,2'],
    ['{{ ((index .Alerts 0).Labels.SortedPairs.Filter "a" "b").Names }}', '[alertname]'],
    ['{{ len (index .Alerts 0).Labels.SortedPairs.DefaultFilter }}', '3'],
    ['{{ (index .Alerts 0).Labels.Remove .GroupLabels.Names }}', 'map[alertname:HighMemory b:2 rule_id:7]'],
    ['{{ len .Alerts.Firing }} {{ len .Alerts.Resolved }} {{ len .CommonAnnotations }}', '1 1 0'],
    ['<{{ .Status }}>', '<>'],
    ['{{ .CommonLabels }} {{ .ExternalURL }}{{ .Receiver }}', 'map[a:1] ops'],
  ])('%s', (template, text) => {
    expect(render(template)).toBe(text);
  });

  test('names with characters beyond the first plane come in the order of their bytes, as in Go', () => {
    const exotic = testAlert('A', { labels: { '😀': '1', '\uffee': '2' } });
    expect(templates.renderer({ groupLabels: {} })('{{ (index .Alerts 0).Labels.Names }}', [exotic])).toBe(
      '[\uffee 😀]',
    );
  });
});

describe('a function that is used wrongly fails the message and says where', () => {
  test.each([
    ['{{ match "(" "x" }}', /error calling match/],
    ['{{ reReplaceAll "(" "x" "x" }}', /error calling reReplaceAll/],
    ['{{ dict "a" }}', /error calling dict: dict needs a value for each key/],
    ['{{ dict 1 2 }}', /error calling dict: dict needs strings as keys/],
    ['{{ base64decode "?" }}', /error calling base64decode: illegal base64 data/],
    ['{{ urlUnescape "%zz" }}', /error calling urlUnescape: invalid URL escape "%zz"/],
    ['{{ .Receiver | tz "Nowhere/Land" }}', /wrong type|expected time.Time/],
    ['{{ now | tz "Nowhere/Land" }}', /error calling tz: unknown time zone Nowhere\/Land/],
    ['{{ mustToDate "2006" "x" }}', /error calling mustToDate/],
    ['{{ humanizeDuration "x" }}', /error calling humanizeDuration/],
    ['{{ join 1 2 }}', /expected string/],
    ['{{ message . }}', /wrong type for value; expected/],
    ['{{ translate }}', /wrong number of args for translate: want 1 got 0/],
  ])('%s', (template, message) => {
    expect(() => render(template)).toThrow(DeliveryError);
    expect(() => render(template)).toThrow(message);
  });
});
