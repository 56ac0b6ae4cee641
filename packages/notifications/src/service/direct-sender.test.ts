import { systemClock } from '@armillary/kube';
import { afterAll, expect, test } from 'vitest';
import { slackChannel } from '../channels/slack/slack-channel.ts';
import { webhookChannel } from '../channels/webhook/webhook-channel.ts';
import type { Channels } from '../channels/channels.ts';
import { RateLimiter } from '../dispatch/rate-limiter.ts';
import type { ConfigSpec } from '../kinds/config.ts';
import type { ReceiverSpec } from '../kinds/receiver.ts';
import { buildWorld, type RoutingObjects } from '../routing/build-world.ts';
import {
  config,
  defaultLabels,
  globalLabels,
  hook,
  manager,
  receiver,
  tenantLabels,
} from '../routing/testing/objects.ts';
import type { DirectNotification } from '../server/notification-api.ts';
import { testAlert, testContext, testHttp } from '../testing/notice.ts';
import { startSlack } from '../testing/providers/slack.ts';
import { StandIn } from '../testing/providers/stand-in.ts';
import { sendNow } from './direct-sender.ts';

const http = testHttp();
afterAll(() => http.close());

const channels = new Map<string, unknown>([
  ['slack', slackChannel],
  ['webhook', webhookChannel],
]) as unknown as Channels;

/** Sends with the objects of a cluster, and Slack at an address. Resolves with what went wrong. */
async function send(
  notification: Omit<DirectNotification, 'alerts'> & Partial<DirectNotification>,
  objects: Partial<RoutingObjects> = {},
  apiUrl?: string,
): Promise<string[]> {
  const { world } = buildWorld(
    { manager: undefined, receivers: [], configs: [], routers: [], silences: [], ...objects },
    {
      needsConfig: (type, spec) => channels.get(type)!.needsConfig(spec),
      destinations: ({ type, spec }) => channels.get(type)!.destinations(spec, undefined),
    },
  );
  return await sendNow({ alerts: [testAlert('verify')], ...notification }, world, {
    channels,
    limiter: new RateLimiter({ clock: systemClock }),
    clock: systemClock,
    currentReceiver: (receiver) => receiver,
    currentConfig: (config) => config,
    contextFor: async () => testContext({ http, apiUrl }),
  });
}

const ops: ReceiverSpec = { slack: { channels: ['#ops'] } };
const account = (token: string): ConfigSpec => ({ slack: { slackTokenSecret: { value: token } } });
const production = { matchLabels: { stage: 'production' } };

test('without a config the receiver is told with the one that alerts would be told with', async () => {
  await using slack = await startSlack();
  const configs = [config('main', defaultLabels, account('xoxb-good'))];
  expect(await send({ receiver: receiver('ops', globalLabels, ops) }, { configs }, slack.url)).toEqual([]);
  expect(slack.requests).toHaveLength(1);
});

test('a config that is given counts instead of those of the cluster', async () => {
  await using slack = await startSlack();
  const configs = [config('main', defaultLabels, account('xoxb-good'))];
  const given = config('new', defaultLabels, account('xoxb-wrong'));
  const [problem] = await send(
    { receiver: receiver('ops', globalLabels, ops), config: given },
    { configs },
    slack.url,
  );
  expect(problem).toContain('invalid_auth');
});

test.each<[string, ReceiverSpec, ConfigSpec]>([
  [
    'the receiver does not select',
    { slack: { channels: ['#ops'], slackConfigSelector: production } },
    account('xoxb-good'),
  ],
  ['is of another channel', ops, { telegram: { telegramTokenSecret: { value: '1:a' } } }],
])('a config that %s is no success, whatever the cluster has', async (_, spec, given) => {
  await using slack = await startSlack();
  const configs = [config('main', { ...defaultLabels, stage: 'production' }, account('xoxb-good'))];
  expect(
    await send(
      { receiver: receiver('ops', globalLabels, spec), config: config('new', defaultLabels, given) },
      { configs },
      slack.url,
    ),
  ).toEqual(['slack: there is no config of this channel that the receiver may use and selects']);
  expect(slack.requests).toEqual([]);
});

test("a tenant's receiver takes a default config whatever it selects, and no other tenant's", async () => {
  await using slack = await startSlack();
  const spec = { slack: { channels: ['#ops'], slackConfigSelector: production } };
  const ann = receiver('ann', tenantLabels('ann'), spec);
  const ofDefault = config('new', defaultLabels, account('xoxb-good'));
  expect(await send({ receiver: ann, config: ofDefault }, {}, slack.url)).toEqual([]);
  const ofBob = config('new', tenantLabels('bob'), account('xoxb-good'));
  await expect(send({ receiver: ann, config: ofBob }, {}, slack.url)).rejects.toThrow(/labels of config/);
});

test('labels that make a receiver nobody’s are refused', async () => {
  await expect(send({ receiver: receiver('ops', {}, ops) })).rejects.toThrow(/unknown tenant/);
});

test('alerts are told in the groups of the cluster, with the receiver among their labels', async () => {
  await using server = await StandIn.start(() => ({ status: 200 }));
  const alerts = ['A', 'B', 'A'].map((name, at) => testAlert(name, { startsAt: `2026-01-01T00:00:0${at}Z` }));
  const sent = { receiver: receiver('ops', globalLabels, hook(server.url)), alerts };
  expect(await send(sent, { manager: manager({ groupLabels: ['alertname'] }) })).toEqual([]);
  expect(server.requests.map(({ json }) => json)).toMatchObject([
    { groupLabels: { alertname: 'A' }, alerts: [{ labels: { alertname: 'A', receiver: 'ops' } }, {}] },
    { groupLabels: { alertname: 'B' }, alerts: [{ labels: { alertname: 'B', receiver: 'ops' } }] },
  ]);
});

test('what is sent at once is no repetition of anything', async () => {
  await using server = await StandIn.start(() => ({ status: 200 }));
  await send({ receiver: receiver('ops', globalLabels, hook(server.url)) });
  expect(server.requests[0]?.headers).not.toHaveProperty('idempotency-key');
});
