import { describe, expect, test } from 'vitest';
import type { BuildState } from '../builds/build.ts';
import type { QueueItem } from '../queue/queue-item.ts';
import { BuildHistory } from './build-history.ts';
import type { JobSnapshot, Snapshot } from './snapshot.ts';

const now = 1_800_000_000_000;

function build(number: number, result?: BuildState['result'], startedAt = now + number * 1000): BuildState {
  return {
    number,
    queueId: 100 + number,
    building: result === undefined,
    ...(result === undefined ? {} : { result }),
    startedAt,
    durationMs: result === undefined ? 0 : 500,
    waitingForInput: false,
  };
}

function job(builds: readonly BuildState[], name = 'p1', nextBuildNumber?: number): JobSnapshot {
  const newest = [...builds].sort((a, b) => b.number - a.number);
  return {
    path: ['team', name],
    nextBuildNumber: nextBuildNumber ?? (newest[0]?.number ?? 0) + 1,
    inQueue: false,
    builds: newest,
    allBuilds: true,
  };
}

function queued(id: number, name = 'p1'): QueueItem {
  return {
    id,
    state: 'waiting',
    item: ['team', name],
    queuedAt: now,
    stuck: false,
    causes: [],
    parameters: [],
  };
}

function look(jobs: readonly JobSnapshot[], queue: readonly QueueItem[] = [], at = now): Snapshot {
  return { at, jobs, queue };
}

