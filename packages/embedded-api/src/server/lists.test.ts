import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestApi, configMap } from './testing/test-api.ts';

let api: TestApi;
const maps = '/api/v1/namespaces/lists/configmaps';
const query = (parameters: Record<string, string>): string =>
  `${maps}?${new URLSearchParams(parameters).toString()}`;
interface Named {
  metadata: { name: string };
}
const names = (items: Named[]): string[] => items.map(({ metadata }) => metadata.name);

beforeAll(async () => {
  api = await TestApi.start({ history: { maxAgeMs: 600_000, maxCount: 50 } });
  await api.post('/api/v1/namespaces', { metadata: { name: 'lists' } });
  // A controller puts one object into every namespace: wait for it.
  for await (const { object } of api.watch(`${maps}?watch=true`))
    if (object.metadata.name === 'kube-root-ca.crt') break;
});
afterAll(() => api.stop());

const fill = async (prefix: string, count: number): Promise<void> => {
  const numbered = Array.from({ length: count }, (_, i) => `${prefix}${String(i).padStart(3, '0')}`);
  await Promise.all(numbered.map((name) => api.post(maps, configMap(name, {}, { labels: { set: prefix } }))));
};

describe('pages', () => {
  test('follow each other through one snapshot', async () => {
    await fill('page', 25);
    const selector = { labelSelector: 'set' };
    const first = await api.get(query({ limit: '10' }));
    expect(first.body.items).toHaveLength(10);
    expect(first.body.metadata.remainingItemCount).toBe(16);
    const seen = names(first.body.items);
    // What happens between the pages is not seen in them.
    await api.delete(`${maps}/page020`);
    await api.post(maps, configMap('page999', {}, { labels: { set: 'page' } }));
    await api.patch(`${maps}/page021`, { data: { changed: 'yes' } });
    let next = first.body.metadata.continue as string | undefined;
    while (next) {
      const page = await api.get(query({ limit: '10', continue: next }));
      expect(page.code).toBe(200);
      expect(page.body.metadata.resourceVersion).toBe(first.body.metadata.resourceVersion);
      for (const item of page.body.items as { data?: object }[])
        expect(item.data ?? {}).not.toHaveProperty('changed');
      seen.push(...names(page.body.items));
      next = page.body.metadata.continue;
    }
    expect(seen.filter((name) => name.startsWith('page'))).toEqual(
      Array.from({ length: 25 }, (_, i) => `page${String(i).padStart(3, '0')}`),
    );
    const selected = await api.get(query({ ...selector, limit: '3' }));
    expect(selected.body.items).toHaveLength(3);
    expect(selected.body.metadata.remainingItemCount).toBeUndefined();
  });

  test('of a snapshot that is no longer kept are a 410 with a token to go on', async () => {
    await fill('old', 5);
    const first = await api.get(query({ limit: '2', labelSelector: 'set=old' }));
    await fill('new', 60);
    const gone = await api.get(
      query({ limit: '2', labelSelector: 'set=old', continue: first.body.metadata.continue }),
    );
    expect(gone.code).toBe(410);
    expect(gone.body.reason).toBe('Expired');
    const rest = await api.get(query({ labelSelector: 'set=old', continue: gone.body.metadata.continue }));
    expect(names(rest.body.items)).toEqual(['old002', 'old003', 'old004']);
  });

  test('need a token of ours', async () => {
    expect((await api.get(query({ continue: 'bm8' }))).code).toBe(400);
    const { body } = await api.get(query({ limit: '1' }));
    const both = { continue: body.metadata.continue as string, resourceVersion: '5' };
    expect((await api.get(query(both))).code).toBe(400);
  });
});

