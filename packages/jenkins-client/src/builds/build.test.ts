import { describe, expect, test } from 'vitest';
import { recordedJson } from '../testing/recording.ts';
import { parseBuild, parseBuildState } from './build.ts';

describe('a build that is over', () => {
  test('has its result, times, cause, parameters', () => {
    expect(parseBuild(recordedJson('03-builds-16-build-done'))).toEqual({
      number: 1,
      queueId: 7,
      building: false,
      result: 'SUCCESS',
      startedAt: 1795328683552,
      durationMs: 6277,
      waitingForInput: false,
      displayName: '#1',
      estimatedDurationMs: 6277,
      kept: false,
      causes: [
        {
          kind: 'user',
          type: 'hudson.model.Cause$UserIdCause',
          description: 'Started by user admin',
          userId: 'admin',
          userName: 'admin',
        },
      ],
      parameters: [
        { name: 'WHO', value: 'ana & Bjørn' },
        { name: 'FAIL', value: false },
        { name: 'LEVEL', value: 'mid' },
        { name: 'PW' },
        { name: 'TXT', value: 'a\nb' },
      ],
      revisions: [],
      changes: [],
    });
  });

  test('of a branch has its revision', () => {
    const build = parseBuild(recordedJson('04-mb-15-branch-main-build'));
    expect(build.result).toBe('UNSTABLE');
    expect(build.causes).toMatchObject([{ kind: 'branch-indexing' }]);
    expect(build.revisions).toEqual([
      {
        commit: 'a44eb076242ec21b0789642e907a16a64dbc3def',
        branches: ['main'],
        remotes: [expect.stringMatching(/^file:\/\//u)],
      },
    ]);
  });

  test('has commits in one list, whichever of the two ways the job tells them', () => {
    const item = { commitId: 'c1', msg: 'Fix it', author: { fullName: 'Ada' } };
    const base = { number: 1, timestamp: 2 };
    const changes = [{ commit: 'c1', message: 'Fix it', author: 'Ada' }];
    expect(parseBuild({ ...base, changeSets: [{ items: [item] }] }).changes).toEqual(changes);
    expect(parseBuild({ ...base, changeSet: { items: [item] } }).changes).toEqual(changes);
  });

  test('tells no credentials of a repository', () => {
    const action = { lastBuiltRevision: { SHA1: 'c1' }, remoteUrls: ['https://ada:secret@git.test/a.git'] };
    const { revisions } = parseBuild({ number: 1, timestamp: 2, actions: [action] });
    expect(revisions).toEqual([{ commit: 'c1', branches: [], remotes: ['https://git.test/a.git'] }]);
  });
});

describe('a build that runs', () => {
  test('has no result and no duration', () => {
    const build = parseBuild(recordedJson('03-builds-06-build-running'));
    expect(build).toMatchObject({ building: true, durationMs: 0 });
    expect(build).not.toHaveProperty('result');
  });

  test('does not pass on a result that may still get worse', () => {
    expect(
      parseBuildState({ number: 1, timestamp: 2, building: true, result: 'UNSTABLE' }),
    ).not.toHaveProperty('result');
  });

  test('tells whether it waits for input', () => {
    const answer = recordedJson('03-builds-56-input-build-json') as object;
    expect(parseBuildState({ ...answer, number: 1, timestamp: 2 }).waitingForInput).toBe(true);
    expect(parseBuildState({ number: 1, timestamp: 2 }).waitingForInput).toBe(false);
  });
});

test.each([null, [], 'x', {}, { number: 1 }, { number: '1', timestamp: 2 }, { number: 1, timestamp: null }])(
  'an answer that describes no build is refused: %j',
  (value) => {
    expect(() => parseBuild(value)).toThrow(expect.objectContaining({ code: 'UnexpectedBody' }));
  },
);

test('what is not of the known shape is left out', () => {
  const odd = {
    number: 1,
    timestamp: 2,
    queueId: null,
    result: 'WONDERFUL',
    description: 7,
    displayName: null,
    actions: [null, 3, { causes: 'none' }, { parameters: [{ name: 'A', value: { secret: 1 } }] }],
    changeSets: {},
  };
  expect(parseBuild(odd)).toMatchObject({
    queueId: -1,
    displayName: '#1',
    causes: [],
    parameters: [{ name: 'A' }],
    changes: [],
  });
  expect(parseBuild(odd)).not.toHaveProperty('result');
});
