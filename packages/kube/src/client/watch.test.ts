import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { coreV1 } from '../objects/core-v1.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { eventLine, MemoryApi } from '../testing/memory-api.ts';
import { until } from '../testing/until.ts';
import { KubeClient } from './kube-client.ts';
import { podLogs } from './pod-logs.ts';
import type { WatchOptions } from './resource-client.ts';

let api: MemoryApi;
let clock: FakeClock;
let client: KubeClient;

beforeEach(async () => {
  api = await MemoryApi.start();
  clock = new FakeClock();
  client = new KubeClient(api.config, { clock, maxWatchEventBytes: 1000 });
});

afterEach(async () => {
  await client.close();
  await api.close();
});

const object = (name: string): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'shop', resourceVersion: '7' },
});

/** Answers the watch with these chunks. */
function answerWith(...chunks: (string | Uint8Array)[]): void {
  api.intercept = (_request, response) => {
    void (async () => {
      for (const chunk of chunks) {
        response.write(chunk);
        await new Promise((resolve) => setImmediate(resolve));
      }
      response.end();
    })();
    return true;
  };
}

async function read(options: WatchOptions = {}): Promise<string[]> {
  const seen: string[] = [];
  for await (const event of client.resource(coreV1.configMaps).watch(options)) {
    const name =
      event.type === 'BOOKMARK' ? event.object.metadata.resourceVersion : event.object.metadata.name;
    seen.push(`${event.type} ${name}`);
  }
  return seen;
}

describe('a watch', () => {
  test('decodes events that are cut at any byte', async () => {
    const bytes = Buffer.from(eventLine('ADDED', object('ä€😀\u2028')) + eventLine('DELETED', object('b')));
    for (let cut = 0; cut < bytes.length; cut += 7) {
      answerWith(bytes.subarray(0, cut), bytes.subarray(cut));
      expect(await read()).toEqual(['ADDED ä€😀\u2028', 'DELETED b']);
    }
  });

  test('ends when the server ends it; a line that was cut off is no event', async () => {
    const bookmark = eventLine('BOOKMARK', { kind: 'ConfigMap', metadata: { resourceVersion: '9' } });
    answerWith(eventLine('ADDED', object('a')), bookmark, '{"type":"ADDED","obj');
    expect(await read()).toEqual(['ADDED a', 'BOOKMARK 9']);
  });

  test.each([
    ['Expired', { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' }],
    ['Gone', { kind: 'Status', code: 410 }],
    ['InternalError', { kind: 'Status', code: 500, message: 'etcd' }],
    ['MalformedResponse', 'nothing'],
  ])('throws %s for an ERROR event', async (code, content) => {
    answerWith(eventLine('ADDED', object('a')), eventLine('ERROR', content));
    await expect(read()).rejects.toMatchObject({ code });
  });

  test.each([
    'no JSON\n',
    '{"type":"ODD","object":{"metadata":{}}}\n',
    '{"type":"ADDED"}\n',
    '[]\n',
    'null\n',
    '7\n',
  ])('throws MalformedResponse for the line %j, and does not quote it', async (line) => {
    answerWith(line);
    const error: unknown = await read().catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'MalformedResponse' });
    expect(String(error)).not.toContain('no JSON');
  });

  test('refuses an event above the limit', async () => {
    answerWith(eventLine('ADDED', { ...object('a'), data: { large: 'x'.repeat(2000) } }));
    await expect(read()).rejects.toMatchObject({ code: 'ResponseTooLarge' });
  });

  test('gives up a connection that is silent, but not one whose reader is slow', async () => {
    api.put('/api/v1/namespaces/shop/configmaps/a', {});
    const events = client.resource(coreV1.configMaps).watch({ resourceVersion: '100', idleTimeoutMs: 5000 });
    expect((await events.next()).value).toMatchObject({ type: 'ADDED' });
    clock.advance(60_000);
    api.put('/api/v1/namespaces/shop/configmaps/b', {});
    expect((await events.next()).value).toMatchObject({ type: 'ADDED' });
    const next = events.next();
    next.catch(() => {});
    await until('the idle timer', () => clock.pending.includes(5000));
    clock.advance(5000);
    await expect(next).rejects.toMatchObject({ code: 'StreamIdle' });
  });

  test('closes its connection when the reader leaves', async () => {
    api.put('/api/v1/namespaces/shop/configmaps/a', {});
    for await (const event of client.resource(coreV1.configMaps).watch({ resourceVersion: '100' })) {
      expect(event.type).toBe('ADDED');
      break;
    }
    await until('the end', () => api.openWatches === 0);
    expect(clock.pending).toEqual([]);
  });
});

describe('pod logs', () => {
  test('are bytes as they come, with every option in the query', async () => {
    const bytes = Buffer.from([0, 255, 10, 0xe2, 0x80, 0xa8]);
    answerWith(bytes.subarray(0, 4), bytes.subarray(4));
    const chunks: Uint8Array[] = [];
    const options = { namespace: 'shop', pod: 'web', container: 'step-a', follow: true, tailLines: 5 };
    for await (const chunk of podLogs(client, options)) chunks.push(chunk);
    expect(Buffer.concat(chunks)).toEqual(bytes);
    expect(api.seen[0]?.path).toBe('/api/v1/namespaces/shop/pods/web/log');
    expect(Object.fromEntries(api.seen[0]?.query ?? [])).toEqual({
      container: 'step-a',
      follow: 'true',
      tailLines: '5',
    });
  });

  test('reject with the Status of the server', async () => {
    const log = podLogs(client, { namespace: 'shop', pod: 'none' });
    await expect(log.next()).rejects.toMatchObject({ code: 'NotFound' });
  });
});
