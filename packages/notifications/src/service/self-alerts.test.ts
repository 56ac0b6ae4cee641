import { expect, test } from 'vitest';
import type { Alert } from '../alerts/alert.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { SelfAlerts } from './self-alerts.ts';

/** A store, and the alerts of one process after another. */
class Taken {
  readonly alerts: Alert[] = [];
  readonly clock = new FakeClock();
  readonly errors: unknown[] = [];
  full = false;

  process(): SelfAlerts {
    return new SelfAlerts({
      clock: this.clock,
      newest: async (fingerprint) => this.alerts.findLast((alert) => alert.fingerprint === fingerprint),
      accept: async (alerts) => {
        if (this.full) throw new Error('the disk is full');
        this.alerts.push(...alerts);
      },
      onError: (error) => this.errors.push(error),
    });
  }

  get told(): string[] {
    return this.alerts.map(
      ({ status, labels, startsAt }) =>
        `${labels['receiver_source']} ${status} ${startsAt.slice('2026-01-01T'.length)}`,
    );
  }
}

test('a source that is down and up again is one alert', async () => {
  const taken = new Taken();
  const alerts = taken.process();
  alerts.sourceDown('hr', 'it answered HTTP 500');
  alerts.sourceUp('hr');
  alerts.sourceUp('hr');
  await alerts.settled();
  expect(taken.told).toEqual(['hr firing 00:00:00.000Z', 'hr resolved 00:00:00.000Z']);
  expect(taken.alerts[0]).toMatchObject({
    labels: { alertname: 'ReceiverSourceDown', severity: 'warning' },
    annotations: { message: expect.stringContaining('it answered HTTP 500') },
    endsAt: '0001-01-01T00:00:00Z',
  });
});

test('a source that answers is no news, nor is one that others told of', async () => {
  const taken = new Taken();
  const alerts = taken.process();
  alerts.sourceUp('hr');
  alerts.sourceDown('people', 'it is away');
  alerts.sourceUp('hr');
  await alerts.settled();
  expect(taken.told).toEqual(['people firing 00:00:00.000Z']);
});

test('an alert goes on and ends over restarts', async () => {
  const taken = new Taken();
  const first = taken.process();
  first.sourceDown('hr', 'it is away');
  await first.settled();
  taken.clock.advance(60_000);
  const second = taken.process();
  second.sourceDown('hr', 'it is away');
  await second.settled();
  taken.clock.advance(60_000);
  const third = taken.process();
  third.sourceUp('hr');
  await third.settled();
  expect(taken.told).toEqual([
    'hr firing 00:00:00.000Z',
    'hr firing 00:00:00.000Z',
    'hr resolved 00:00:00.000Z',
  ]);
  expect(taken.alerts.at(-1)?.endsAt).toBe('2026-01-01T00:02:00.000Z');
});

test('an alert that cannot be kept is said, and the next one is taken', async () => {
  const taken = new Taken();
  const alerts = taken.process();
  taken.full = true;
  alerts.sourceDown('hr', 'it is away');
  await alerts.settled();
  expect(taken.errors).toEqual([new Error('the disk is full')]);
  taken.full = false;
  alerts.sourceDown('hr', 'it is away');
  await alerts.settled();
  expect(taken.told).toEqual(['hr firing 00:00:00.000Z']);
});
