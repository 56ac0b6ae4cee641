import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { wellNode } from '../nodes/testing/well-node.ts';
import { bestFirst, ZONE_LABEL, ZoneCount, type Candidate } from './ranking.ts';

const candidate = (name: string, claims = 0, zone?: string): Candidate => ({
  claims,
  facts: wellNode(name, 0, { labels: zone === undefined ? {} : { [ZONE_LABEL]: zone } }),
});

/** Names in order, each counted in its zone as if it were taken. */
function order(candidates: readonly Candidate[], uid = 'uid-1', zones = new ZoneCount()): string[] {
  return Array.from(bestFirst(uid, candidates, zones), ({ facts }) => {
    zones.add(facts);
    return facts.name;
  });
}

const digest = (name: string, uid = 'uid-1') => createHash('sha256').update(`${uid}/${name}`).digest('hex');

describe('the best node', () => {
  test('is the one with fewest claims', () => {
    expect(order([candidate('a', 2), candidate('b', 0), candidate('c', 1)])).toEqual(['b', 'c', 'a']);
  });

  test('of equals is the one with the lowest digest of uid and name, whatever the order they are listed in', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const expected = names.toSorted((a, b) => (digest(a) < digest(b) ? -1 : 1));
    expect(order(names.map((name) => candidate(name)))).toEqual(expected);
    expect(order(names.toReversed().map((name) => candidate(name)))).toEqual(expected);
  });

  test('differs between Services, so that equal nodes share them', () => {
    const names = Array.from({ length: 5 }, (_, n) => `node-${n}`);
    const firsts = Array.from(
      { length: 500 },
      (_, n) =>
        order(
          names.map((name) => candidate(name)),
          `uid-${n}`,
        )[0],
    );
    const shares = names.map((name) => firsts.filter((first) => first === name).length);
    for (const share of shares) expect(share).toBeGreaterThan(70);
  });
});

describe('zones', () => {
  test('come one after the other, the better nodes of each first', () => {
    const nodes = [
      candidate('a1', 0, 'a'),
      candidate('a2', 1, 'a'),
      candidate('a3', 2, 'a'),
      candidate('b1', 7, 'b'),
      candidate('c1', 8, 'c'),
      candidate('c2', 9, 'c'),
    ];
    expect(order(nodes)).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3']);
  });

  test('where the Service is already come last', () => {
    const zones = new ZoneCount();
    zones.add(candidate('old', 0, 'a').facts);
    expect(order([candidate('a1', 0, 'a'), candidate('b1', 5, 'b')], 'uid-1', zones)).toEqual(['b1', 'a1']);
  });

  test('nodes without one share one', () => {
    expect(order([candidate('x', 0), candidate('y', 1), candidate('b1', 5, 'b')])).toEqual(['x', 'b1', 'y']);
  });
});

test('nobody comes first where nobody is', () => {
  expect(order([])).toEqual([]);
});