describe('resource versions', () => {
  test('of the future are a 504 after a short wait', async () => {
    const { code, body } = await api.get(query({ resourceVersion: '99999999' }));
    expect(code).toBe(504);
    expect(body.details.causes[0].reason).toBe('ResourceVersionTooLarge');
  });

  test('match exactly, or 410', async () => {
    await api.post(maps, configMap('exact'));
    const { body } = await api.get(maps);
    await api.delete(`${maps}/exact`);
    const version = body.metadata.resourceVersion as string;
    const exact = await api.get(query({ resourceVersion: version, resourceVersionMatch: 'Exact' }));
    expect(names(exact.body.items)).toContain('exact');
    const newer = await api.get(query({ resourceVersion: version, resourceVersionMatch: 'NotOlderThan' }));
    expect(names(newer.body.items)).not.toContain('exact');
    expect((await api.get(query({ resourceVersion: '1', resourceVersionMatch: 'Exact' }))).code).toBe(410);
  });

  test.each([
    { resourceVersionMatch: 'Exact' },
    { resourceVersion: '0', resourceVersionMatch: 'Exact' },
    { resourceVersion: '1', resourceVersionMatch: 'About' },
    { resourceVersion: 'x' },
    { sendInitialEvents: 'true', resourceVersion: '1', watch: 'true' },
    { resourceVersionMatch: 'NotOlderThan', watch: 'true' },
  ])('combined wrongly are a 422: %j', async (parameters) => {
    expect((await api.get(query(parameters as Record<string, string>))).code).toBe(422);
  });
});

describe('selectors', () => {
  test('choose by label and field', async () => {
    await api.post(maps, configMap('one', {}, { labels: { app: 'x', tier: 'web' } }));
    await api.post(maps, configMap('two', {}, { labels: { app: 'y' } }));
    const chosen = async (parameters: Record<string, string>): Promise<string[]> =>
      names((await api.get(query(parameters))).body.items);
    expect(await chosen({ labelSelector: 'app in (x, y),tier' })).toEqual(['one']);
    expect(await chosen({ labelSelector: 'app,!tier' })).toEqual(['two']);
    expect(await chosen({ labelSelector: 'app!=x,app' })).toEqual(['two']);
    expect(await chosen({ labelSelector: 'app notin (x),app=y' })).toEqual(['two']);
    expect(await chosen({ fieldSelector: 'metadata.name=one,metadata.namespace=lists' })).toEqual(['one']);
    expect(await chosen({ fieldSelector: 'metadata.namespace!=lists' })).toEqual([]);
  });

  test.each([
    { labelSelector: 'a b' },
    { labelSelector: 'a in (' },
    { labelSelector: 'a=b=c' },
    { fieldSelector: 'spec.x=y' },
    { fieldSelector: 'metadata.name' },
  ])('that cannot be understood are a 400: %j', async (parameters) => {
    expect((await api.get(query(parameters as Record<string, string>))).code).toBe(400);
  });
});

describe('forms', () => {
  test('are tables and partial objects for who asks', async () => {
    const table = await api.get(maps, {
      accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json',
    });
    expect(table.body).toMatchObject({ kind: 'Table', apiVersion: 'meta.k8s.io/v1' });
    expect(table.body.columnDefinitions[0].name).toBe('Name');
    expect(table.body.rows[0].object.kind).toBe('PartialObjectMetadata');
    const partial = await api.get(maps, {
      accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
    });
    expect(partial.body.kind).toBe('PartialObjectMetadataList');
    expect(partial.body.items[0].data).toBeUndefined();
  });

  test('that are not served are a 406, or JSON for who takes that too', async () => {
    expect((await api.get(maps, { accept: 'application/vnd.kubernetes.protobuf' })).code).toBe(406);
    expect(
      (await api.get(maps, { accept: 'application/vnd.kubernetes.protobuf,application/json' })).code,
    ).toBe(200);
  });

  test('are compressed when they are long', async () => {
    await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        api.post(maps, configMap(`long${i}`, { text: 'x'.repeat(50_000) })),
      ),
    );
    const { headers, body } = await api.get(maps, { 'accept-encoding': 'gzip' });
    expect(headers['content-encoding']).toBe('gzip');
    expect(body.items.length).toBeGreaterThan(10);
  });
});
