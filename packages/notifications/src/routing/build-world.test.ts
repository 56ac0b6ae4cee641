import { describe, expect, test } from 'vitest';
import type { Receiver } from '../kinds/receiver.ts';
import { buildWorld, type RoutingObjects } from './build-world.ts';
import {
  channelFacts,
  config,
  decideNow,
  defaultLabels,
  globalLabels,
  hook,
  mailTo,
  manager,
  receiver,
  router,
  silence,
  smtp,
  tenantLabels,
  worldOf,
} from './testing/objects.ts';

const build = (objects: Partial<RoutingObjects>) =>
  buildWorld(
    { manager: undefined, receivers: [], configs: [], routers: [], silences: [], ...objects },
    channelFacts,
  );
const reasons = (objects: Partial<RoutingObjects>) =>
  build(objects).world.leftOut.map(({ kind, name, channel, reason }) => [kind, name, channel, reason]);

test('before there is any object, nobody is known and nothing fails', () => {
  const { world, problems } = build({});
  expect(world.receivers).toEqual([]);
  expect(world).toMatchObject({ routePolicy: 'All', tenantMatch: 'auto', groupLabels: [] });
  expect(problems).toEqual([]);
});

test('an object with several channels is as many receivers', () => {
  const both = receiver('ops', tenantLabels('ann'), { ...mailTo('ops'), ...hook('https://example.com/x') });
  expect(build({ receivers: [both] }).world.receivers).toMatchObject([
    { type: 'email', name: 'ops', tenant: 'ann', origin: { kind: 'object' } },
    { type: 'webhook', name: 'ops', tenant: 'ann', labels: { type: 'tenant', user: 'ann' } },
  ]);
});

test("a config may name another address of the provider's API", () => {
  const one = config('base', defaultLabels, smtp);
  const apiUrl = 'https://mail.example.com';
  one.metadata.annotations = { 'notification.armillary.dev/api-url': apiUrl };
  expect(build({ configs: [one] }).world.defaultConfigs).toMatchObject([{ type: 'email', apiUrl }]);
});

test.each(['discord', 'telegram'] as const)(
  'a %s receiver without a template is loaded like others',
  (type) => {
    const webhook = { value: 'https://discord.example.com/api/webhooks/1/a' };
    const spec = type === 'discord' ? { discord: { webhook } } : { telegram: { channels: ['-100'] } };
    const { world, problems } = build({ receivers: [receiver('chat', globalLabels, spec)] });
    expect(problems).toEqual([]);
    expect(world.globalReceivers).toMatchObject([{ type }]);
  },
);

test('channels are asked what a receiver consists of once, however many alerts there are', () => {
  const asked: string[] = [];
  const world = worldOf(
    { receivers: [receiver('ops', globalLabels, mailTo('ops'))] },
    {
      ...channelFacts,
      destinations: (one) => {
        asked.push(one.name);
        return channelFacts.destinations(one);
      },
    },
  );
  for (let count = 0; count < 5; count += 1) expect(decideNow(world).targets).toHaveLength(1);
  expect(asked).toEqual(['ops']);
});

