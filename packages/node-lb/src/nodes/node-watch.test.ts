import { describe, expect, test } from 'vitest';
import { EXCLUDE_LABEL, USE_LABEL } from './departure.ts';
import { WatchedCluster } from './testing/watched-cluster.ts';

const seconds = 1000;
const minutes = 60 * seconds;
const notReady = { ready: 'False' } as const;

describe('a node that is NotReady', () => {
  test.each(['False', 'Unknown'] as const)('for 10 s (%s) keeps what it has, and nothing moves', (ready) => {
    const cluster = new WatchedCluster('a', 'b', 'c');
    expect(cluster.after(0)).toEqual({ a: 'use', b: 'use', c: 'use' });
    cluster.set('a', { ready });
    expect(cluster.after(0)).toMatchObject({ a: 'hold NotReady' });
    expect(cluster.after(10 * seconds)).toMatchObject({ a: 'hold NotReady' });
    cluster.set('a', {});
    expect(cluster.after(0)).toMatchObject({ a: 'keep Returning', b: 'use' });
    expect(cluster.after(29_999)).toMatchObject({ a: 'keep Returning' });
    expect(cluster.after(1)).toMatchObject({ a: 'use' });
  });

  test('for 60 s is lost when its grace is over, and comes back after having been well for a while', () => {
    const cluster = new WatchedCluster('a', 'b', 'c');
    cluster.after(0);
    cluster.set('a', notReady);
    cluster.after(0);
    expect(cluster.after(19_999)).toMatchObject({ a: 'hold NotReady' });
    expect(cluster.after(1)).toMatchObject({ a: 'lost NotReady' });
    expect(cluster.after(40 * seconds)).toMatchObject({ a: 'lost NotReady', b: 'use' });
    cluster.set('a', {});
    expect(cluster.after(0)).toMatchObject({ a: 'keep Returning' });
    expect(cluster.after(30 * seconds)).toMatchObject({ a: 'use' });
  });

  test('for 10 min stays lost all the time', () => {
    const cluster = new WatchedCluster('a', 'b', 'c');
    cluster.after(0);
    cluster.set('a', notReady);
    cluster.after(0);
    for (let minute = 1; minute <= 10; minute += 1) {
      expect(cluster.after(1 * minutes)).toEqual({ a: 'lost NotReady', b: 'use', c: 'use' });
    }
  });

  test('a lost node whose recovery breaks off is lost at once, and waits the whole time again', () => {
    const cluster = new WatchedCluster('a', 'b', 'c');
    cluster.after(0);
    cluster.set('a', notReady);
    cluster.after(0);
    cluster.after(20 * seconds);
    cluster.set('a', {});
    expect(cluster.after(0)).toMatchObject({ a: 'keep Returning' });
    cluster.set('a', notReady);
    expect(cluster.after(29 * seconds)).toMatchObject({ a: 'lost NotReady' });
    cluster.set('a', {});
    expect(cluster.after(1 * seconds)).toMatchObject({ a: 'keep Returning' });
    expect(cluster.after(29_999)).toMatchObject({ a: 'keep Returning' });
    expect(cluster.after(1)).toMatchObject({ a: 'use' });
  });

  test('flapping within the grace never moves anything, and gets nothing new', () => {
    const cluster = new WatchedCluster('a', 'b', 'c');
    cluster.after(0);
    for (let round = 0; round < 20; round += 1) {
      cluster.set('a', notReady);
      expect(cluster.after(5 * seconds)).toMatchObject({ a: 'hold NotReady' });
      expect(cluster.after(14 * seconds)).toMatchObject({ a: 'hold NotReady' });
      cluster.set('a', {});
      expect(cluster.after(1 * seconds)).toMatchObject({ a: 'keep Returning' });
    }
  });

  test('says when to look again, so that nobody has to poll', () => {
    const cluster = new WatchedCluster('a', 'b', 'c');
    // The agents' silence is what would be noticed next.
    expect(cluster.observe().lookAgainAt).toBe(cluster.now + 10 * seconds);
    cluster.set('a', { ready: 'False', agent: { seenAt: Infinity, proxy: 'iptables' } });
    const held = cluster.observe();
    expect(held.nodes.get('a')).toMatchObject({ lookAgainAt: cluster.now + 20 * seconds });
    cluster.after(20 * seconds);
    cluster.set('a', {});
    cluster.set('b', { agent: undefined });
    cluster.set('c', { agent: undefined });
    expect(cluster.observe().nodes.get('a')).toMatchObject({ lookAgainAt: cluster.now + 10 * seconds });
  });
});

