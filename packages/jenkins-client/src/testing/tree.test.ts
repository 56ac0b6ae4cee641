import { describe, expect, test } from 'vitest';

import { bean, exportBean, TreeError } from './tree.ts';

const build = (number: number) =>
  bean(
    'Run',
    { number: () => number, url: () => `${number}/`, result: () => 'SUCCESS' },
    { number: 2, url: 2 },
  );
const job = bean('Job', {
  name: () => 'p1',
  builds: () => [3, 2, 1].map(build),
  lastBuild: () => build(3),
  nothing: () => null,
});

describe('the fields that an answer shows', () => {
  test.each([
    [null, 0, { name: 'p1', lastBuild: { _class: 'Run', number: 3, url: '3/' }, nothing: null }],
    [null, 1, { lastBuild: { _class: 'Run', number: 3, url: '3/', result: 'SUCCESS' } }],
    ['name', 0, { _class: 'Job', name: 'p1' }],
    ['lastBuild', 0, { _class: 'Job', lastBuild: { _class: 'Run' } }],
    [
      'lastBuild[*]',
      0,
      { _class: 'Job', lastBuild: { _class: 'Run', number: 3, url: '3/', result: 'SUCCESS' } },
    ],
    [
      'missing,builds[missing]',
      0,
      { _class: 'Job', builds: [{ _class: 'Run' }, { _class: 'Run' }, { _class: 'Run' }] },
    ],
    ['builds[number]{1,2}', 0, { builds: [{ _class: 'Run', number: 2 }] }],
    ['builds[number]{2,}', 0, { builds: [{ _class: 'Run', number: 1 }] }],
    ['builds[number]{,1}', 0, { builds: [{ _class: 'Run', number: 3 }] }],
    ['builds[number]{0}', 0, { builds: [{ _class: 'Run', number: 3 }] }],
    ['builds[number],builds[url]{0,1}', 0, { builds: [{ _class: 'Run', number: 3, url: '3/' }] }],
  ])('tree %s at depth %d', (tree, depth, expected) => {
    expect(exportBean(job, tree, depth)).toMatchObject(expected);
  });

  test.each(['jobs[name', 'a]', '[a]', 'a{x}', '{0,1}', 'a[b]]'])('tree %s is malformed', (tree) => {
    expect(() => exportBean(job, tree)).toThrow(TreeError);
  });
});
