import { loadZone, utc } from '@armillary/go-template';
import { describe, expect, test } from 'vitest';
import { parseAlertPost } from './alert-post.ts';
import { enrich, goTime, namingReceiver } from './enrichment.ts';

const now = Date.UTC(2026, 10, 22, 6, 11, 2, 660);
const enriched = (alert: unknown, at = now, zone = utc) =>
  enrich(parseAlertPost({ alerts: [alert] }, at).at(0)!, {
    cluster: 'host',
    alerttime: goTime(at, zone),
  });

test.each([[{}], [{ cluster: '' }]])('an alert with labels %j belongs to this cluster', (labels) => {
  expect(enriched({ labels }).labels).toEqual({ cluster: 'host' });
});

test('the cluster that the sender names stays', () => {
  expect(enriched({ labels: { cluster: 'member' } }).labels).toEqual({ cluster: 'member' });
});

test("the fingerprint stays the sender's although a label was added", () => {
  const alert = { labels: { alertname: 'X', namespace: 'demo' }, fingerprint: 'de240666a22d2c8a' };
  expect(enriched(alert)).toMatchObject({ fingerprint: 'de240666a22d2c8a', labels: { cluster: 'host' } });
});

test.each([
  [{ alertname: 'X' }, 'ops'],
  [{ alertname: 'X', receiver: '' }, 'ops'],
  [{ alertname: 'X', receiver: 'platform' }, 'platform'],
])('messages about an alert with labels %j name receiver %s', (labels, receiver) => {
  expect(namingReceiver(enriched({ labels }), 'ops').labels).toEqual({
    ...labels,
    cluster: 'host',
    receiver,
  });
});

describe('the time of an alert on metrics', () => {
  const metric = { labels: { alerttype: 'metric' }, annotations: { summary: 's' } };
  test.each([
    [now, '2026-11-22 06:11:02.66 +0000 UTC'],
    [Date.UTC(2026, 10, 22, 6, 11, 0), '2026-11-22 06:11:00 +0000 UTC'],
  ])('is written as Go prints a time', (at, alerttime) => {
    expect(enriched(metric, at).annotations).toEqual({ summary: 's', alerttime });
  });

  test('is that of the clocks where the program runs', () => {
    const { annotations } = enriched(metric, now, loadZone('Asia/Shanghai'));
    expect(annotations).toMatchObject({ alerttime: '2026-11-22 14:11:02.66 +0800 CST' });
  });

  test('is not given to other alerts', () => {
    expect(enriched({ labels: { alerttype: 'event' } }).annotations).toEqual({});
  });
});
