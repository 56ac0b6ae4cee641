import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { KubeClient } from '../client/kube-client.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { answer, answerStatus, MemoryApi } from '../testing/memory-api.ts';
import { passingTime } from '../testing/passing-time.ts';
import { until } from '../testing/until.ts';
import { LeaderElector, LeadershipLostError } from './leader-elector.ts';

const path = '/apis/coordination.k8s.io/v1/namespaces/system/leases/one';

interface Candidate {
  leads: boolean;
  lost: boolean;
  ended: Promise<void>;
  /** Ends what the leader does. */
  finish: () => void;
  stop: AbortController;
}

let api: MemoryApi;
let clock: FakeClock;
let clientClock: FakeClock;
let client: KubeClient;
let candidates: Candidate[];

beforeEach(async () => {
  api = await MemoryApi.start();
  clock = new FakeClock();
  clientClock = new FakeClock();
  client = new KubeClient(api.config, { clock: clientClock });
  candidates = [];
});

afterEach(async () => {
  for (const { stop, finish } of candidates) {
    stop.abort();
    finish();
  }
  await client.close();
  await Promise.allSettled(candidates.map(({ ended }) => ended));
  await api.close();
});

function run(identity: string): Candidate {
  const stop = new AbortController();
  const { promise, resolve } = Promise.withResolvers<void>();
  const elector = new LeaderElector({ client, clock, namespace: 'system', name: 'one', identity });
  const candidate: Candidate = { leads: false, lost: false, ended: promise, finish: resolve, stop };
  candidate.ended = elector.run(stop.signal, async (lost) => {
    candidate.leads = true;
    lost.addEventListener('abort', () => {
      candidate.lost = true;
      resolve();
    });
    await promise;
    candidate.leads = false;
  });
  candidate.ended.catch(() => {});
  candidates.push(candidate);
  return candidate;
}

/** A pause between two tries; the deadline of a try is longer. */
const isPause = (ms: number): boolean => ms >= 2000 && ms <= 4400;
const spec = (): Record<string, unknown> => api.object(path)?.['spec'] ?? {};

async function passing(name: string, condition: () => boolean): Promise<void> {
  await passingTime(name, { runtime: clock, client: clientClock }, condition, 500);
}

