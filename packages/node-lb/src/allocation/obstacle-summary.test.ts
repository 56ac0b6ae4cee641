import { expect, test } from 'vitest';
import { summaryOf } from './obstacle-summary.ts';
import type { Obstacle } from './placement.ts';
import { tcp, udp } from './testing/exposure-request.ts';

const taken = (node: string, owner: string, port = tcp(80)): Obstacle => ({
  node,
  reason: 'Claimed',
  message: `port TCP/80 is taken by ${owner}`,
  port,
  owner,
});
const notReady = (node: string): Obstacle => ({ node, reason: 'NotReady', message: 'the node is not ready' });

test('counts nodes by what is in the way, and names who has a port', () => {
  const obstacles = [taken('a', 'service shop/front'), notReady('c'), taken('b', 'nginx')];
  expect(summaryOf(obstacles)).toBe(
    '2 nodes: port TCP/80 is taken (nginx, service shop/front), 1 node: the node is not ready',
  );
  expect(summaryOf(obstacles.toReversed())).toBe(summaryOf(obstacles));
});

test('a port is one thing, whatever kind of owner it has; another port is another', () => {
  const byPod: Obstacle = { ...taken('b', 'pod web/x (hostPort)'), reason: 'HostPort' };
  expect(summaryOf([taken('a', 'nginx'), byPod, taken('a', 'dns', udp(53))])).toBe(
    '2 nodes: port TCP/80 is taken (nginx, pod web/x (hostPort)), 1 node: port UDP/53 is taken (dns)',
  );
});

test('an owner that nobody knows is not named', () => {
  expect(summaryOf([taken('a', '')])).toBe('1 node: port TCP/80 is taken');
});

test('a node that has two things to say counts for each once', () => {
  const twice = { ...notReady('a'), message: 'the node has not reported whether it is ready' };
  expect(summaryOf([notReady('a'), twice])).toBe(
    '1 node: the node has not reported whether it is ready, the node is not ready',
  );
});

test('without nodes it says so', () => {
  expect(summaryOf([])).toBe('there are no nodes');
});

test('of many owners a few are named, the others counted', () => {
  const obstacles = Array.from({ length: 200 }, (_, n) =>
    taken(`n${n}`, `service shop/s${String(n).padStart(3, '0')}`),
  );
  expect(summaryOf(obstacles)).toBe(
    '200 nodes: port TCP/80 is taken (service shop/s000, service shop/s001, service shop/s002, and 197 more)',
  );
});

test('it fits an event, whatever there is to say', () => {
  const ports = Array.from({ length: 100 }, (_, n) => taken('a', `${'x'.repeat(500)}${n}`, tcp(n + 1)));
  const summary = summaryOf(ports);
  expect(summary.length).toBeLessThanOrEqual(800);
  expect(summary).toMatch(/^1 node: port TCP\/1 is taken \(x+.*…$/);
});
