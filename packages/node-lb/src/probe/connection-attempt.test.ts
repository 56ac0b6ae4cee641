import { describe, expect, test } from 'vitest';
import { holdSocket } from '../claims/held-socket.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { attemptConnection, type Attempt } from './connection-attempt.ts';
import { Peer } from './testing/peer.ts';
import { poll } from './testing/poll.ts';

/** An address of the loopback that no other process uses, and a port of it. */
const alone = `127.77.${(process.pid >> 8) & 255}.${process.pid & 255 || 1}`;
const port = 8080;

function attempt(address: string, at: number, clock = new FakeClock()) {
  const stop = new AbortController();
  const made = attemptConnection(address, at, { clock, timeoutMs: 3000, signal: stop.signal });
  return { made, clock, stop };
}
const stays = (clock: FakeClock) => poll(() => clock.pending).toContain(200);

describe('an attempt to connect', () => {
  test.each(['127.0.0.1', '::1'])(
    'to a server that greets at %s succeeds, and ends in good order',
    async (address) => {
      await using peer = await Peer.start(address);
      const { made, clock } = attempt(address, peer.port);
      expect(await made).toEqual({ kind: 'open' });
      await poll(() => peer.ends).toEqual(['end']);
      await poll(() => clock.pending).toEqual([]);
    },
  );

  test('to a server that waits for the client to speak succeeds when it has stayed', async () => {
    await using peer = await Peer.start();
    peer.manner = 'is silent';
    const { made, clock } = attempt('127.0.0.1', peer.port);
    await stays(clock);
    clock.advance(200);
    expect(await made).toEqual({ kind: 'open' });
    await poll(() => peer.ends).toEqual(['end']);
  });

  test('that lands on the socket that only holds the port fails: that is a leak, not a success', async () => {
    let leaks = 0;
    const held = await holdSocket('TCP', port, alone, () => (leaks += 1));
    expect(await attempt(alone, port).made).toEqual({
      kind: 'failed',
      why: 'the connection was reset at once',
    } satisfies Attempt);
    expect(leaks).toBe(1);
    await held.close();
  });

  test('is refused where nobody listens', async () => {
    expect(await attempt(alone, port).made).toEqual({ kind: 'refused' });
  });

  test('fails when nobody answers in time', async () => {
    const { made, clock } = attempt(alone, port);
    clock.advance(3000);
    expect(await made).toEqual({ kind: 'failed', why: 'no answer within 3 s' });
  });

  test('leaves nothing behind when it is stopped', async () => {
    await using peer = await Peer.start();
    peer.manner = 'is silent';
    const { made, clock, stop } = attempt('127.0.0.1', peer.port);
    await stays(clock);
    stop.abort();
    expect(await made).toEqual({ kind: 'untried', why: 'stopped' });
    await poll(() => [clock.pending, peer.open.size]).toEqual([[], 0]);
  });

  test('is not made when it is stopped before', async () => {
    const options = { clock: new FakeClock(), timeoutMs: 3000, signal: AbortSignal.abort() };
    expect(await attemptConnection(alone, port, options)).toEqual({ kind: 'untried', why: 'stopped' });
    expect(options.clock.pending).toEqual([]);
  });
});
