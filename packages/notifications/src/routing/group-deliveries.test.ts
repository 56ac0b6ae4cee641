import { describe, expect, test } from 'vitest';
import { decide } from './decide.ts';
import { groupDeliveries } from './group-deliveries.ts';
import type { RoutingWorld } from './routing-world.ts';
import type { SourceAnswer } from '../sources/source-answer.ts';
import {
  alert,
  answer,
  config,
  defaultLabels,
  globalLabels,
  hook,
  mailTo,
  named,
  noon,
  receiver,
  smtp,
  smtpConfig,
  tenantLabels,
  worldOf,
} from './testing/objects.ts';

type Labels = Record<string, string>;

const stored = (id: number, labels: Labels) => ({ id: `a${id}`, alert: alert(labels) });

/** Decides about alerts with these labels, which get the ids a0, a1, ..., and groups what is to be told. */
const grouped = (
  world: RoutingWorld,
  alerts: Labels[],
  groupLabels: string[] = [],
  answers: SourceAnswer[] = [],
) =>
  groupDeliveries(
    alerts.map((labels, id) => ({
      ...stored(id, labels),
      targets: decide(alert(labels), world, answers, noon, 'all').targets,
    })),
    { groupLabels, expiresAt: 5 },
  );

const ops = receiver('ops', globalLabels, mailTo('a', 'b'));

test('a delivery holds all that is needed to send it, narrowed to one destination', () => {
  const world = worldOf({ receivers: [receiver('ann', tenantLabels('shop'), mailTo('Ann'))] });
  expect(grouped(world, [{}])).toEqual([
    {
      destination: expect.stringMatching(/^[0-9a-f]{64}$/),
      channel: 'email',
      tenant: 'shop',
      shown: 'Ann@example.com',
      kind: 'alerts',
      receiver: {
        type: 'email',
        name: 'ann',
        tenant: 'shop',
        labels: tenantLabels('shop'),
        spec: { to: ['Ann@example.com'] },
        origin: { kind: 'object' },
      },
      config: expect.objectContaining({ name: 'smtp' }),
      alertIds: ['a0'],
      groupLabels: {},
      expiresAt: 5,
    },
  ]);
});

describe('alerts are told together', () => {
  const world = worldOf({ receivers: [ops] });
  const groups = (alerts: Labels[], groupLabels: string[]) =>
    grouped(world, alerts, groupLabels)
      .filter(({ shown }) => shown === 'a@example.com')
      .map((delivery) => [delivery.groupLabels, delivery.alertIds]);

  test('all of them without group labels', () => {
    expect(groups([{ team: 'x' }, { team: 'y' }], [])).toEqual([[{}, ['a0', 'a1']]]);
  });

  test('by the values of the group labels, in the order of the alerts', () => {
    expect(groups([{ team: 'y' }, { team: 'x' }, { team: 'y' }], ['namespace', 'team'])).toEqual([
      [{ namespace: 'shop', team: 'y' }, ['a0', 'a2']],
      [{ namespace: 'shop', team: 'x' }, ['a1']],
    ]);
  });

  test('absent and empty are the same value, and in no group labels', () => {
    expect(groups([{ team: '' }, {}, { team: 'x' }], ['team'])).toEqual([
      [{}, ['a0', 'a1']],
      [{ team: 'x' }, ['a2']],
    ]);
  });

  test('values that could run into each other are kept apart', () => {
    expect(groups([{ a: 'x,b=y' }, { a: 'x', b: 'y' }], ['a', 'b'])).toHaveLength(2);
  });

  test('a group label such as __proto__ or constructor is a label like any other', () => {
    expect(groups([{}], ['constructor', '__proto__'])).toEqual([[{}, ['a0']]]);
  });
});

describe('the queue', () => {
  const queues = (world: RoutingWorld, answers: SourceAnswer[] = []) =>
    grouped(world, [{}], [], answers).map(({ destination }) => destination);

  test('is one for each destination', () => {
    expect(new Set(queues(worldOf({ receivers: [ops] }))).size).toBe(2);
  });

  test('is the same however the address is written and whoever has it', () => {
    const [one] = queues(worldOf({ receivers: [receiver('x', globalLabels, mailTo('ops'))] }));
    const [other] = queues(worldOf({ receivers: [receiver('y', tenantLabels('shop'), mailTo('OPS'))] }));
    expect(one).toBe(other);
  });

  test('is another one for another account or channel', () => {
    const receivers = [receiver('x', globalLabels, mailTo('ops'))];
    const other = worldOf({ receivers, configs: [config('other', defaultLabels, smtp)] });
    expect(queues(other)).not.toEqual(queues(worldOf({ receivers })));
  });

  test('does not show the address', () => {
    const url = 'https://hooks.example.com/secret';
    expect(queues(worldOf({ receivers: [receiver('x', globalLabels, hook(url))] }))[0]).not.toContain(
      'secret',
    );
  });
});

test('receivers of sources with equal names and other settings are not mixed up', () => {
  const world = worldOf();
  const call = (to: string) => answer({ receivers: [named('on-call', { to: [`${to}@example.com`] })] });
  const targets = ['a', 'b', 'a'].map((to) => decide(alert(), world, [call(to)], noon, 'all').targets);
  const deliveries = groupDeliveries(
    targets.map((target, id) => ({ ...stored(id, {}), targets: target })),
    { groupLabels: [], expiresAt: 5 },
  );
  expect(deliveries.map(({ shown, alertIds, tenant }) => [shown, alertIds, tenant])).toEqual([
    ['a@example.com', ['a0', 'a2'], 'source/hr'],
    ['b@example.com', ['a1'], 'source/hr'],
  ]);
});

test('receivers that differ only in their template get messages of their own', () => {
  const plain = mailTo('a').email;
  const receivers = [
    receiver('x', globalLabels, { email: { ...plain, template: 'short' } }),
    receiver('y', tenantLabels('shop'), { email: { ...plain, template: 'long' } }),
  ];
  const world = worldOf({ receivers, configs: [config('c', tenantLabels('shop'), smtp), smtpConfig] });
  expect(grouped(world, [{}]).map((delivery) => delivery.receiver.spec.template)).toEqual(['short', 'long']);
});

test('nothing to tell gives no delivery', () => {
  expect(grouped(worldOf(), [{}, {}])).toEqual([]);
});