/** Events in short: `p1#2 finished SUCCESS`. */
function advance(history: BuildHistory, snapshot: Snapshot): string[] {
  return history
    .advance(snapshot)
    .map(({ item, number, queueId, type, result }) =>
      [`${item.at(-1)}${number === undefined ? `?${queueId}` : `#${number}`}`, type, result]
        .filter(Boolean)
        .join(' '),
    );
}

test('the first look tells nothing', () => {
  const history = new BuildHistory();
  expect(advance(history, look([job([build(1, 'SUCCESS'), build(2)])], [queued(7)]))).toEqual([]);
  expect(history.busy).toBe(true);
});

test('a build goes its way from the queue to its end', () => {
  const history = new BuildHistory();
  advance(history, look([job([])]));
  expect(history.busy).toBe(false);
  expect(advance(history, look([job([])], [queued(101)]))).toEqual(['p1?101 queued']);
  expect(advance(history, look([job([])], [queued(101)]))).toEqual([]);
  expect(advance(history, look([job([build(1)])]))).toEqual(['p1#1 started']);
  expect(advance(history, look([job([build(1)])]))).toEqual([]);
  expect(advance(history, look([job([build(1, 'FAILURE')])]))).toEqual(['p1#1 finished FAILURE']);
  expect(advance(history, look([job([build(1, 'FAILURE')])]))).toEqual([]);
  expect(history.busy).toBe(false);
});

test('all that happened between two looks is told, in order', () => {
  const history = new BuildHistory();
  advance(history, look([job([build(1)]), job([], 'p2')]));
  const p1 = job([build(1, 'SUCCESS'), build(2, 'ABORTED'), build(3)]);
  expect(advance(history, look([p1, job([build(1, 'UNSTABLE', now)], 'p2')]))).toEqual([
    'p2#1 queued',
    'p2#1 started',
    'p2#1 finished UNSTABLE',
    'p1#1 finished SUCCESS',
    'p1#2 queued',
    'p1#2 started',
    'p1#2 finished ABORTED',
    'p1#3 queued',
    'p1#3 started',
  ]);
});

test('a build that started while its queue item was still seen is told once', () => {
  const history = new BuildHistory();
  advance(history, look([job([])]));
  expect(advance(history, look([job([build(1)])], [queued(101)]))).toEqual(['p1#1 queued', 'p1#1 started']);
  expect(advance(history, look([job([build(1)])]))).toEqual([]);
  expect(history.unexplained).toEqual([]);
});

test('a build without a result is not finished', () => {
  const history = new BuildHistory();
  advance(history, look([job([build(1)])]));
  expect(advance(history, look([job([{ ...build(1), building: false }])]))).toEqual([]);
  expect(advance(history, look([job([build(1, 'SUCCESS')])]))).toEqual(['p1#1 finished SUCCESS']);
});

describe('a queue item that became no build', () => {
  test('is asked for after two looks, and told as it ended', () => {
    const history = new BuildHistory();
    advance(history, look([job([])]));
    advance(history, look([job([])], [queued(7), queued(8), queued(9)]));
    advance(history, look([job([])]));
    expect(history.unexplained).toEqual([]);
    advance(history, look([job([])]));
    expect(history.unexplained).toEqual([7, 8, 9]);
    expect(history.explain(7, 'cancelled', now)).toMatchObject([{ type: 'cancelled', queueId: 7 }]);
    expect(history.explain(8, 'lost', now)).toMatchObject([{ type: 'lost', queueId: 8 }]);
    expect(history.explain(9, 'built', now)).toEqual([]);
    expect(history.explain(7, 'cancelled', now)).toEqual([]);
    expect(history.busy).toBe(false);
  });

  test('is lost when another has its id', () => {
    const history = new BuildHistory();
    advance(history, look([job([])], [queued(7)]));
    const other = { ...queued(7, 'p2'), queuedAt: now + 1 };
    expect(advance(history, look([job([])], [other]))).toEqual(['p1?7 lost', 'p2?7 queued']);
    expect(advance(history, look([job([])], [other]))).toEqual([]);
  });

  test('is not asked for when it comes back into view', () => {
    const history = new BuildHistory();
    advance(history, look([job([])], [queued(7)]));
    advance(history, look([job([])]));
    advance(history, look([job([])], [queued(7)]));
    advance(history, look([job([])]));
    expect(history.unexplained).toEqual([]);
  });
});

describe('deleted', () => {
  test('a running build that is gone', () => {
    const history = new BuildHistory();
    advance(history, look([job([build(1), build(2)])]));
    expect(advance(history, look([job([build(2)])]))).toEqual(['p1#1 deleted']);
  });

  test('a running build whose job is gone', () => {
    const history = new BuildHistory();
    advance(history, look([job([build(1)])]));
    expect(advance(history, look([]))).toEqual(['p1#1 deleted']);
    expect(history.busy).toBe(false);
  });

  test('finished builds that are gone are nobody’s business, and older ones that move up are not new', () => {
    const history = new BuildHistory();
    advance(history, look([job([build(3, 'SUCCESS'), build(4, 'SUCCESS')])]));
    expect(advance(history, look([job([build(2, 'SUCCESS'), build(3, 'SUCCESS')], 'p1', 5)]))).toEqual([]);
  });
});

describe('another job', () => {
  test('under the same name begins anew', () => {
    const history = new BuildHistory();
    advance(history, look([job([build(4, 'SUCCESS'), build(5)])]));
    expect(advance(history, look([job([build(1, 'SUCCESS', now + 9000)])]))).toEqual([
      'p1#5 deleted',
      'p1#1 queued',
      'p1#1 started',
      'p1#1 finished SUCCESS',
    ]);
  });

  test('that comes into view tells its young builds, not its old ones', () => {
    const history = new BuildHistory();
    advance(history, look([]));
    const old = build(1, 'SUCCESS', now - 3_600_000);
    expect(advance(history, look([job([old, build(2, 'SUCCESS', now + 5000)])]))).toEqual([
      'p1#2 queued',
      'p1#2 started',
      'p1#2 finished SUCCESS',
    ]);
  });
});

test('a job that is renamed while a build runs goes on under its new name', () => {
  const history = new BuildHistory();
  advance(history, look([job([build(1, 'SUCCESS'), build(2)])]));
  expect(advance(history, look([job([build(1, 'SUCCESS'), build(2)], 'renamed')]))).toEqual([]);
  expect(advance(history, look([job([build(1, 'SUCCESS'), build(2, 'SUCCESS')], 'renamed')]))).toEqual([
    'renamed#2 finished SUCCESS',
  ]);
});
