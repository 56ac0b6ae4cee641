import type { Logger } from '@armillary/kube';
import { expect, test, vi } from 'vitest';
import { defaultLink } from '../plan/link.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import type { StreamingCommands } from './commands.ts';
import { watchLegacy } from './legacy-poll.ts';
import { fakeCommands } from './testing/fake-commands.ts';

/** A node whose iptables-legacy is looked at; what is in it is for the test to say. */
function watched() {
  const clock = new FakeClock();
  const stop = new AbortController();
  const node = { rules: '', code: 0, changes: 0, warnings: 0 };
  const warn = (): void => void node.warnings++;
  const logger: Logger = { debug() {}, info() {}, warn, error() {}, child: () => logger };
  const programs = { 'iptables-legacy-save': () => ({ code: node.code, stdout: node.rules }) };
  const ended = watchLegacy(
    {
      commands: fakeCommands(programs) as StreamingCommands,
      link: defaultLink,
      prefix: 'armillary',
      isLegacy: () => true,
      onChange: () => void node.changes++,
      clock,
      logger,
    },
    stop.signal,
  );
  const looked = () => vi.waitFor(() => expect(clock.pending).toEqual([900]), 15_000);
  return {
    node,
    /** Waits for a look to be over, and has the next one made. */
    lookAgain: async (): Promise<void> => {
      await looked();
      clock.advance(900);
      await looked();
    },
    end: async (): Promise<void> => {
      stop.abort();
      await ended;
    },
  };
}

test('a rule of ours that went is told; counters and the rules of others are not', async () => {
  const { node, lookAgain, end } = watched();
  node.rules = ':ARMILLARY-DNAT - [0:0]\n-A PREROUTING -j ARMILLARY-DNAT';
  await lookAgain();
  node.changes = 0;
  node.rules = ':ARMILLARY-DNAT - [5:300]\n-A PREROUTING -j ARMILLARY-DNAT\n-A PREROUTING -j DOCKER';
  await lookAgain();
  expect(node.changes).toBe(0);
  node.rules = ':ARMILLARY-DNAT - [5:300]';
  await lookAgain();
  expect(node.changes).toBe(1);
  await end();
});

test('rules that cannot be read are complained of once, not at every look', async () => {
  const { node, lookAgain, end } = watched();
  node.code = 1;
  for (let look = 0; look < 5; look++) await lookAgain();
  expect(node.warnings).toBe(1);
  node.code = 0;
  await lookAgain();
  node.code = 1;
  await lookAgain();
  expect(node.warnings).toBe(2);
  await end();
});
