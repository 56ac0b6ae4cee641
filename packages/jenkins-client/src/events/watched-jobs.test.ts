import { describe, expect, test } from 'vitest';
import { isWatched, planRequests } from './watched-jobs.ts';

describe('requests', () => {
  test('one for one job', () => {
    expect(planRequests({ items: [['team', 'p1']], depth: 0 })).toEqual([
      { base: ['team', 'p1'], path: 'job/team/job/p1/api/json', levels: 0 },
    ]);
  });

  test('one for all jobs of a folder, sent to what they have in common', () => {
    const items = [
      ['team', 'a', 'p1'],
      ['team', 'a', 'b', 'p2'],
    ];
    expect(planRequests({ items, depth: 1 })).toEqual([
      { base: ['team', 'a'], path: 'job/team/job/a/api/json', levels: 3 },
    ]);
  });

  test('one for each top-level folder', () => {
    expect(
      planRequests({
        items: [
          ['a', 'p'],
          ['b', 'p'],
          ['a', 'q'],
        ],
      }).map(({ path }) => path),
    ).toEqual(['job/a/api/json', 'job/b/job/p/api/json']);
  });

  test('one to the root for many folders, however many', () => {
    const items = Array.from({ length: 200 }, (_, index) => [`folder-${index}`]);
    expect(planRequests({ items })).toEqual([{ base: [], path: 'api/json', levels: 3 }]);
  });

  test('one to the root for everything', () => {
    expect(planRequests({})).toEqual([{ base: [], path: 'api/json', levels: 4 }]);
  });
});

describe('watched', () => {
  const jobs = { items: [['team'], ['other', 'p1']], depth: 2 };
  test.each([
    [['team'], true],
    [['team', 'mb', 'main'], true],
    [['team', 'a', 'b', 'c'], false],
    [['team2', 'p'], false],
    [['other', 'p2'], false],
    [['other', 'p1', 'x'], true],
    [[], false],
  ])('%j: %s', (path, watched) => {
    expect(isWatched(jobs, path)).toBe(watched);
  });
});
