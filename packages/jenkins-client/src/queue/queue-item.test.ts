import { describe, expect, test } from 'vitest';
import { recordedJson } from '../testing/recording.ts';
import { parseQueueItem } from './queue-item.ts';

test('an item in its quiet period', () => {
  expect(parseQueueItem(recordedJson('03-builds-03-queue-item-waiting'))).toMatchObject({
    id: 7,
    state: 'waiting',
    item: ['team', 'p1'],
    queuedAt: 1795328680093,
    why: 'In the quiet period. Expires in 1.9 sec',
    stuck: false,
    causes: [{ kind: 'user', userId: 'admin' }],
    parameters: [
      { name: 'WHO', value: 'ana & Bjørn' },
      { name: 'FAIL', value: false },
      { name: 'LEVEL', value: 'mid' },
      { name: 'PW' },
      { name: 'TXT', value: 'a\nb' },
    ],
  });
});

test('an item that became a build', () => {
  const item = parseQueueItem(recordedJson('03-builds-05-queue-item-left'));
  expect(item).toMatchObject({ id: 7, state: 'left', buildNumber: 1 });
  expect(item).not.toHaveProperty('why');
});

test('an item that was cancelled', () => {
  const item = parseQueueItem(recordedJson('03-builds-37-queue-item-cancelled'));
  expect(item).toMatchObject({ id: 9, state: 'cancelled' });
  expect(item).not.toHaveProperty('buildNumber');
});

test.each([
  ['hudson.model.Queue$BlockedItem', 'blocked'],
  ['hudson.model.Queue$BuildableItem', 'buildable'],
  ['hudson.model.Queue$LeftItem', 'left'],
  ['hudson.model.Queue$WaitingItem', 'waiting'],
])('the state of a %s is %s', (_class, state) => {
  expect(parseQueueItem({ _class, id: 1 }).state).toBe(state);
});

describe('the job of an item', () => {
  test.each([
    ['http://ci.test/job/team/job/p1/', ['team', 'p1']],
    ['https://elsewhere.test/a/job-board/job/team/job/p1/', ['team', 'p1']],
    ['http://ci.test/jenkins/job/mb/job/feature%252Fx/', ['mb', 'feature%2Fx']],
    ['http://ci.test/job/job/job/job/', ['job', 'job']],
    ['http://ci.test/job/sub%20folder/job/%C3%BCber/', ['sub folder', 'über']],
  ])('%s', (url, path) => {
    expect(parseQueueItem({ id: 1, task: { url } }).item).toEqual(path);
  });

  test.each(['', 'http://ci.test/', 'http://ci.test/job/%ZZ/', 'http://ci.test/computer/a/', undefined])(
    'is unknown: %s',
    (url) => {
      expect(parseQueueItem({ id: 1, task: { url } }).item).toBeUndefined();
    },
  );
});

test.each([null, [], {}, { id: 'x' }])('an answer that describes no item is refused: %j', (value) => {
  expect(() => parseQueueItem(value)).toThrow(expect.objectContaining({ code: 'UnexpectedBody' }));
});
