import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { KubeClient } from '../client/kube-client.ts';
import type { KubeObject } from '../objects/kube-object.ts';
import { coreV1 } from '../objects/core-v1.ts';
import type { ConfigMap } from '../objects/core-v1.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { answer, answerStatus, eventLine, MemoryApi } from '../testing/memory-api.ts';
import { until } from '../testing/until.ts';
import { InformerSet } from './informer-set.ts';
import type { Informer } from './informer.ts';
import { silentLogger } from './logger.ts';
import { RuntimeMetrics } from './metrics.ts';

const collection = '/api/v1/configmaps';
const path = (name: string): string => `/api/v1/namespaces/shop/configmaps/${name}`;

let api: MemoryApi;
let client: KubeClient;
let clock: FakeClock;
let informers: InformerSet;
let stop: AbortController;
let informer: Informer<ConfigMap>;
let told: string[];

beforeEach(async () => {
  api = await MemoryApi.start();
  clock = new FakeClock();
  client = new KubeClient(api.config, { clock, requestTimeoutMs: 61_000 });
  stop = new AbortController();
  informers = new InformerSet({
    client,
    clock,
    logger: silentLogger,
    metrics: new RuntimeMetrics(),
    freeze: true,
    keepManagedFields: false,
  });
  informer = informers.get(coreV1.configMaps);
  told = [];
  const name = (object: KubeObject): string => object.metadata.name ?? '';
  informer.onEvent({
    added: (object) => told.push(`added ${name(object)}`),
    updated: (_before, after) => told.push(`updated ${name(after)}`),
    deleted: (object, { finalStateUnknown }) =>
      told.push(`deleted ${name(object)}${finalStateUnknown ? ' (unseen)' : ''}`),
  });
});

afterEach(async () => {
  stop.abort();
  await client.close();
  await informers.stopped();
  await api.close();
});

/** The back-off that the reflector waits for, once it does. Deadlines and idle times are longer or shorter. */
async function backoff(): Promise<number> {
  let found: number | undefined;
  await until('a back-off', () => {
    found = clock.pending.find((ms) => ms >= 800 && ms <= 30_000 && ms !== 10_000);
    return found !== undefined;
  });
  return found ?? 0;
}

/** The condition, with the back-offs that stand in its way skipped. */
function advanceBackoff(condition: () => boolean): () => boolean {
  return () => {
    const wait = clock.pending.find((ms) => ms >= 800 && ms < 10_000);
    if (wait !== undefined) clock.advance(wait);
    return condition();
  };
}

async function started(): Promise<void> {
  informers.start(stop.signal);
  await informer.waitForSync();
}

test('keeps no managed fields, neither from a list nor from a watch', async () => {
  const managedFields = [{ manager: 'somebody' }];
  api.put(path('listed'), { metadata: { managedFields, labels: { a: 'b' } } });
  informers.start(stop.signal);
  await informer.waitForSync();
  await until('the watch', () => api.openWatches > 0);
  api.put(path('watched'), { metadata: { managedFields } });
  await until('the event', () => informer.get('watched', 'shop'));
  expect(informer.get('listed', 'shop')?.metadata).toMatchObject({ name: 'listed', labels: { a: 'b' } });
  for (const object of informer.list()) expect(object.metadata).not.toHaveProperty('managedFields');
});

test('indexes follow their objects, also through a new object of the same name', async () => {
  informer.addIndex('app', (object) => (object.metadata.labels?.['app'] ?? '').split(','));
  const found = (app: string): (string | undefined)[] =>
    informer.byIndex('app', app).map(({ metadata }) => metadata.name);
  api.put(path('one'), { metadata: { labels: { app: 'a,b' } } });
  api.put(path('two'), { metadata: { labels: { app: 'a' } } });
  informers.start(stop.signal);
  await informer.waitForSync();
  await until('the watch', () => api.openWatches > 0);
  expect([found('a'), found('b')]).toEqual([['one', 'two'], ['one']]);
  api.put(path('one'), { metadata: { labels: { app: 'b,c' } } });
  await until('the change', () => found('c').length === 1);
  expect([found('a'), found('b')]).toEqual([['two'], ['one']]);
  api.remove(path('two'));
  api.put(path('two'), { metadata: { labels: { app: 'c' } } });
  await until('the new object', () => found('c').length === 2);
  api.remove(path('one'));
  await until('the deletion', () => found('b').length === 0);
  expect([found('a'), found('c'), informer.list('shop').length]).toEqual([[], ['two'], 1]);
  expect(informer.list('elsewhere')).toEqual([]);
});

