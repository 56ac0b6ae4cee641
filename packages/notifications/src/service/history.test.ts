import { describe, expect, test } from 'vitest';
import type { NotificationManagerSpec } from '../kinds/notification-manager.ts';
import type { ChannelReceiver } from '../channels/receiver.ts';
import type { StoredDelivery } from '../store/notification-store.ts';
import { testAlert } from '../testing/notice.ts';
import { historyDelivery, historyMessages } from './history.ts';

type Webhook = NonNullable<NotificationManagerSpec['history']>['webhook'];

const receiver: ChannelReceiver = {
  type: 'slack',
  name: 'ops',
  labels: {},
  spec: { channels: ['#ops'] },
  origin: { kind: 'object' },
};
const delivered: StoredDelivery = {
  id: '1',
  destination: 'd',
  channel: 'slack',
  tenant: '',
  shown: 'slack #ops',
  kind: 'alerts',
  receiver,
  config: undefined,
  groupLabels: {},
  expiresAt: 1,
  queuedAt: 0,
  alerts: [{ id: 'a', alert: testAlert('A'), receivedAt: 0, part: 'all' }],
  told: 0,
  attempts: 0,
};
const now = Date.UTC(2026, 0, 2);
const recordOf = (webhook: Webhook) => historyDelivery(delivered, { history: { webhook } }, now);

/** The record as it is claimed for delivery. */
function claimed(webhook: Webhook): StoredDelivery {
  const { alertIds: _, ...record } = recordOf(webhook)!;
  return { ...delivered, ...record };
}

const textsOf = (record: StoredDelivery): string[] =>
  historyMessages(record)?.map(({ body }) => (body as { text: string }).text) ?? [];

describe('what was told is recorded', () => {
  test('for a history webhook', () => {
    expect(recordOf({ url: 'http://history' })).toMatchObject({
      channel: 'webhook',
      kind: 'history',
      alertIds: ['a'],
      record: { receiver: 'ops', channel: 'slack', address: 'slack #ops', toldAt: now },
    });
  });

  test('for none that is turned off', () => {
    expect(recordOf({ url: 'http://history', enabled: false })).toBeUndefined();
  });

  test('once: the record of a record is none', () => {
    const webhook = { url: 'http://history' };
    expect(historyDelivery(claimed(webhook), { history: { webhook } }, now)).toBeUndefined();
  });
});

test.each([[undefined], [''], ['webhook.default.message'], ['{{ template "webhook.default.message" . }}']])(
  'with template %j a record is JSON that says where and when',
  (template) => {
    const record = claimed({ url: 'http://history', ...(template === undefined ? {} : { template }) });
    const messages = historyMessages(record) ?? [];
    expect(messages.map(({ alerts }) => alerts)).toEqual([1]);
    const [body] = messages.map((message) => (message.body as { text: string }).text);
    expect(JSON.parse(body ?? '')).toMatchObject({
      alerts: [
        { notificationTime: '2026-01-02T00:00:00.000Z', receiver: { ops: { slack: ['slack #ops'] } } },
      ],
    });
  },
);

test('with the template nm.default.history a record is a line for each alert', () => {
  const record = claimed({ url: 'http://history', template: 'nm.default.history' });
  expect(textsOf(record).map((text) => JSON.parse(text) as unknown)).toEqual([
    {
      status: 'firing',
      startsAt: '2026-01-01T00:00:00Z',
      endsAt: '0001-01-01T00:00:00Z',
      notificationTime: '2026-01-02T00:00:00.000Z',
      message: 'A happened',
      alertname: 'A',
    },
  ]);
});

test('a template of the user’s own writes the record', () => {
  expect(historyMessages(claimed({ url: 'http://history', template: 'lines' }))).toBeUndefined();
});