describe('what is wrong is left out by itself, and said', () => {
  const sound = receiver('sound', globalLabels, mailTo('ops'));
  const badSelector = { matchLabels: { alertname: 'two words' } };

  test('a receiver with a selector that Kubernetes refuses', () => {
    const bad = receiver('bad', globalLabels, {
      email: { ...mailTo('x').email, alertSelector: badSelector },
    });
    const { world, problems } = build({ receivers: [bad, sound] });
    expect(world.receivers.map(({ name }) => name)).toEqual(['sound']);
    expect(problems).toMatchObject([
      {
        kind: 'Receiver',
        name: 'bad',
        channel: 'email',
        reason: expect.stringContaining('spec.email.alertSelector'),
      },
    ]);
  });

  test('only the channel of a receiver that is wrong', () => {
    const half = receiver('half', globalLabels, { email: { to: [] }, ...hook('https://example.com/x') });
    const { world, problems } = build({ receivers: [half] });
    expect(world.receivers).toMatchObject([{ type: 'webhook' }]);
    expect(problems).toMatchObject([{ name: 'half', channel: 'email' }]);
  });

  test('a channel of another type than its schema has, beside one whose meaning is wrong', () => {
    const odd = receiver('odd', globalLabels, {
      email: { to: [] },
      slack: 'C1',
      ...hook('https://example.com/x'),
    } as unknown as NonNullable<Receiver['spec']>);
    const { world, problems } = build({ receivers: [odd] });
    expect(world.receivers).toMatchObject([{ type: 'webhook' }]);
    expect(problems.map(({ channel }) => channel)).toEqual(['email', 'slack']);
  });

  test('a text message config that names no provider of those it has', () => {
    const aws = { accessKeyId: { value: 'i' }, secretAccessKey: { value: 's' } };
    const bad = config('bad', defaultLabels, { sms: { defaultProvider: 'tencent', providers: { aws } } });
    const { world, problems } = build({ configs: [bad] });
    expect(world.configs).toEqual([]);
    expect(problems).toMatchObject([{ kind: 'Config', name: 'bad', channel: 'sms' }]);
  });

  test('routers and silences', () => {
    const { world, problems } = build({
      receivers: [sound],
      routers: [
        router('bad-selector', { alertSelector: badSelector, receivers: { name: ['sound'] } }),
        router('bad-name', { alertSelector: {}, receivers: { regexName: '(' } }),
        router('good', { alertSelector: {}, receivers: { name: ['sound'] } }),
      ],
      silences: [
        silence('bad-matcher', globalLabels, { matcher: badSelector }),
        silence('bad-schedule', globalLabels, { matcher: {}, schedule: 'at night' }),
        silence('good', globalLabels, { matcher: {} }),
      ],
    });
    expect(world.routers.map(({ name }) => name)).toEqual(['good']);
    expect(world.globalSilences.map(({ name }) => name)).toEqual(['good']);
    expect(problems.map(({ name }) => name).toSorted()).toEqual([
      'bad-matcher',
      'bad-name',
      'bad-schedule',
      'bad-selector',
    ]);
  });

  test('settings of the NotificationManager, each by itself', () => {
    const wrong = manager(
      { routePolicy: 'Some', defaultConfigSelector: badSelector, groupLabels: ['namespace'] },
      { 'notification.armillary.dev/tenant-match': 'maybe' },
    );
    const { world, problems } = build({ manager: wrong, receivers: [sound] });
    expect(world).toMatchObject({ routePolicy: 'All', tenantMatch: 'auto', groupLabels: ['namespace'] });
    expect(world.globalReceivers).toHaveLength(1);
    expect(problems.map(({ kind, name }) => `${kind} ${name}`)).toEqual(
      Array(3).fill('NotificationManager main'),
    );
    expect(problems.map(({ reason }) => reason)).toContainEqual(
      expect.stringMatching(/^a part of it is invalid and has no effect: spec\.routePolicy: /),
    );
  });

  test('files of templates, which upstream read from its own disk', () => {
    const options = { global: { templateFile: ['/etc/notification-manager/template'] } };
    const receivers = { ...manager({}).spec!.receivers, options };
    const { problems } = build({ manager: manager({ receivers }) });
    expect(problems.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('templateFile is not read'),
    ]);
  });
});

test('a long template is not copied for thousands of mailboxes, and others are told all the same', () => {
  const all = Array.from({ length: 1_000 }, (_, index) => `p${index}`);
  const written = { ...mailTo(...all).email, template: `{{/* ${'x'.repeat(60_000)} */}}` };
  const world = worldOf({
    receivers: [
      receiver('all', globalLabels, { email: written }),
      receiver('named', globalLabels, { email: { ...mailTo(...all).email, template: 'nm.default.text' } }),
      receiver('few', globalLabels, { email: { ...written, to: ['ann@example.org'] } }),
    ],
  });
  const { targets, steps } = decideNow(world);
  expect(targets.map(({ receiver, destinations }) => [receiver.name, destinations.length])).toEqual([
    ['few', 1],
    ['named', 1_000],
  ]);
  expect(steps).toContainEqual(
    expect.objectContaining({
      reason: expect.stringMatching(/^its addresses cannot be used: 1000 with settings/u),
    }),
  );
});

describe('what has no effect on purpose, or because of its labels, is said too', () => {
  test('what is turned off is no problem', () => {
    const objects = {
      receivers: [receiver('off', globalLabels, { email: { ...mailTo('x').email, enabled: false } })],
      routers: [router('off', { enabled: false, alertSelector: {}, receivers: {} })],
      silences: [silence('off', globalLabels, { enabled: false, matcher: {} })],
    };
    expect(build(objects).problems).toEqual([]);
    expect(reasons(objects)).toEqual([
      ['Receiver', 'off', 'email', 'it is turned off (spec.email.enabled: false)'],
      ['Silence', 'off', undefined, 'it is turned off (spec.enabled: false)'],
      ['Router', 'off', undefined, 'it is turned off (spec.enabled: false)'],
    ]);
  });

  test('labels that say nothing about whose it is', () => {
    const objects = {
      receivers: [receiver('r', { type: 'tenant' }, mailTo('x')), receiver('d', defaultLabels, mailTo('x'))],
      configs: [config('c', globalLabels, smtp)],
      silences: [silence('s', {}, { matcher: {} })],
    };
    expect(build(objects).problems).toHaveLength(4);
    expect(reasons(objects).map(([, name, , reason]) => `${name}: ${reason}`)).toEqual([
      "d: its labels (type=default) make it neither everybody's (type=global) nor a tenant's (type=tenant, and user)",
      "r: its labels (type=tenant) make it neither everybody's (type=global) nor a tenant's (type=tenant, and user)",
      "c: its labels (type=global) make it neither a default config (defaultConfigSelector) nor a tenant's (type=tenant, and user)",
      "s: its labels (none) make it neither everybody's (type=global) nor a tenant's (type=tenant, and user)",
    ]);
  });

  test('an object without settings', () => {
    expect(reasons({ receivers: [receiver('empty', globalLabels, {})] })).toEqual([
      ['Receiver', 'empty', undefined, 'it has settings for no channel'],
    ]);
  });
});