test('a handler that another one adds is told of each object once', async () => {
  const later: string[] = [];
  let added = false;
  informer.onEvent({
    added: () => {
      if (added) return;
      added = true;
      informer.onEvent({ added: ({ metadata }) => later.push(metadata.name ?? '') });
    },
  });
  api.put(path('one'), {});
  api.put(path('two'), {});
  informers.start(stop.signal);
  await informer.waitForSync();
  expect(later).toEqual(['one', 'two']);
});

describe('6. the reflector follows', () => {
  test('lists in pages, then follows additions, changes and deletions', async () => {
    for (let index = 0; index < 1203; index += 1) api.put(path(`c${index}`), {});
    await started();
    expect(informer.list('shop')).toHaveLength(1203);
    expect(api.count(collection, 'list')).toBe(3);
    await until('the watch', () => api.openWatches === 1);
    told.length = 0;
    api.put(path('new'), { data: { a: '1' } });
    api.put(path('new'), { data: { a: '2' } });
    api.remove(path('new'));
    await until('three events', () => told.length === 3);
    expect(told).toEqual(['added new', 'updated new', 'deleted new']);
    expect(informer.get('new', 'shop')).toBeUndefined();
  });

  test('asks for bookmarks and for a watch of five to ten minutes', async () => {
    await started();
    await until('the watch', () => api.openWatches === 1);
    const watch = api.seen.findLast(({ query }) => query.get('watch') === 'true');
    expect(watch?.query.get('allowWatchBookmarks')).toBe('true');
    const seconds = Number(watch?.query.get('timeoutSeconds'));
    expect(seconds).toBeGreaterThanOrEqual(300);
    expect(seconds).toBeLessThanOrEqual(600);
  });

  test('goes on from a bookmark after the watch ended', async () => {
    await started();
    await until('the watch', () => api.openWatches === 1);
    api.intercept = (request, response) => {
      if (request.query.get('watch') !== 'true' || api.count(collection, 'watch') > 3) return false;
      response.write(eventLine('BOOKMARK', { kind: 'ConfigMap', metadata: { resourceVersion: '777' } }));
      response.end();
      return true;
    };
    api.endWatches();
    clock.advance(await backoff());
    await until('the bookmark', () => api.count(collection, 'watch') === 3);
    clock.advance(await backoff());
    await until('a watch from the bookmark', () =>
      api.seen.some(({ query }) => query.get('resourceVersion') === '777'),
    );
    expect(api.count(collection, 'list')).toBe(1);
  });

  test('begins with the initial events of the watch where the server sends them, without any list', async () => {
    api.watchList = true;
    api.put(path('one'), {});
    await started();
    expect(told).toEqual(['added one']);
    api.put(path('two'), {});
    await until('the event of the same watch', () => told.length === 2);
    expect(api.count(collection, 'list')).toBe(0);
    expect(api.count(collection, 'watch')).toBe(1);
  });

  test('lists when the server refuses initial events, and does not ask for them again', async () => {
    api.put(path('one'), {});
    await started();
    expect(informer.list()).toHaveLength(1);
    await until('the watch', () => api.openWatches === 1);
    api.compact();
    api.endWatches();
    await until(
      'a second list',
      advanceBackoff(() => api.count(collection, 'list') === 2),
    );
    expect(api.seen.filter(({ query }) => query.has('sendInitialEvents'))).toHaveLength(1);
  });

  test('lists when the server takes the request for initial events and then sends nothing', async () => {
    api.put(path('one'), {});
    api.intercept = (request, response) => {
      if (!request.query.has('sendInitialEvents')) return false;
      response.writeHead(200).flushHeaders();
      return true;
    };
    informers.start(stop.signal);
    await until('the wait for initial events', () => clock.pending.includes(90_000));
    clock.advance(10_000);
    await informer.waitForSync();
    expect(informer.list()).toHaveLength(1);
  });

  test('lists when the server ignores the request for initial events and sends a plain bookmark', async () => {
    api.put(path('one'), {});
    api.intercept = (request, response) => {
      if (!request.query.has('sendInitialEvents')) return false;
      response.write(eventLine('BOOKMARK', { kind: 'ConfigMap', metadata: { resourceVersion: '5' } }));
      return true;
    };
    await started();
    expect(told).toEqual(['added one']);
  });
});