test('a node without any address is waited for as one that is not ready', () => {
  const cluster = new WatchedCluster('a', 'b', 'c');
  cluster.after(0);
  cluster.set('a', { addresses: [] });
  expect(cluster.after(0)).toMatchObject({ a: 'hold NoAddress' });
  expect(cluster.after(19_999)).toMatchObject({ a: 'hold NoAddress' });
  expect(cluster.after(1)).toMatchObject({ a: 'lost NoAddress' });
});

test('a node that fails with its agent is given up as soon as the shorter grace is over', () => {
  const cluster = new WatchedCluster('a', 'b', 'c');
  cluster.after(0);
  cluster.set('a', { ready: 'False', agent: { seenAt: cluster.now, proxy: 'iptables' } });
  const lookAgainAt = () => (cluster.observe().nodes.get('a')?.lookAgainAt ?? Infinity) - cluster.now;
  expect(cluster.after(0)).toMatchObject({ a: 'hold NotReady' });
  expect(lookAgainAt()).toBe(10 * seconds);
  expect(cluster.after(10 * seconds)).toMatchObject({ a: 'hold AgentSilent' });
  expect(lookAgainAt()).toBe(5 * seconds);
  expect(cluster.after(5 * seconds)).toMatchObject({ a: 'lost AgentSilent' });
});

describe('the agent of a node', () => {
  test('that restarts within its grace changes nothing', () => {
    const cluster = new WatchedCluster('a', 'b', 'c');
    cluster.after(0);
    cluster.set('a', { agentSilentFor: 9 * seconds });
    expect(cluster.after(0)).toMatchObject({ a: 'use' });
    cluster.set('a', {});
    expect(cluster.after(1 * seconds)).toMatchObject({ a: 'use' });
  });

  test('that is silent longer is waited for, then given up', () => {
    const cluster = new WatchedCluster('a', 'b', 'c');
    cluster.after(0);
    cluster.set('a', { agentSilentFor: 10 * seconds });
    expect(cluster.after(10 * seconds)).toMatchObject({ a: 'hold AgentSilent' });
    cluster.set('a', { agentSilentFor: 15 * seconds });
    expect(cluster.after(5 * seconds)).toMatchObject({ a: 'lost AgentSilent' });
  });

  test('that was uninstalled has its grace from when its lease was missed', () => {
    const cluster = new WatchedCluster('a', 'b', 'c');
    cluster.after(0);
    cluster.set('a', { agent: undefined });
    expect(cluster.after(1 * minutes)).toMatchObject({ a: 'hold NoAgent' });
    expect(cluster.after(15 * seconds)).toMatchObject({ a: 'lost NoAgent' });
  });

  test('that reports a problem has the same grace, and its words are told', () => {
    const cluster = new WatchedCluster('a', 'b', 'c');
    cluster.after(0);
    const agent = { seenAt: Infinity, proxy: 'iptables', problem: 'net.ipv4.ip_forward is off' } as const;
    cluster.set('a', { agent });
    expect(cluster.after(0)).toMatchObject({ a: 'hold AgentProblem' });
    expect(cluster.after(15 * seconds)).toMatchObject({ a: 'lost AgentProblem' });
    expect(cluster.observe().nodes.get('a')?.message).toBe('its agent says: net.ipv4.ip_forward is off');
  });
});

test('the ailment whose grace is over first decides, and one that follows another has its own grace', () => {
  const cluster = new WatchedCluster('a', 'b', 'c');
  cluster.after(0);
  cluster.set('a', notReady);
  cluster.after(0);
  cluster.set('a', { networkUnavailable: true });
  expect(cluster.after(19 * seconds)).toMatchObject({ a: 'hold NetworkUnavailable' });
  expect(cluster.after(19_999)).toMatchObject({ a: 'hold NetworkUnavailable' });
  expect(cluster.after(1)).toMatchObject({ a: 'lost NetworkUnavailable' });
});

describe('a new node', () => {
  test('waits for Ready, for its network and for its agent, and is used at once then', () => {
    const cluster = new WatchedCluster('a');
    cluster.after(0);
    cluster.set('new', { ready: 'Unknown', networkUnavailable: true, agent: undefined });
    expect(cluster.after(0)).toEqual({ a: 'use', new: 'hold NoAgent' });
    cluster.set('new', { networkUnavailable: true, agent: undefined });
    expect(cluster.after(10 * seconds)).toMatchObject({ new: 'hold NoAgent' });
    cluster.set('new', { networkUnavailable: true });
    expect(cluster.after(1 * minutes)).toMatchObject({ new: 'lost NetworkUnavailable' });
    cluster.set('new', {});
    expect(cluster.after(1 * seconds)).toEqual({ a: 'use', new: 'use' });
  });

  test('many of them are no mass failure', () => {
    const cluster = new WatchedCluster('a', 'b');
    cluster.after(0);
    for (let n = 0; n < 20; n += 1) cluster.set(`new-${n}`, notReady);
    expect(cluster.observe().massFailure).toBeUndefined();
    cluster.set('a', notReady);
    cluster.after(0);
    expect(cluster.after(20 * seconds)).toMatchObject({ a: 'lost NotReady' });
  });
});

