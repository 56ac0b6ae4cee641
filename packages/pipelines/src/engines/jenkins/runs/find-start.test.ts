import type { FoundStart } from '@armillary/jenkins-client';
import { expect, test } from 'vitest';
import { findStart, type StartFacts } from './find-start.ts';

function start(change: Partial<FoundStart> & { user?: string; values?: Record<string, string> }): FoundStart {
  const { user = 'ci', values = {}, ...rest } = change;
  return {
    item: ['project', 'pipeline'],
    queueId: 50,
    at: 0,
    causes: [{ kind: 'user', type: 't', description: 'd', userId: user }],
    parameters: Object.entries(values).map(([name, value]) => ({ name, value })),
    ...rest,
  };
}

function outcome(facts: Partial<StartFacts>): string {
  const result = findStart({
    note: { from: 7, user: 'ci' },
    parameters: { A: '1' },
    found: [],
    nextNumber: 7,
    claimed: [],
    ...facts,
  });
  if (result.is === 'started') return `started ${result.start.queueId}`;
  return result.is === 'unknown' ? `unknown: ${result.why}` : result.is;
}

test('one start of ours is it, in the queue or as a build', () => {
  expect(outcome({ found: [start({ values: { A: '1' } })] })).toBe('started 50');
  expect(outcome({ found: [start({ number: 7, values: { A: '1' } })], nextNumber: 8 })).toBe('started 50');
});

test.each<[string, Partial<StartFacts>]>([
  ['there is nothing', {}],
  ['it is an older build', { found: [start({ number: 6 })] }],
  ['somebody else started it', { found: [start({ user: 'ada' })] }],
  ['its parameters differ', { found: [start({ values: { A: '2' } })] }],
  ['another run stands for it', { found: [start({ number: 7 })], nextNumber: 8, claimed: [{ number: 7 }] }],
  ['another run waits for it', { found: [start({})], claimed: [{ queueId: 50 }] }],
])('nothing was started when %s', (_name, facts) => {
  expect(outcome(facts)).toBe('not-started');
});

test('a run whose older build had the same queue id does not stand for a start', () => {
  expect(outcome({ found: [start({})], claimed: [{ queueId: 50, number: 6 }] })).toBe('started 50');
  expect(outcome({ found: [start({})], claimed: [{ queueId: 50, number: 7 }] })).toBe('not-started');
});

test('names and line ends that Jenkins writes in its own way are the same', () => {
  const found = [start({ user: 'CI', values: { A: ' a\r\nb ' } })];
  expect(outcome({ found, parameters: { A: 'a\nb' } })).toBe('started 50');
});

test('passwords and defaults do not speak against a start', () => {
  const password: FoundStart = { ...start({}), parameters: [{ name: 'A' }, { name: 'B', value: 'default' }] };
  expect(outcome({ found: [password] })).toBe('started 50');
});

test('what cannot be told apart is not started again', () => {
  const two = [start({ queueId: 51 }), start({ number: 7, queueId: 50 })];
  expect(outcome({ found: two, nextNumber: 8 })).toBe(
    'unknown: Any of these may be its build: queue item 51, #7.',
  );
});

test('a build that is gone may have been it', () => {
  expect(outcome({ found: [start({ number: 8, user: 'ada' })], nextNumber: 9 })).toBe(
    'unknown: Build #7 may have been its, and is deleted.',
  );
});

test('of a Jenkins whose numbers went back it is not known what was started', () => {
  expect(outcome({ nextNumber: 3 })).toBe(
    'unknown: The next build was to be #7 and is #3 now: Jenkins lost what came between.',
  );
});

test('whoever does not know itself takes everybody for itself', () => {
  expect(outcome({ note: { from: 7 }, found: [start({ user: 'ada' })] })).toBe('started 50');
});