describe('6 and 7. the reflector outlives', () => {
  test('a server that closes every watch at once is asked ever more rarely', async () => {
    api.intercept = (request, response) => {
      if (request.query.get('watch') !== 'true' || request.query.has('sendInitialEvents')) return false;
      response.writeHead(200).end();
      return true;
    };
    await started();
    const waits: number[] = [];
    for (let round = 1; round <= 7; round += 1) {
      const wait = await backoff();
      expect(api.count(collection, 'watch')).toBe(1 + round);
      waits.push(wait);
      clock.advance(wait);
    }
    expect(waits[0]).toBeGreaterThanOrEqual(800);
    expect(waits[0]).toBeLessThanOrEqual(1600);
    expect(waits[3]).toBeGreaterThanOrEqual(6400);
    expect(waits[6]).toBe(30_000);
    expect(api.count(collection, 'list')).toBe(1);
  });

  test('a storm of 410 leads to lists with back-off, not to a storm of lists', async () => {
    api.intercept = (request, response) => {
      if (request.query.get('watch') !== 'true' || request.query.has('sendInitialEvents')) return false;
      answerStatus(response, 410, 'Expired');
      return true;
    };
    await started();
    const waits: number[] = [];
    for (let round = 1; round <= 6; round += 1) {
      const wait = await backoff();
      expect(api.count(collection, 'list')).toBe(round);
      waits.push(wait);
      clock.advance(wait);
    }
    expect(waits[5]).toBeGreaterThan(20_000);
  });

  test('an ERROR event of 410 inside the watch leads to a list', async () => {
    await started();
    await until('the watch', () => api.openWatches === 1);
    api.intercept = (request, response) => {
      if (request.query.get('watch') !== 'true' || api.count(collection, 'watch') > 3) return false;
      response.end(eventLine('ERROR', { kind: 'Status', reason: 'Expired', code: 410, message: 'too old' }));
      return true;
    };
    api.endWatches();
    clock.advance(await backoff());
    api.put(path('meanwhile'), {});
    await until(
      'the list',
      advanceBackoff(() => api.count(collection, 'list') === 2),
    );
    await until('the event', () => told.includes('added meanwhile'));
  });

  test('a version the server does not know yet (504) leads to a list', async () => {
    await started();
    await until('the watch', () => api.openWatches === 1);
    api.intercept = (request, response) => {
      if (request.query.get('watch') !== 'true' || api.count(collection, 'watch') > 3) return false;
      answerStatus(response, 504, 'Timeout', { causes: [{ reason: 'ResourceVersionTooLarge' }] });
      return true;
    };
    api.endWatches();
    clock.advance(await backoff());
    await until(
      'the list',
      advanceBackoff(() => api.count(collection, 'list') === 2),
    );
  });

  test('a reset connection is made again and nothing is lost', async () => {
    await started();
    await until('the watch', () => api.openWatches === 1);
    api.resetConnections();
    const wait = await backoff();
    api.put(path('during'), {});
    clock.advance(wait);
    await until('the event', () => told.includes('added during'));
    expect(api.count(collection, 'list')).toBe(1);
  });

  test('a first list that answers 503 is tried again', async () => {
    api.put(path('one'), {});
    let refusals = 0;
    api.intercept = (request, response) => {
      if (request.query.get('watch') === 'true' || refusals >= 2) return false;
      refusals += 1;
      answerStatus(response, 503, 'ServiceUnavailable');
      return true;
    };
    informers.start(stop.signal);
    clock.advance(await backoff());
    clock.advance(await backoff());
    await informer.waitForSync();
    expect(told).toEqual(['added one']);
  });

  test('a half-open connection is noticed by its silence, and the watch goes on from where it was', async () => {
    await started();
    await until('the watch', () => api.openWatches === 1);
    await until('the idle timer', () => clock.pending.includes(90_000));
    clock.advance(90_000);
    await until('another watch', () => api.count(collection, 'watch') === 3 && api.openWatches === 1);
    api.put(path('after'), {});
    await until('the event', () => told.includes('added after'));
    expect(api.count(collection, 'list')).toBe(1);
  });

  test('an object deleted and recreated in a gap is told as a deletion and an addition', async () => {
    api.put(path('one'), {});
    await started();
    await until('the watch', () => api.openWatches === 1);
    told.length = 0;
    const first = informer.get('one', 'shop')?.metadata.uid;
    api.intercept = (request, response) => {
      if (request.query.get('watch') !== 'true') return false;
      answerStatus(response, 410, 'Expired');
      return true;
    };
    api.endWatches();
    clock.advance(await backoff());
    api.remove(path('one'));
    api.put(path('one'), {});
    await until(
      'the list',
      advanceBackoff(() => told.length === 2),
    );
    expect(told).toEqual(['deleted one (unseen)', 'added one']);
    expect(informer.get('one', 'shop')?.metadata.uid).not.toBe(first);
  });

  test('an object deleted in a gap is told as deleted, with its final state unknown', async () => {
    api.put(path('one'), {});
    api.put(path('two'), {});
    await started();
    await until('the watch', () => api.openWatches === 1);
    told.length = 0;
    api.intercept = (request, response) => {
      if (request.query.get('watch') !== 'true') return false;
      answerStatus(response, 410, 'Expired');
      return true;
    };
    api.endWatches();
    clock.advance(await backoff());
    api.remove(path('one'));
    await until(
      'the list',
      advanceBackoff(() => told.length > 0),
    );
    expect(told).toEqual(['deleted one (unseen)']);
    expect(informer.list()).toHaveLength(1);
  });

  test('a stop during the list opens no watch afterwards', async () => {
    let finishList = (): void => {};
    api.intercept = (request, response) => {
      if (request.query.get('watch') === 'true') return false;
      finishList = () => answer(response, 200, { metadata: { resourceVersion: '1' }, items: [] });
      return true;
    };
    informers.start(stop.signal);
    await until('the list', () => api.count(collection, 'list') === 1);
    const watches = api.count(collection, 'watch');
    stop.abort();
    finishList();
    await informers.stopped();
    expect(api.count(collection, 'watch')).toBe(watches);
    expect(api.openWatches).toBe(0);
    expect(informer.hasSynced).toBe(false);
  });

  test('a continue token that expires leads to one unpaged list', async () => {
    for (let index = 0; index < 700; index += 1) api.put(path(`c${index}`), {});
    api.intercept = (request, response) => {
      if (!request.query.has('continue')) return false;
      answerStatus(response, 410, 'Expired');
      return true;
    };
    await started();
    expect(informer.list()).toHaveLength(700);
    expect(api.seen.filter(({ query }) => query.get('limit') === null && !query.has('watch'))).toHaveLength(
      1,
    );
  });

  test('handlers that throw or reject disturb neither the others nor the cache', async () => {
    informer.onEvent({
      added: () => {
        throw new Error('thrown');
      },
    });
    const rejecting = (): Promise<never> => Promise.reject(new Error('rejected'));
    informer.onEvent({ added: () => rejecting() as unknown as void });
    const later: string[] = [];
    informer.onEvent({ added: (object) => later.push(object.metadata.name ?? '') });
    api.put(path('one'), {});
    await started();
    expect(later).toEqual(['one']);
    expect(informer.get('one', 'shop')).toBeDefined();
  });

  test('a value with U+2028 arrives whole', async () => {
    await started();
    await until('the watch', () => api.openWatches === 1);
    api.put(path('odd'), { data: { text: 'a\u2028b\u2029c\rd' } });
    await until('the event', () => told.includes('added odd'));
    expect(informer.get('odd', 'shop')).toMatchObject({ data: { text: 'a\u2028b\u2029c\rd' } });
  });
});
