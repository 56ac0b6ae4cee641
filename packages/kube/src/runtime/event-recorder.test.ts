import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { KubeClient } from '../client/kube-client.ts';
import type { KubeObject } from '../objects/kube-object.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { answerStatus, MemoryApi } from '../testing/memory-api.ts';
import { passingTime } from '../testing/passing-time.ts';
import { EventRecorder } from './event-recorder.ts';

const collection = '/api/v1/namespaces/shop/events';
const pod: KubeObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'shop', uid: 'u1', resourceVersion: '5' },
};

let api: MemoryApi;
let clock: FakeClock;
let clientClock: FakeClock;
let client: KubeClient;
let recorder: EventRecorder;

beforeEach(async () => {
  api = await MemoryApi.start();
  clock = new FakeClock();
  clientClock = new FakeClock();
  client = new KubeClient(api.config, { clock: clientClock });
  recorder = new EventRecorder({ client, clock, component: 'tester' });
});

afterEach(async () => {
  recorder.close();
  await client.close();
  await recorder.flush();
  await api.close();
});

const posts = (): Record<string, unknown>[] =>
  api.seen.filter(({ method }) => method === 'POST').map(({ body }) => JSON.parse(body) as never);
const patches = (): Record<string, unknown>[] =>
  api.seen.filter(({ method }) => method === 'PATCH').map(({ body }) => JSON.parse(body) as never);

describe('11. an event recorder', () => {
  test('names that no event may have, and recorders beside it, cost no event', async () => {
    const other = new EventRecorder({ client, clock, component: 'other' });
    recorder.event(pod, 'Normal', 'Seen', 'by one');
    other.event(pod, 'Normal', 'Seen', 'by the other');
    const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole' };
    recorder.event({ ...role, metadata: { name: 'system:node' } }, 'Normal', 'Seen', 'it');
    recorder.event({ ...pod, metadata: { name: 'n'.repeat(253) } }, 'Normal', 'Seen', 'it');
    await Promise.all([recorder.flush(), other.flush()]);
    const names = posts().map(({ metadata }) => (metadata as { name: string }).name);
    expect(new Set(names).size).toBe(4);
    for (const name of names) expect(name).toMatch(/^[a-z0-9.-]{1,253}$/u);
  });

  test('writes the core form that kubectl shows with count and age', async () => {
    recorder.event(pod, 'Warning', 'Broken', 'it broke');
    await recorder.flush();
    expect(posts()).toHaveLength(1);
    expect(posts()[0]).toMatchObject({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: expect.stringMatching(/^web\.[0-9a-f]+$/u), namespace: 'shop' },
      involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'web', uid: 'u1' },
      type: 'Warning',
      reason: 'Broken',
      message: 'it broke',
      source: { component: 'tester' },
      count: 1,
      firstTimestamp: '2026-01-01T00:00:00Z',
      lastTimestamp: '2026-01-01T00:00:00Z',
    });
  });

  test('events of cluster-scoped objects go to the namespace default', async () => {
    recorder.event({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } }, 'Normal', 'Up', 'it is up');
    await recorder.flush();
    expect(posts()[0]).toMatchObject({ metadata: { namespace: 'default' } });
  });

  test('counts repetitions in one event', async () => {
    for (let times = 0; times < 3; times += 1) {
      recorder.event(pod, 'Normal', 'Pulled', 'again');
      clock.advance(1000);
    }
    await recorder.flush();
    expect(posts()).toHaveLength(1);
    expect(patches()).toEqual([
      { count: 2, lastTimestamp: '2026-01-01T00:00:01Z', message: 'again' },
      { count: 3, lastTimestamp: '2026-01-01T00:00:02Z', message: 'again' },
    ]);
  });

  test('begins anew when the server forgot the event', async () => {
    recorder.event(pod, 'Normal', 'Pulled', 'again');
    await recorder.flush();
    const [post] = posts() as { metadata: { name: string } }[];
    api.remove(`${collection}/${post?.metadata.name}`);
    recorder.event(pod, 'Normal', 'Pulled', 'again');
    await recorder.flush();
    expect(posts()).toHaveLength(2);
    expect(posts()[1]).toMatchObject({ count: 2 });
  });

  test('combines many that are alike', async () => {
    for (let times = 0; times < 14; times += 1) recorder.event(pod, 'Normal', 'Tick', `number ${times}`);
    await recorder.flush();
    expect(posts()).toHaveLength(11);
    expect(posts()[10]).toMatchObject({ message: '(combined from similar events): number 10' });
    expect(patches().at(-1)).toMatchObject({
      count: 4,
      message: '(combined from similar events): number 13',
    });
  });

  test('quietens an object that makes too many, and no other', async () => {
    for (let times = 0; times < 100; times += 1) recorder.event(pod, 'Normal', 'Tick', 'same');
    recorder.event({ ...pod, metadata: { ...pod.metadata, name: 'db' } }, 'Normal', 'Tick', 'same');
    await recorder.flush();
    expect(posts()).toHaveLength(2);
    expect(patches()).toHaveLength(24);
    clock.advance(300_000);
    recorder.event(pod, 'Normal', 'Tick', 'same');
    await recorder.flush();
    expect(patches()).toHaveLength(25);
  });

  test('cuts a message at the limit of the server', async () => {
    recorder.event(pod, 'Normal', 'Long', 'x'.repeat(5000));
    await recorder.flush();
    expect(String(posts()[0]?.['message'])).toHaveLength(1024);
  });

  test('tries again while the server is away, and gives up in the end without disturbing anybody', async () => {
    api.intercept = (_request, response) => {
      answerStatus(response, 500, 'InternalError');
      return true;
    };
    recorder.event(pod, 'Normal', 'Lost', 'nobody hears');
    let done = false;
    void recorder.flush().then(() => (done = true));
    await passingTime('it gives up', { runtime: clock, client: clientClock }, () => done, 1000);
    expect(posts()).toHaveLength(5);
  });

  test('does not try again what cannot work', async () => {
    api.intercept = (_request, response) => {
      answerStatus(response, 403, 'Forbidden');
      return true;
    };
    recorder.event(pod, 'Normal', 'Lost', 'not allowed');
    await recorder.flush();
    expect(posts()).toHaveLength(1);
  });
});
