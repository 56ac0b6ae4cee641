import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ExposedPort } from '../plan/node-plan.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { Prober, type ProberOptions } from './prober.ts';
import { Peer } from './testing/peer.ts';
import { poll } from './testing/poll.ts';

const intervalMs = 10_000;
let peer: Peer;
let stop: AbortController;

beforeEach(async () => {
  peer = await Peer.start();
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await peer[Symbol.asyncDispose]();
});

function exposed(port: Partial<ExposedPort> = {}): ExposedPort {
  return {
    protocol: 'TCP',
    port: peer.port,
    claim: 'worker-1.tcp.80',
    service: 'shop/front',
    addresses: { IPv4: ['127.0.0.1'], IPv6: [] },
    sourceRanges: { IPv4: undefined, IPv6: undefined },
    target: { kind: 'cluster', clusterIPs: { IPv4: '10.96.0.10', IPv6: undefined } },
    ...port,
  };
}

/** A prober that runs, and what it told. */
function started(ports: readonly ExposedPort[], options: Partial<ProberOptions> = {}) {
  const clock = new FakeClock();
  const told: string[] = [];
  const asked: string[] = [];
  const prober = new Prober({
    onChange: (claim, { status, reason, message }) => told.push(`${claim} ${status} ${reason}: ${message}`),
    onProbe: (seconds, status) => asked.push(`${seconds} ${status}`),
    clock,
    intervalMs,
    random: () => 0.5,
    ...options,
  });
  prober.watch({ ports });
  const ended = prober.run(stop.signal);
  return {
    prober,
    clock,
    told,
    asked,
    ended,
    /** Waits for the end of the round, and goes on to the next one. */
    async nextRound() {
      const rounds = asked.length;
      clock.advance(intervalMs);
      await poll(() => asked.length).toBeGreaterThan(rounds);
      await this.roundEnded();
    },
    roundEnded: () => poll(() => clock.pending).toContain(intervalMs),
  };
}