describe('12. a leader elector', () => {
  test('makes the lease with the fields that others read', async () => {
    const one = run('a');
    await until('leadership', () => one.leads);
    expect(spec()).toEqual({
      holderIdentity: 'a',
      leaseDurationSeconds: 15,
      acquireTime: '2026-01-01T00:00:00.000000Z',
      renewTime: '2026-01-01T00:00:00.000000Z',
      leaseTransitions: 0,
    });
  });

  test('renews every two seconds, and others wait', async () => {
    const one = run('a');
    await until('leadership', () => one.leads);
    const two = run('b');
    await passing('ten renewals', () => String(spec()['renewTime']) > '2026-01-01T00:00:20');
    expect([one.leads, two.leads]).toEqual([true, false]);
    expect(spec()['acquireTime']).toBe('2026-01-01T00:00:00.000000Z');
  });

  test('gives the lease back at the end, and another takes it without waiting for it to run out', async () => {
    const one = run('a');
    await until('leadership', () => one.leads);
    const two = run('b');
    await until('the other one waits', () => clock.pending.filter(isPause).length === 2);
    one.finish();
    await one.ended;
    expect(spec()).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1 });
    const given = clock.now();
    await passing('the other one', () => two.leads);
    expect(clock.now() - given).toBeLessThan(15_000);
    expect(spec()).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1 });
  });

  test('takes over from a leader that fell silent, after the lease duration of its own clock', async () => {
    api.put(path, {
      kind: 'Lease',
      spec: { holderIdentity: 'gone', renewTime: '2099-01-01T00:00:00.000000Z', leaseTransitions: 4 },
    });
    const began = clock.now();
    const one = run('a');
    await passing('leadership', () => one.leads);
    expect(clock.now() - began).toBeGreaterThan(15_000);
    expect(spec()).toMatchObject({ holderIdentity: 'a', leaseTransitions: 5 });
  });

  test('loses leadership when the server is away for the renew deadline, before others may take over', async () => {
    const one = run('a');
    await until('leadership', () => one.leads);
    const renewed = clock.now();
    api.intercept = (_request, response) => {
      answerStatus(response, 500, 'InternalError');
      return true;
    };
    await passing('the loss', () => one.lost);
    expect(clock.now() - renewed).toBeGreaterThanOrEqual(10_000);
    expect(clock.now() - renewed).toBeLessThan(15_000);
    await expect(one.ended).rejects.toBeInstanceOf(LeadershipLostError);
  });

  test('loses leadership in time when the server answers the read and not the write', async () => {
    const one = run('a');
    await until('leadership', () => one.leads);
    const renewed = clock.now();
    let writes = 0;
    api.intercept = ({ method }) => {
      if (method === 'PUT') writes += 1;
      return method === 'PUT';
    };
    await until('the pause', () => clock.pending.some(isPause));
    clock.advance(2000);
    await until('the write hangs', () => writes === 1);
    // The rest of the ten seconds is for read and write together.
    clock.advance(8000);
    await until('the loss', () => one.lost || clock.pending.some(isPause));
    clock.advance(2000);
    await until('the loss', () => one.lost);
    expect(clock.now() - renewed).toBeLessThan(15_000);
  });

  test('counts from the moment a slow renewal began, because others may have seen it then', async () => {
    const one = run('a');
    await until('leadership', () => one.leads);
    await until('the pause', () => clock.pending.some(isPause));
    const held: (() => void)[] = [];
    api.intercept = (request, response) => {
      if (request.method !== 'PUT' || held.length > 0) return false;
      const { body } = request;
      held.push(() => answer(response, 200, api.put(path, JSON.parse(body) as never)));
      return true;
    };
    clock.advance(2000);
    const began = clock.now();
    await until('the write', () => held.length === 1);
    clock.advance(7000);
    held[0]?.();
    await until('the pause', () => clock.pending.some(isPause));
    api.intercept = (_request, response) => {
      answerStatus(response, 500, 'InternalError');
      return true;
    };
    await passing('the loss', () => one.lost);
    expect(clock.now() - began).toBeLessThan(15_000);
  });

  test('leaves a holder the lease duration that the holder announced', async () => {
    const holder = { holderIdentity: 'slow', renewTime: 'x', leaseDurationSeconds: 60 };
    api.put(path, { kind: 'Lease', spec: holder });
    const began = clock.now();
    const one = run('a');
    await passing('leadership', () => one.leads);
    expect(clock.now() - began).toBeGreaterThan(60_000);
  });

  test('outlasts a failure that is shorter', async () => {
    const one = run('a');
    await until('leadership', () => one.leads);
    let failures = 0;
    api.intercept = (_request, response) => {
      if (failures >= 3) return false;
      failures += 1;
      answerStatus(response, 500, 'InternalError');
      return true;
    };
    const before = spec()['renewTime'];
    await passing('a renewal', () => spec()['renewTime'] !== before);
    expect(one.lost).toBe(false);
  });

  test('stops waiting when it is told to, without having led', async () => {
    api.put(path, { kind: 'Lease', spec: { holderIdentity: 'other', renewTime: 'x' } });
    const one = run('a');
    await until('it waits', () => clock.pending.some(isPause));
    one.stop.abort();
    await one.ended;
    expect(one.leads).toBe(false);
    expect(spec()['holderIdentity']).toBe('other');
  });

  test('of two that begin together, one leads', async () => {
    const [one, two] = [run('a'), run('b')];
    await until('a leader', () => one.leads || two.leads);
    await until('the other one waits', () => clock.pending.filter(isPause).length === 2);
    expect(one.leads).not.toBe(two.leads);
  });
});
