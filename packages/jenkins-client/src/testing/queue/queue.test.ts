import { describe, expect, test } from 'vitest';

import type { Build } from '../builds/build.ts';
import { Configuration } from '../items/configuration.ts';
import { Item } from '../items/item.ts';
import { ManualClock } from '../replay/manual-clock.ts';
import { Queue, type Submission } from './queue.ts';

function queueWith(job: { readonly concurrent?: boolean } = {}) {
  const clock = new ManualClock();
  const ends = new Map<number, () => void>();
  const queue = new Queue(clock, (build: Build) => {
    return new Promise<void>((resolve) => {
      ends.set(build.number, () => {
        build.endTime = clock.now();
        build.result = 'SUCCESS';
        resolve();
      });
    });
  });
  const property = '<org.jenkinsci.plugins.workflow.job.properties.DisableConcurrentBuildsJobProperty/>';
  const properties = job.concurrent === false ? `<properties>${property}</properties>` : '';
  const task = new Item(
    'pipeline',
    'p1',
    undefined,
    Configuration.posted(`<flow-definition>${properties}</flow-definition>`),
  );
  const submit = (more: Partial<Submission> = {}) =>
    queue.submit({ task, parameters: [], causes: [{ kind: 'indexing' }], quietMs: 0, ...more });
  return { clock, queue, submit, end: (number: number) => ends.get(number)?.() };
}

describe('the queue', () => {
  test('waits for the quiet period and then builds', async () => {
    const { clock, submit } = queueWith();
    const { item } = submit({ quietMs: 5000 });
    expect(item).toMatchObject({ state: 'waiting', why: 'In the quiet period. Expires in 5.0 sec' });
    await clock.advance(4999);
    expect(item.state).toBe('waiting');
    await clock.advance(1);
    expect(item).toMatchObject({ state: 'left', build: { number: 1, queueId: item.id, waitedMs: 5000 } });
  });

  test('folds the same work into what waits, other parameters not', () => {
    const { clock, submit } = queueWith();
    const parameters = [{ name: 'WHO', type: 'StringParameterDefinition', value: 'ana' }];
    const first = submit({ quietMs: 1000, parameters });
    expect(submit({ quietMs: 1000, parameters })).toEqual({ item: first.item, coalesced: true });
    expect(submit({ quietMs: 500, parameters }).item.readyAt).toBe(500 + clock.now());
    expect(submit({ quietMs: 1000 }).coalesced).toBe(false);
    expect(submit({ quietMs: 1000, parameters, plan: { script: 'echo 2' } }).coalesced).toBe(false);
  });

  test('holds back a second build of a job that runs one at a time', async () => {
    const { submit, end, clock } = queueWith({ concurrent: false });
    submit();
    const { item } = submit();
    expect(item).toMatchObject({ state: 'blocked', why: 'Build #1 is already in progress (ETA: N/A)' });
    end(1);
    await clock.advance(0);
    expect(item).toMatchObject({ state: 'left', build: { number: 2 } });
  });

  test('starts nothing while it is held', () => {
    const { queue, submit } = queueWith();
    queue.hold(true);
    const { item } = submit();
    expect(item).toMatchObject({ state: 'blocked', why: 'Jenkins is about to shut down' });
    queue.hold(false);
    expect(item.state).toBe('left');
  });

  test('cancels what waits, and only that', () => {
    const { queue, submit } = queueWith();
    const { item } = submit({ quietMs: 1000 });
    expect(queue.cancel(item.id)).toBe(true);
    expect(queue.get(item.id)).toMatchObject({ state: 'left', cancelled: true, build: undefined });
    expect(queue.cancel(item.id)).toBe(false);
    expect(queue.cancel(999)).toBe(false);
  });

  test('forgets what left five minutes ago, or when told to, or all at a restart', async () => {
    const { clock, queue, submit } = queueWith();
    const [first, second, third] = [
      submit().item,
      submit().item,
      submit({ quietMs: 3_600_000, plan: { script: 'later' } }).item,
    ];
    await clock.advance(300_000);
    expect(queue.get(first.id)).toBe(first);
    await clock.advance(1);
    expect(queue.get(first.id)).toBeUndefined();
    const fourth = submit().item;
    queue.expire();
    expect(queue.get(fourth.id)).toBeUndefined();
    expect(queue.get(third.id)).toBe(third);
    queue.lose();
    expect(queue.get(third.id)).toBeUndefined();
    expect(second.id).toBe(first.id + 1);
  });
});
