import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestApi, configMap, take } from './testing/test-api.ts';
import type { WatchEvent } from './testing/test-api.ts';

let api: TestApi;
const maps = '/api/v1/namespaces/default/configmaps';
const query = (parameters: Record<string, string>): string =>
  `${maps}?${new URLSearchParams({ watch: 'true', ...parameters }).toString()}`;
const told = (events: WatchEvent[]): string[] =>
  events.map(({ type, object }) => `${type} ${object.metadata.name}`);
const version = async (): Promise<string> => (await api.get(maps)).body.metadata.resourceVersion as string;

beforeAll(async () => {
  api = await TestApi.start({
    history: { maxAgeMs: 600_000, maxCount: 50 },
    maxWatchBufferBytes: 256 * 1024,
  });
});
afterAll(() => api.stop());

describe('a watch', () => {
  test('replays what came after its version and goes on with what comes', async () => {
    const from = await version();
    await api.post(maps, configMap('past'));
    const events = api.watch(query({ resourceVersion: from }));
    expect(told(await take(events, 1))).toEqual(['ADDED past']);
    await api.patch(`${maps}/past`, { data: { a: 'b' } });
    await api.delete(`${maps}/past`);
    const rest = await take(events, 2);
    expect(told(rest)).toEqual(['MODIFIED past', 'DELETED past']);
    expect(rest.at(1)!.object.data).toEqual({ a: 'b' });
    const versions = rest.map(({ object }) => Number(object.metadata.resourceVersion));
    expect(versions[1]).toBeGreaterThan(versions.at(0)!);
    await events.return();
  });

  test('without a version begins with what is there', async () => {
    await api.post(maps, configMap('present', {}, { labels: { here: 'yes' } }));
    const events = api.watch(query({ labelSelector: 'here' }));
    expect(told(await take(events, 1))).toEqual(['ADDED present']);
    await events.return();
  });

  test('turns changes of selection into ADDED and DELETED, live and replayed', async () => {
    const from = await version();
    const live = api.watch(query({ labelSelector: 'on=yes', resourceVersion: from }));
    await api.post(maps, configMap('switch', { state: 'off' }));
    await api.patch(`${maps}/switch`, { metadata: { labels: { on: 'yes' } }, data: { state: 'on' } });
    await api.patch(`${maps}/switch`, { metadata: { labels: { on: 'no' } }, data: { state: 'off again' } });
    await api.delete(`${maps}/switch`);
    const replayed = api.watch(query({ labelSelector: 'on=yes', resourceVersion: from }));
    for (const events of [live, replayed]) {
      const seen = await take(events, 2);
      expect(told(seen)).toEqual(['ADDED switch', 'DELETED switch']);
      expect(seen.at(1)!.object.data).toEqual({ state: 'on' });
      await events.return();
    }
  });

  test('by sendInitialEvents ends its beginning with a marked bookmark', async () => {
    const events = api.watch(
      query({ sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan', allowWatchBookmarks: 'true' }),
    );
    const seen: WatchEvent[] = [];
    for await (const event of events) {
      seen.push(event);
      if (event.type === 'BOOKMARK') break;
    }
    expect(seen.slice(0, -1).every(({ type }) => type === 'ADDED')).toBe(true);
    const { object } = seen.at(-1)!;
    expect(object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
    expect(object).toMatchObject({
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: { resourceVersion: expect.stringMatching(/^\d+$/) },
    });
  });

  test('from a version that is gone is refused with 410', async () => {
    for (let i = 0; i < 80; i++) await api.patch(`${maps}/present`, { data: { i: String(i) } });
    const { code, body } = await api.get(query({ resourceVersion: '2' }));
    expect(code).toBe(410);
    expect(body.reason).toBe('Expired');
  });

  test('ends after timeoutSeconds', async () => {
    const { code } = await api.get(query({ resourceVersion: await version(), timeoutSeconds: '1' }));
    expect(code).toBe(200);
  });

  test('gets tables when it asks for them', async () => {
    const events = api.watch(query({ labelSelector: 'here' }), {
      accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
    });
    const [event] = await take(events, 1);
    expect(event).toMatchObject({
      type: 'ADDED',
      object: { kind: 'Table', rows: [{ cells: ['present', 1, expect.any(String)] }] },
    });
    await events.return();
  });

  test('keeps line separators inside strings escaped', async () => {
    const from = await version();
    await api.post(maps, configMap('separated', { text: 'a\u2028b\u2029c' }));
    const response = await api.open('GET', query({ resourceVersion: from }));
    let line = '';
    for await (const chunk of response as AsyncIterable<Buffer>) {
      line += chunk.toString();
      if (line.includes('\n')) break;
    }
    expect(line).toContain('a\\u2028b\\u2029c');
  });

  test('that is not read is cut off, and the others go on', async () => {
    const from = await version();
    const slow = await api.open('GET', query({ resourceVersion: from }));
    slow.pause();
    const closed = new Promise((resolve) => slow.once('close', resolve));
    slow.on('error', () => {});
    const quick = api.watch(query({ resourceVersion: from, fieldSelector: 'metadata.name=last' }));
    for (let i = 0; i < 40; i++) await api.post(maps, configMap(`bulk${i}`, { text: 'x'.repeat(500_000) }));
    await api.post(maps, configMap('last'));
    expect(told(await take(quick, 1))).toEqual(['ADDED last']);
    await quick.return();
    // What was on its way before the cut can still be read; then the connection is gone.
    slow.resume();
    await closed;
    expect(slow.complete).toBe(false);
  });
});

test('bookmarks tell how far a quiet watch has come', async () => {
  const { WatchHub } = await import('./watch-hub.ts');
  const { Store } = await import('../storage/store.ts');
  const { builtinResources } = await import('../builtin/resources.ts');
  const { objectForm } = await import('./event-form.ts');
  const store = new Store(':memory:');
  const hub = new WatchHub(store, () => undefined);
  const lines: string[] = [];
  const resource = builtinResources().find(({ plural }) => plural === 'configmaps')!;
  const watcher = { resource, namespace: '', matches: undefined, form: objectForm, after: 0 };
  hub.add({ ...watcher, bookmarks: true, send: (line) => lines.push(line.toString()), end: () => {} });
  hub.add({ ...watcher, bookmarks: false, send: () => lines.push('unwanted'), end: () => {} });
  hub.bookmark();
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    {
      type: 'BOOKMARK',
      object: {
        kind: 'ConfigMap',
        apiVersion: 'v1',
        metadata: { resourceVersion: String(store.resourceVersion), creationTimestamp: null },
      },
    },
  ]);
  hub.close();
  store.close();
});
