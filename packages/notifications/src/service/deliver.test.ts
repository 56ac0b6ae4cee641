import { expect, test } from 'vitest';
import type { Channel, ChannelContext, RateLimit } from '../channels/channel.ts';
import { DeliveryError } from '../delivery-error.ts';
import { Postponed } from '../dispatch/postponed.ts';
import { RateLimiter } from '../dispatch/rate-limiter.ts';
import { NotificationError } from '../errors.ts';
import type { StoredDelivery } from '../store/notification-store.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { testAlert, testNotice } from '../testing/notice.ts';
import { deliver, type DeliverOptions } from './deliver.ts';

/** A channel that tells two alerts a message, and remembers what it told. */
class PairChannel implements Channel {
  readonly type = 'webhook';
  readonly told: string[] = [];
  rates: RateLimit[] = [];
  /** Fails before this alert is told. */
  fails: { before: string; with: Error } | undefined;

  needsConfig(): boolean {
    return false;
  }
  destinations(): [] {
    return [];
  }
  limits(): RateLimit[] {
    return this.rates;
  }
  messages({ alerts }: Parameters<Channel['messages']>[0]) {
    const names = alerts.map(({ labels }) => labels['alertname'] ?? '');
    const pairs = names.flatMap((_, index) => (index % 2 === 0 ? [names.slice(index, index + 2)] : []));
    return pairs.map((body) => ({ alerts: body.length, body }));
  }
  async send({ body }: { body: unknown }) {
    const names = body as string[];
    if (this.fails && names.includes(this.fails.before)) throw this.fails.with;
    this.told.push(...names);
    return { rejected: [{ address: names[0] ?? '', reason: 'unknown' }], notes: ['cut'] };
  }
}

function deliveryOf(names: readonly string[], rest: Partial<StoredDelivery> = {}): StoredDelivery {
  const { receiver } = testNotice('webhook', { url: 'http://ops.example' }, []);
  return {
    id: '7',
    destination: 'd',
    channel: 'webhook',
    tenant: '',
    shown: 'ops',
    kind: 'alerts',
    receiver: receiver,
    config: undefined,
    groupLabels: {},
    expiresAt: Number.MAX_SAFE_INTEGER,
    queuedAt: 0,
    alerts: names.map((name) => ({ id: name, alert: testAlert(name), receivedAt: 0, part: 'all' })),
    told: 0,
    attempts: 0,
    ...rest,
  };
}

function optionsOf(channel: Channel, clock = new FakeClock()): DeliverOptions & { noted: number[] } {
  const noted: number[] = [];
  return {
    noted,
    channels: new Map([['webhook', channel]]),
    limiter: new RateLimiter({ clock }),
    store: { noteTold: async (_, told) => void noted.push(told) },
    clock,
    currentReceiver: (receiver) => receiver,
    currentConfig: (config) => config,
    historyOf: () => undefined,
    contextFor: async () => ({ options: undefined }) as ChannelContext,
  };
}

const never = new AbortController().signal;

test('what was told is noted message by message, and what was reported comes together', async () => {
  const channel = new PairChannel();
  const options = optionsOf(channel);
  const report = await deliver(deliveryOf(['a', 'b', 'c', 'd', 'e']), never, options);
  expect(channel.told).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(options.noted).toEqual([2, 4]);
  expect(report.rejected.map(({ address }) => address)).toEqual(['a', 'c', 'e']);
  expect(report.notes).toEqual(['cut']);
});

test('a later attempt goes on where the first one failed', async () => {
  const channel = new PairChannel();
  channel.fails = { before: 'c', with: new DeliveryError('transient', 'reset') };
  const options = optionsOf(channel);
  await expect(deliver(deliveryOf(['a', 'b', 'c', 'd']), never, options)).rejects.toThrow('reset');
  channel.fails = undefined;
  await deliver(deliveryOf(['a', 'b', 'c', 'd'], { told: options.noted.at(-1)! }), never, options);
  expect(channel.told).toEqual(['a', 'b', 'c', 'd']);
});

test('a short limit is waited for, a long one gives the place to others', async () => {
  const channel = new PairChannel();
  const clock = new FakeClock();
  channel.rates = [{ key: 'bot', count: 1, windowMs: 1000 }];
  const options = optionsOf(channel, clock);
  const delivering = deliver(deliveryOf(['a', 'b', 'c']), never, options);
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  expect([channel.told, clock.pending]).toEqual([['a', 'b'], [1000]]);
  clock.advance(1000);
  await delivering;
  expect(channel.told).toEqual(['a', 'b', 'c']);

  channel.rates = [{ key: 'bot', count: 1, windowMs: 60_000 }];
  const refused = await deliver(deliveryOf(['d']), never, options).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(Postponed);
  expect(channel.told).not.toContain('d');
});

test('a receiver that was corrected meanwhile is told as it is now', async () => {
  const options = optionsOf(new PairChannel());
  const used: unknown[] = [];
  options.currentReceiver = (receiver) => ({
    ...receiver,
    spec: { url: 'http://ops.example', template: 'new' },
  });
  options.contextFor = async ({ receiver }) => {
    used.push(receiver.spec);
    return { options: undefined } as ChannelContext;
  };
  await deliver(deliveryOf(['a']), never, options);
  expect(used).toEqual([{ url: 'http://ops.example', template: 'new' }]);
});

test('attempts at a delivery have one name, which no delivery of another store has', async () => {
  const options = optionsOf(new PairChannel());
  const names: unknown[] = [];
  options.contextFor = async ({ delivery }) => {
    names.push(delivery);
    return { options: undefined } as ChannelContext;
  };
  const first = deliveryOf(['a', 'b']);
  for (const delivery of [
    first,
    { ...first, attempts: 1, told: 1 },
    { ...first, queuedAt: 1 },
    deliveryOf(['c']),
  ])
    await deliver(delivery, never, options);
  expect(names[1]).toBe(names[0]);
  expect(new Set(names).size).toBe(3);
  // Sent at once, and not again.
  await deliver({ ...first, id: '' }, never, options);
  expect(names.at(-1)).toBeUndefined();
});

test('a Secret that is not there yet is waited for', async () => {
  const options = optionsOf(new PairChannel());
  options.contextFor = async () => {
    throw new NotificationError('CredentialUnavailable', 'there is no Secret a/b');
  };
  await expect(deliver(deliveryOf(['a']), never, options)).rejects.toMatchObject({
    name: 'DeliveryError',
    fault: 'transient',
    message: 'there is no Secret a/b',
  });
});

test('a channel that is not known is no reason to try again', async () => {
  const options = { ...optionsOf(new PairChannel()), channels: new Map() };
  await expect(deliver(deliveryOf(['a']), never, options)).rejects.toMatchObject({ fault: 'permanent' });
});