describe('a prober', () => {
  test('tells once that a port answers', async () => {
    const run = started([exposed()]);
    expect(run.prober.reachabilityOf('worker-1.tcp.80')).toMatchObject({
      status: 'Unknown',
      reason: 'NotProbed',
    });
    await run.roundEnded();
    await run.nextRound();
    expect(run.told).toEqual([`worker-1.tcp.80 True ProbeSucceeded: answers at 127.0.0.1:${peer.port}`]);
    expect(run.asked).toEqual(['0 True', '0 True']);
  });

  test('believes the third failure in a row, and the first success', async () => {
    const run = started([exposed()]);
    await run.roundEnded();
    peer.manner = 'resets';
    await run.nextRound();
    await run.nextRound();
    peer.manner = 'greets';
    await run.nextRound();
    peer.manner = 'resets';
    await run.nextRound();
    await run.nextRound();
    expect(run.told.splice(0)).toHaveLength(1);
    await run.nextRound();
    const failed = `worker-1.tcp.80 False ProbeFailed: 127.0.0.1:${peer.port}: the connection was reset at once`;
    expect(run.told.splice(0)).toEqual([failed]);
    await run.nextRound();
    expect(run.told).toEqual([]);
    peer.manner = 'greets';
    await run.nextRound();
    expect(run.told).toEqual([`worker-1.tcp.80 True ProbeSucceeded: answers at 127.0.0.1:${peer.port}`]);
  });

  test('a refusal is no fault of the way: no endpoint may be ready', async () => {
    const run = started([exposed({ port: 1 })]);
    await run.roundEnded();
    expect(run.told).toEqual([
      'worker-1.tcp.80 Unknown NotProbed: refused at 127.0.0.1:1: no endpoint is ready, or nothing listens in those there are',
    ]);
  });

  test('one address that fails is enough', async () => {
    peer.manner = 'resets';
    const run = started([exposed({ addresses: { IPv4: ['127.0.0.1', '127.0.0.2'], IPv6: [] } })]);
    await run.roundEnded();
    await run.nextRound();
    await run.nextRound();
    expect(run.prober.reachabilityOf('worker-1.tcp.80')).toMatchObject({
      status: 'False',
      message: `127.0.0.1:${peer.port}: the connection was reset at once`,
    });
  });

  test.each(['UDP', 'SCTP'] as const)('%s is not asked', async (protocol) => {
    const run = started([exposed({ protocol })]);
    await run.roundEnded();
    expect(run.told).toEqual([`worker-1.tcp.80 Unknown NotProbed: ${protocol} cannot be asked`]);
    expect(run.asked).toEqual([]);
  });

  test('a family that is not served is not asked', async () => {
    const addresses = { IPv4: ['127.0.0.1'], IPv6: ['::1'] };
    const endpoints = { IPv4: [{ address: '10.1.0.5', port: 80 }], IPv6: [] };
    const run = started([
      exposed({ addresses }),
      exposed({ addresses, claim: 'local', target: { kind: 'local', endpoints } }),
      exposed({ claim: 'nobody', target: { kind: 'local', endpoints: { IPv4: [], IPv6: [] } } }),
    ]);
    await run.roundEnded();
    expect(run.told.toSorted()).toEqual([
      `local True ProbeSucceeded: answers at 127.0.0.1:${peer.port}`,
      'nobody Unknown NotProbed: there is nothing to ask: no endpoint is served',
      `worker-1.tcp.80 True ProbeSucceeded: answers at 127.0.0.1:${peer.port}`,
    ]);
  });

  test('what was known of a port is not told of the Service that has it next', async () => {
    const run = started([exposed()]);
    await run.roundEnded();
    run.prober.watch({ ports: [exposed()] });
    expect(run.prober.reachabilityOf('worker-1.tcp.80').status).toBe('True');
    run.prober.watch({ ports: [exposed({ service: 'shop/back' })] });
    expect(run.prober.reachabilityOf('worker-1.tcp.80').status).toBe('Unknown');
    await run.nextRound();
    expect(run.told).toHaveLength(2);
    run.prober.watch({ ports: [] });
    expect(run.prober.reachabilityOf('worker-1.tcp.80').message).toBe('it is not served');
  });

  test('an answer about a port that is gone is not told', async () => {
    peer.manner = 'is silent';
    const run = started([exposed()]);
    await poll(() => run.clock.pending).toContain(200);
    run.prober.watch({ ports: [] });
    run.clock.advance(200);
    await run.roundEnded();
    expect(run.told).toEqual([]);
  });

  test('asks so many ports at a time, and all in the end', async () => {
    peer.manner = 'is silent';
    const ports = Array.from({ length: 7 }, (_, at) => exposed({ claim: `claim-${at}` }));
    const run = started(ports, { concurrency: 3 });
    const waiting = () => run.clock.pending.filter((ms) => ms === 200).length;
    for (const [waits, done] of [
      [3, 0],
      [3, 3],
      [1, 6],
    ] as const) {
      await poll(() => [waiting(), run.asked.length]).toEqual([waits, done]);
      run.clock.advance(200);
    }
    await run.roundEnded();
    expect(run.asked).toHaveLength(7);
  });

  test.each([
    [0, 8000],
    [0.5, 10_000],
    [0.999, 11_996],
  ])('waits a little shorter or longer each time (%s)', async (random, ms) => {
    const run = started([], { random: () => random });
    await poll(() => run.clock.pending).toEqual([ms]);
  });

  test('stops in the middle of a round and leaves nothing open', async () => {
    peer.manner = 'is silent';
    const run = started([exposed()]);
    await poll(() => run.clock.pending).toContain(200);
    stop.abort();
    await run.ended;
    expect(run.told).toEqual([]);
    await poll(() => [run.clock.pending, peer.open.size]).toEqual([[], 0]);
  });
});