describe('a node that shall not be used is left at once', () => {
  test.each([
    ['BeingDeleted', { leaving: true }],
    ['Excluded', { labels: { [EXCLUDE_LABEL]: '' } }],
    ['Excluded', { labels: { [EXCLUDE_LABEL]: 'true' } }],
    ['NotUsed', { labels: { [USE_LABEL]: 'false' } }],
  ])('%s', (reason, differences) => {
    const cluster = new WatchedCluster('a', 'b');
    cluster.after(0);
    cluster.set('a', differences);
    expect(cluster.after(0)).toEqual({ a: `leave ${reason}`, b: 'use' });
    cluster.set('a', {});
    expect(cluster.after(0)).toEqual({ a: 'use', b: 'use' });
  });

  test('when the settings name other nodes', () => {
    const cluster = new WatchedCluster('a', 'b');
    cluster.set('b', { labels: { edge: 'yes', zone: 'z1' } });
    cluster.after(0);
    cluster.rules = { ...cluster.rules, nodeSelector: { zone: 'z1', edge: 'yes' } };
    expect(cluster.after(0)).toEqual({ a: 'leave NotSelected', b: 'use' });
  });

  test('the exclude label means nothing when the settings say so; its words name that way out', () => {
    const cluster = new WatchedCluster('a');
    cluster.set('a', { labels: { [EXCLUDE_LABEL]: '' } });
    expect(cluster.observe().nodes.get('a')?.message).toContain('excludedNodes: Use');
    cluster.rules = { ...cluster.rules, excludedNodes: 'Use' };
    expect(cluster.after(0)).toEqual({ a: 'use' });
  });

  test('however many they are: that is no mass failure', () => {
    const cluster = new WatchedCluster('a', 'b', 'c');
    cluster.after(0);
    for (const name of ['a', 'b', 'c']) cluster.set(name, { leaving: true });
    expect(cluster.after(0)).toEqual({
      a: 'leave BeingDeleted',
      b: 'leave BeingDeleted',
      c: 'leave BeingDeleted',
    });
  });

  test('and is lost when it also fails, whatever else fails', () => {
    const cluster = new WatchedCluster('a', 'b', 'c');
    cluster.after(0);
    for (const name of ['a', 'b', 'c']) cluster.set(name, { ...notReady, leaving: name === 'a' });
    expect(cluster.after(0)).toMatchObject({ a: 'leave BeingDeleted', b: 'hold MassFailure' });
    // While the others are held, nobody knows whether it is the node that fails.
    expect(cluster.after(20 * seconds)).toMatchObject({ a: 'leave BeingDeleted', b: 'hold MassFailure' });
    cluster.set('b', {});
    expect(cluster.after(0)).toMatchObject({ a: 'leave BeingDeleted', c: 'hold NotReady' });
    expect(cluster.after(20 * seconds)).toMatchObject({ a: 'lost NotReady' });
  });
});

test('a cordoned node keeps what it has: taking it out caused outages', () => {
  const cluster = new WatchedCluster('a', 'b');
  cluster.after(0);
  cluster.set('a', { unschedulable: true });
  expect(cluster.after(10 * minutes)).toEqual({ a: 'keep Cordoned', b: 'use' });
  cluster.set('a', { unschedulable: true, ready: 'False' });
  cluster.after(0);
  expect(cluster.after(20 * seconds)).toEqual({ a: 'lost NotReady', b: 'use' });
});

