import type { BuildState } from '@armillary/jenkins-client';
import { expect, test } from 'vitest';
import type { PipelineRun } from '../../../kinds/pipeline-run.ts';
import { jenkinsAnnotation } from '../metadata.ts';
import type { JobNews } from '../news/jenkins-news.ts';
import { noteText, type BuildNote } from './build-note.ts';
import {
  decideHistory,
  type HistoryDecision,
  type HistoryFacts,
  type HistoryMark,
} from './decide-history.ts';
import { isDiscarded } from './discarded.ts';

function builds(...numbers: number[]): BuildState[] {
  return numbers.map((number) => ({
    number,
    queueId: 100 + number,
    building: false,
    startedAt: number * 1000,
    durationMs: 1,
    waitingForInput: false,
  }));
}

function news(list: BuildState[], change: Partial<JobNews> = {}): JobNews {
  const nextBuildNumber = Math.max(0, ...list.map(({ number }) => number)) + 1;
  return {
    path: ['shop', 'p'],
    nextBuildNumber,
    inQueue: false,
    builds: list,
    allBuilds: true,
    queued: [],
    ...change,
  };
}

function run(note: BuildNote, ended = true): PipelineRun {
  return {
    apiVersion: 'devops.kubesphere.io/v1alpha3',
    kind: 'PipelineRun',
    metadata: {
      name: 'r',
      namespace: 'shop',
      uid: 'u',
      annotations: { [jenkinsAnnotation.build]: noteText({ uid: 'u', ...note }) },
    },
    spec: { pipelineRef: { name: 'p' } },
    ...(ended && { status: { completionTime: '2026-01-01T00:00:00Z' } }),
  };
}

/** The mark after the build of this number, which started at so many seconds. */
const mark = (number: number, seconds = number): HistoryMark => ({ number, startedAt: seconds * 1000 });

function decide(facts: Partial<HistoryFacts>): HistoryDecision {
  return decideHistory({ news: news([]), runs: [], mark: undefined, limit: 3, ...facts });
}

const numbers = ({ takeIn }: HistoryDecision): number[] => takeIn.map(({ number }) => number);

test('of a job that is new to us, the newest builds are taken in', () => {
  const decision = decide({ news: news(builds(9, 8, 7, 6, 5)) });
  expect(numbers(decision)).toEqual([9, 8, 7]);
  expect(decision.mark).toEqual(mark(9));
});

test('later, only builds above the mark are', () => {
  const decision = decide({ news: news(builds(9, 8, 7)), mark: mark(8) });
  expect(numbers(decision)).toEqual([9]);
  // A run that somebody deleted does not come back.
  expect(numbers(decide({ news: news(builds(9, 8, 7)), mark: mark(9) }))).toEqual([]);
});

test('a job that was made anew counts from the beginning', () => {
  const anew = builds(2, 1).map((build) => ({ ...build, startedAt: build.startedAt + 40_000 }));
  const decision = decide({ news: news(anew), mark: mark(40) });
  expect(numbers(decision)).toEqual([2, 1]);
  expect(decision.mark).toEqual(mark(2, 42));
  expect(decide({ news: news([]), mark: mark(40) }).mark).toEqual(mark(0, 40));
  expect(decide({ news: news(anew.slice(0, 1), { allBuilds: false }), mark: mark(40) }).listMore).toBe(2);
});

test('a Jenkins that was restored from a backup gives back no builds that were seen, and has new ones', () => {
  const restored = decide({ news: news(builds(9, 8), { allBuilds: false }), mark: mark(40) });
  expect(restored).toMatchObject({ takeIn: [], mark: mark(9, 40) });
  expect(restored.listMore).toBeUndefined();
  const next = builds(10).map((build) => ({ ...build, startedAt: 41_000 }));
  const later = decide({ news: news([...next, ...builds(9, 8)]), mark: mark(40) });
  expect(numbers(later)).toEqual([10]);
  expect(later.mark).toEqual(mark(10, 41));
});

test('a build that has a run is not taken in, nor one that a run waits for', () => {
  const runs = [run({ number: 9, startedAt: 9000 }), run({ from: 8, queueId: 108 }, false)];
  expect(numbers(decide({ news: news(builds(9, 8)), runs, mark: mark(7) }))).toEqual([]);
});

test('a number alone is no identity', () => {
  const runs = [run({ number: 9, startedAt: 1 })];
  expect(numbers(decide({ news: news(builds(9)), runs, mark: mark(8) }))).toEqual([9]);
});

test('while the outcome of a start is unknown, nothing is taken in and the mark stays', () => {
  const decision = decide({ news: news(builds(9)), runs: [run({ from: 9 }, false)], mark: mark(8) });
  expect(numbers(decision)).toEqual([]);
  expect(decision.mark).toEqual(mark(8));
});

test('a gap between the mark and the list asks for more of it', () => {
  expect(decide({ news: news(builds(9, 8), { allBuilds: false }), mark: mark(3) }).listMore).toBe(6);
  expect(decide({ news: news(builds(9, 8), { allBuilds: false }), mark: mark(7) }).listMore).toBeUndefined();
  expect(decide({ news: news(builds(9, 8)), mark: mark(3) }).listMore).toBeUndefined();
});

test('a job that is new to us is listed as far as its builds are taken in', () => {
  expect(decide({ news: news(builds(9, 8), { allBuilds: false }) }).listMore).toBe(3);
  expect(decide({ news: news(builds(9, 8, 7), { allBuilds: false }) }).listMore).toBeUndefined();
});

test('a build is gone only where the list speaks of it', () => {
  const runs = [run({ number: 3, startedAt: 3000 })];
  expect(decide({ news: news(builds(9, 8)), runs, mark: mark(9) }).gone).toHaveLength(1);
  expect(decide({ news: news(builds(9, 8), { allBuilds: false }), runs, mark: mark(9) }).gone).toEqual([]);
  const between = [run({ number: 8, startedAt: 8000 })];
  const listed = news(builds(9, 7), { allBuilds: false });
  expect(decide({ news: listed, runs: between, mark: mark(9) }).gone).toHaveLength(1);
});

test('a build that is listed again is back', () => {
  const runs = [run({ number: 9, startedAt: 9000, goneAt: 1 })];
  expect(decide({ news: news(builds(9)), runs, mark: mark(9) }).back).toHaveLength(1);
});

test.each<[string, Parameters<typeof isDiscarded>[0], boolean]>([
  ['by number', { ...gone(), spec: keeping('5', '') }, true],
  ['by age', { ...gone(), now: 3 * 86_400_000, spec: keeping('', '2') }, true],
  ['not yet by number', { ...gone(), newest: 4, spec: keeping('5', '') }, false],
  ['without a discarder', { ...gone(), spec: { type: 'pipeline' } }, false],
  ['before it was seen twice', { ...gone(), now: 500, spec: keeping('5', '') }, false],
  ['never seen gone', { ...gone(), note: { number: 1 }, spec: keeping('5', '') }, false],
])('the discarder explains it: %s', (_name, facts, expected) => {
  expect(isDiscarded(facts)).toBe(expected);
});

function gone(): Omit<Parameters<typeof isDiscarded>[0], 'spec'> {
  return { note: { number: 1, startedAt: 0, goneAt: 0 }, newest: 9, now: 5000, graceMs: 1000 };
}

function keeping(num_to_keep: string, days_to_keep: string): Parameters<typeof isDiscarded>[0]['spec'] {
  return { type: 'pipeline', pipeline: { name: 'p', discarder: { num_to_keep, days_to_keep } } };
}
