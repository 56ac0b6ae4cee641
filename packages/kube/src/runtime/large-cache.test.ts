import type { ServerResponse } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { KubeClient } from '../client/kube-client.ts';
import { coreV1 } from '../objects/core-v1.ts';
import { answer, answerStatus, eventLine, MemoryApi } from '../testing/memory-api.ts';
import { until } from '../testing/until.ts';
import { InformerSet } from './informer-set.ts';
import { silentLogger } from './logger.ts';
import { RuntimeMetrics } from './metrics.ts';

const total = 100_000;
const collection = '/api/v1/configmaps';

setFlagsFromString('--expose_gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heapMegabytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed / 1024 / 1024;
}

function item(index: number, version = '1'): object {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `c${index}`, namespace: 'shop', uid: `u${index}`, resourceVersion: version },
    data: { value: 'x'.repeat(100) },
  };
}

function page(start: number, count: number, version: string): object {
  const end = Math.min(total, start + count);
  const items = Array.from({ length: end - start }, (_none, offset) => item(start + offset, version));
  const metadata = { resourceVersion: version, continue: end < total ? String(end) : undefined };
  return { kind: 'ConfigMapList', apiVersion: 'v1', metadata, items };
}

let api: MemoryApi;
let client: KubeClient;
let informers: InformerSet;
let stop: AbortController;

beforeEach(async () => {
  api = await MemoryApi.start();
  client = new KubeClient(api.config, { requestTimeoutMs: 120_000 });
  stop = new AbortController();
  const metrics = new RuntimeMetrics();
  informers = new InformerSet({
    client,
    clock: client.clock,
    logger: silentLogger,
    metrics,
    freeze: false,
    keepManagedFields: false,
  });
});

afterEach(async () => {
  stop.abort();
  await client.close();
  await informers.stopped();
  await api.close();
});

describe('a hundred thousand objects', () => {
  test('come in pages, stay within bounds, and a second list does not double them', async () => {
    let version = 1;
    const openWatches: ServerResponse[] = [];
    api.intercept = (request, response) => {
      if (request.query.has('sendInitialEvents')) answerStatus(response, 422, 'Invalid');
      else if (request.query.get('watch') === 'true') {
        openWatches.push(response);
        response.writeHead(200).flushHeaders();
      } else {
        const limit = Number(request.query.get('limit'));
        answer(response, 200, page(Number(request.query.get('continue') ?? 0), limit, String(version)));
      }
      return true;
    };
    const before = heapMegabytes();
    const informer = informers.get(coreV1.configMaps);
    let updates = 0;
    const { promise: allUpdated, resolve } = Promise.withResolvers<void>();
    informer.onEvent({
      updated: () => {
        updates += 1;
        if (updates === total) resolve();
      },
    });
    informers.start(stop.signal);
    await informer.waitForSync();
    expect(informer.list()).toHaveLength(total);
    expect(api.count(collection, 'list')).toBe(total / 500);
    const first = heapMegabytes() - before;
    expect(first).toBeLessThan(150);
    // The watch expires; everything is listed again with new versions.
    version = 2;
    await until('the watch', () => openWatches.length > 0);
    openWatches[0]?.end(eventLine('ERROR', { kind: 'Status', code: 410, reason: 'Expired' }));
    await allUpdated;
    expect(heapMegabytes() - before).toBeLessThan(first * 1.3);
  });

  test('come in one answer from a server that ignores the limit', async () => {
    const whole = JSON.stringify(page(0, total, '1'));
    api.intercept = (request, response) => {
      if (request.query.has('sendInitialEvents')) answerStatus(response, 422, 'Invalid');
      else if (request.query.get('watch') === 'true') response.writeHead(200).flushHeaders();
      else response.end(whole);
      return true;
    };
    const informer = informers.get(coreV1.configMaps);
    informers.start(stop.signal);
    await informer.waitForSync();
    expect(informer.list()).toHaveLength(total);
  });

  test('come as the initial events of a watch', async () => {
    api.intercept = (_request, response) => {
      void (async () => {
        for (let start = 0; start < total; start += 1000) {
          const lines = Array.from({ length: 1000 }, (_none, offset) =>
            eventLine('ADDED', item(start + offset)),
          );
          if (!response.write(lines.join(''))) await new Promise((next) => response.once('drain', next));
        }
        const annotations = { 'k8s.io/initial-events-end': 'true' };
        response.write(eventLine('BOOKMARK', { metadata: { resourceVersion: '9', annotations } }));
      })();
      return true;
    };
    const informer = informers.get(coreV1.configMaps);
    informers.start(stop.signal);
    await informer.waitForSync();
    expect(informer.list()).toHaveLength(total);
    expect(api.count(collection, 'list')).toBe(0);
  });
});