describe('a mass failure', () => {
  const names = (count: number) => Array.from({ length: count }, (_, index) => `n${index}`);
  /** `failing` of `count` nodes become NotReady together; what is with them when their grace is over. */
  function together(failing: number, count: number) {
    const cluster = new WatchedCluster(...names(count));
    cluster.after(0);
    for (const name of names(failing)) cluster.set(name, notReady);
    cluster.after(0);
    return { cluster, standings: cluster.after(10 * minutes) };
  }

  test.each([
    [1, 1, 'lost NotReady'],
    [1, 2, 'lost NotReady'],
    [2, 2, 'hold MassFailure'],
    [1, 3, 'lost NotReady'],
    [2, 3, 'hold MassFailure'],
    [3, 3, 'hold MassFailure'],
    [1, 4, 'lost NotReady'],
    [2, 4, 'hold MassFailure'],
    [4, 10, 'lost NotReady'],
    [5, 10, 'hold MassFailure'],
    [49, 100, 'lost NotReady'],
    [50, 100, 'hold MassFailure'],
  ])('%i of %i nodes NotReady together: %s', (failing, count, expected) => {
    const { standings, cluster } = together(failing, count);
    for (const name of names(failing)) expect(standings[name]).toBe(expected);
    expect(standings[`n${failing}`] ?? 'use').toBe('use');
    const isMass = expected.startsWith('hold');
    expect(cluster.observe().massFailure).toEqual(isMass ? { unwell: failing, of: count } : undefined);
  });

  test('the share that the settings say counts', () => {
    const cluster = new WatchedCluster(...names(10));
    cluster.rules = { ...cluster.rules, maxUnhealthyPercent: 20 };
    cluster.after(0);
    cluster.set('n0', notReady);
    cluster.set('n1', { agent: undefined });
    expect(cluster.after(0)).toMatchObject({ n0: 'hold MassFailure', n1: 'hold MassFailure', n2: 'use' });
    expect(cluster.observe().nodes.get('n0')?.message).toBe(
      'the node is not ready, but 2 of 10 nodes look unwell at once: nothing moves for it',
    );
  });

  test('when it ends, those still unwell have their whole grace: the first one back does not condemn the others', () => {
    const { cluster } = together(6, 10);
    cluster.set('n0', {});
    cluster.set('n1', {});
    expect(cluster.after(1 * seconds)).toMatchObject({ n0: 'keep Returning', n2: 'hold NotReady' });
    for (const name of ['n2', 'n3', 'n4']) cluster.set(name, {});
    expect(cluster.after(18 * seconds)).toMatchObject({ n2: 'keep Returning', n5: 'hold NotReady' });
    expect(cluster.after(2 * seconds)).toMatchObject({ n5: 'lost NotReady' });
    expect(cluster.after(10 * seconds)).toMatchObject({ n0: 'use', n1: 'use', n2: 'keep Returning' });
  });

  test('nodes that fail one after the other are lost one after the other', () => {
    const cluster = new WatchedCluster('a', 'b', 'c');
    cluster.after(0);
    cluster.set('a', notReady);
    cluster.after(0);
    expect(cluster.after(20 * seconds)).toMatchObject({ a: 'lost NotReady', b: 'use', c: 'use' });
    cluster.set('b', notReady);
    cluster.after(0);
    expect(cluster.after(20 * seconds)).toMatchObject({ a: 'lost NotReady', b: 'lost NotReady', c: 'use' });
  });

  test('a clock that jumps an hour ahead silences all agents at once, and moves nothing', () => {
    const cluster = new WatchedCluster('a', 'b');
    cluster.after(0);
    cluster.set('a', { agentSilentFor: 60 * minutes });
    cluster.set('b', { agentSilentFor: 60 * minutes });
    expect(cluster.after(60 * minutes)).toEqual({ a: 'hold MassFailure', b: 'hold MassFailure' });
  });
});

describe('after a restart of the controller', () => {
  test('a node that is NotReady at first sight begins its grace then', () => {
    const cluster = new WatchedCluster('a', 'b', 'c');
    cluster.set('a', notReady);
    cluster.inUse.add('a');
    expect(cluster.after(0)).toEqual({ a: 'hold NotReady', b: 'use', c: 'use' });
    cluster.after(10 * seconds);
    cluster.restartController();
    expect(cluster.after(5 * seconds)).toMatchObject({ a: 'hold NotReady' });
    expect(cluster.after(19 * seconds)).toMatchObject({ a: 'hold NotReady' });
    expect(cluster.after(1 * seconds)).toMatchObject({ a: 'lost NotReady' });
  });

  test('nodes with claims count as well once, so that a mass failure is seen', () => {
    const cluster = new WatchedCluster('a', 'b', 'c', 'd');
    for (const name of ['a', 'b', 'c']) cluster.set(name, notReady);
    cluster.inUse.add('a').add('b');
    expect(cluster.after(0)).toMatchObject({ a: 'hold MassFailure', b: 'hold MassFailure', d: 'use' });
  });
});

test('a node that is gone is forgotten: one of the same name is a new one', () => {
  const cluster = new WatchedCluster('a', 'b');
  cluster.after(0);
  cluster.set('a', notReady);
  cluster.after(20 * seconds);
  expect(cluster.after(20 * seconds)).toMatchObject({ a: 'lost NotReady' });
  cluster.remove('a');
  expect(cluster.after(0)).toEqual({ b: 'use' });
  cluster.set('a', {});
  expect(cluster.after(0)).toEqual({ a: 'use', b: 'use' });
});

test('no nodes at all are no mass failure', () => {
  expect(new WatchedCluster().observe()).toEqual({ nodes: new Map() });
});
