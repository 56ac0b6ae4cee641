import { expect, test } from 'vitest';
import { testAlert } from '../../testing/notice.ts';
import { alertsBody, historyBody, historyLines } from './webhook-body.ts';

test("the history has the fields of upstream's: when and where each alert was told, and no groups", () => {
  const alert = testAlert('Down');
  const receivers = { ops: { slack: ['#ops'], email: ['a@example.com'] } };
  const body = historyBody([{ alert, notifiedAt: Date.UTC(2026, 0, 2), receivers }]);
  expect(body.contentType).toBe('application/json');
  expect(JSON.parse(body.text)).toEqual({
    alerts: [
      {
        ...alert,
        id: expect.any(String),
        notificationTime: '2026-01-02T00:00:00.000Z',
        receiver: receivers,
      },
    ],
    groupLabels: null,
    commonLabels: null,
    commonAnnotations: null,
  });
});

test('a line of the history has labels as fields, and annotations, which count where a name is taken', () => {
  const alert = testAlert('Down', {
    labels: JSON.parse('{"alertname":"Down","status":"odd","__proto__":"x"}') as Record<string, string>,
    annotations: { summary: 'It is down', runbook_url: 'http://r', kind: 'Node', alertname: 'Other' },
  });
  const { text } = historyLines([
    { alert, notifiedAt: Date.UTC(2026, 0, 2) },
    { alert: testAlert('B'), notifiedAt: 0 },
  ]);
  expect(text.split('\n')).toEqual([
    '{"status":"odd","startsAt":"2026-01-01T00:00:00Z","endsAt":"0001-01-01T00:00:00Z",' +
      '"notificationTime":"2026-01-02T00:00:00.000Z","message":"It is down",' +
      '"alertname":"Other","__proto__":"x","kind":"Node"}',
    expect.stringContaining('"alertname":"B"'),
    '',
  ]);
});

test('the id of an alert is the same in every message about the event, and another for another event', () => {
  const id = (body: { text: string }): unknown =>
    (JSON.parse(body.text) as { alerts: { id: string }[] }).alerts[0]?.id;
  const alert = testAlert('Down');
  const told = { alert, notifiedAt: 0, receivers: {} };
  expect(id(alertsBody([alert], {}))).toBe(id(historyBody([told])));
  expect(id(alertsBody([alert], {}))).not.toBe(id(alertsBody([{ ...alert, status: 'resolved' }], {})));
});

test('labels that all alerts have with the same value are common; a name of an object is no trap', () => {
  const labels = JSON.parse('{"__proto__":"x","a":"1","b":"2","empty":""}') as Record<string, string>;
  const others = { a: '1', b: '3', empty: '' };
  const body = alertsBody([testAlert('A', { labels }), testAlert('B', { labels: others })], {});
  expect(JSON.parse(body.text)).toMatchObject({ commonLabels: { a: '1' }, commonAnnotations: {} });
  const alone = alertsBody([testAlert('A', { labels })], {});
  expect(alone.text).toContain('"commonLabels":{"__proto__":"x","a":"1","b":"2"}');
});
