import { describe, expect, test } from 'vitest';
import type { SourceAnswer } from '../sources/source-answer.ts';
import type { RoutingObjects } from './build-world.ts';
import { decide } from './decide.ts';
import { groupDeliveries } from './group-deliveries.ts';
import {
  alert,
  answer,
  config,
  defaultLabels,
  globalLabels,
  mailTo,
  manager,
  named,
  noon,
  receiver,
  router,
  silence,
  smtp,
  tenantLabels,
  worldOf,
} from './testing/objects.ts';

/** Numbers that look random and are the same in every run (Mulberry32). */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const tenants = ['ann', 'bob', 'shop', 'web'];
const severities = ['info', 'warning', 'critical'];
const mailboxes = ['a', 'b', 'c', 'd', 'e'];

/** Some objects of every kind, that share tenants, mailboxes and labels. */
function someObjects(seed: number) {
  const number = numbers(seed);
  const one = <T>(items: readonly T[]): T => items.at(number(items.length))!;
  const some = <T>(make: (index: number) => T): T[] =>
    Array.from({ length: number(8) }, (_, index) => make(index));
  const severity = () => ({ matchLabels: { severity: one(severities) } });
  const owner = () => (number(3) === 0 ? globalLabels : tenantLabels(one(tenants)));
  const objects: RoutingObjects = {
    manager: manager({ routePolicy: one(['All', 'RouterFirst', 'RouterOnly']) }),
    receivers: some((index) =>
      receiver(`receiver-${index}`, owner(), {
        email: {
          ...mailTo(one(mailboxes), one(mailboxes)).email,
          ...(number(2) === 0 ? { alertSelector: severity() } : {}),
          ...(number(4) === 0 ? { emailConfigSelector: severity() } : {}),
        },
      }),
    ),
    configs: some((index) => {
      const labels = number(2) === 0 ? defaultLabels : tenantLabels(one(tenants));
      return config(
        `config-${index}`,
        { ...labels, severity: one(severities), priority: `${number(3)}` },
        smtp,
      );
    }),
    routers: some((index) =>
      router(`router-${index}`, {
        alertSelector: severity(),
        receivers: { name: [`receiver-${number(8)}`], channels: [{ tenant: one(tenants) }] },
      }),
    ),
    silences: some((index) => silence(`silence-${index}`, owner(), { matcher: severity() })),
  };
  const labels = { namespace: one(tenants), severity: one(severities) };
  const answers: SourceAnswer[] = [
    answer({
      mergePolicy: one(['Append', 'Override', 'Fallback', 'Only']),
      tenants: some(() => one(tenants)),
      receivers: some((index) => named(`receiver-${index + 4}`, { to: [`${one(mailboxes)}@example.com`] })),
    }),
  ];
  const shuffled = <T>(items: readonly T[]): T[] =>
    items
      .map((item) => ({ item, at: number(1000) }))
      .toSorted((a, b) => a.at - b.at)
      .map(({ item }) => item);
  return { objects, labels, answers, shuffled };
}

const seeds = Array.from({ length: 100 }, (_, seed) => seed);

function decided(objects: RoutingObjects, labels: Record<string, string>, answers: SourceAnswer[]) {
  return decide(alert(labels), worldOf(objects), answers, noon, 'all');
}

test('some of the objects lead to somebody being told, and some to nobody', () => {
  const counts = seeds.map((seed) => {
    const { objects, labels, answers } = someObjects(seed);
    return decided(objects, labels, answers).targets.length;
  });
  expect(counts.filter((count) => count > 2).length).toBeGreaterThan(10);
  expect(counts).toContain(0);
});

test('equal input gives equal decisions, in whatever order the objects come', () => {
  for (const seed of seeds) {
    const { objects, labels, answers, shuffled } = someObjects(seed);
    const other: RoutingObjects = {
      manager: objects.manager,
      receivers: shuffled(objects.receivers),
      configs: shuffled(objects.configs),
      routers: shuffled(objects.routers),
      silences: shuffled(objects.silences),
    };
    expect(decided(other, labels, answers)).toEqual(decided(structuredClone(objects), labels, answers));
  }
});

test('no mailbox is told an alert twice with one account', () => {
  for (const seed of seeds) {
    const { objects, labels, answers } = someObjects(seed);
    const told = decided(objects, labels, answers).targets.flatMap((target) =>
      target.destinations.map(({ address }) => `${address} with ${target.config?.name}`),
    );
    expect(told).toEqual([...new Set(told)]);
  }
});

test('everybody who was considered is explained: told, or not with a reason', () => {
  for (const seed of seeds) {
    const { objects, labels, answers } = someObjects(seed);
    const { targets, steps } = decided(objects, labels, answers);
    const told = steps.flatMap((step) => (step.step === 'told' ? [step.receiver.name] : []));
    expect(told).toEqual(targets.map(({ receiver: { name } }) => name));
  }
});

describe('one object that is wrong changes nothing for others', () => {
  const badSelector = { matchLabels: { severity: 'two words' } };
  const bad: Partial<RoutingObjects>[] = [
    {
      receivers: [
        receiver('bad', globalLabels, { email: { ...mailTo('z').email, alertSelector: badSelector } }),
      ],
    },
    { receivers: [receiver('bad', globalLabels, { email: { to: [] }, slack: { channels: [] } })] },
    {
      configs: [
        config('a-bad', defaultLabels, { email: { ...smtp.email, smartHost: { host: '', port: 0 } } }),
      ],
    },
    { routers: [router('bad', { alertSelector: badSelector, receivers: { regexName: '.' } })] },
    { routers: [router('bad', { alertSelector: {}, receivers: { regexName: '(' } })] },
    { silences: [silence('bad', globalLabels, { matcher: badSelector })] },
    { silences: [silence('bad', globalLabels, { matcher: {}, schedule: 'never', duration: '1h' })] },
  ];
  test.each(bad)('%j', (wrong) => {
    for (const seed of seeds) {
      const { objects, labels, answers } = someObjects(seed);
      const more: RoutingObjects = {
        manager: objects.manager,
        receivers: [...(wrong.receivers ?? []), ...objects.receivers],
        configs: [...(wrong.configs ?? []), ...objects.configs],
        routers: [...(wrong.routers ?? []), ...objects.routers],
        silences: [...(wrong.silences ?? []), ...objects.silences],
      };
      expect(decided(more, labels, answers).targets).toEqual(decided(objects, labels, answers).targets);
    }
  });
});

test('every alert that is told somewhere is in exactly one delivery for that place', () => {
  for (const seed of seeds) {
    const { objects, answers } = someObjects(seed);
    const world = worldOf(objects);
    const batch = tenants.flatMap((namespace) =>
      severities.map((severity) => {
        const known = alert({ namespace, severity });
        const { targets } = decide(known, world, answers, noon, 'all');
        return { id: `${namespace}-${severity}`, alert: known, targets };
      }),
    );
    const deliveries = groupDeliveries(batch, { groupLabels: ['severity'], expiresAt: noon });
    const delivered = deliveries.flatMap(({ destination, alertIds }) =>
      alertIds.map((id) => `${id} ${destination}`),
    );
    expect(new Set(delivered).size).toBe(delivered.length);
    expect(delivered).toHaveLength(
      batch.reduce(
        (count, { targets }) => count + targets.flatMap(({ destinations }) => destinations).length,
        0,
      ),
    );
  }
});
