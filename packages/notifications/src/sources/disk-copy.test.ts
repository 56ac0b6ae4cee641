import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@armillary/kube';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { json, listOf, receivers, status } from './testing/fake-source.ts';
import { SourceWorld } from './testing/source-world.ts';

let folder: string;
const warnings: string[] = [];
const logger = { ...silentLogger, warn: (_: object, message: string) => void warnings.push(message) };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sources-'));
  warnings.length = 0;
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const start = (handler = receivers('ann')): Promise<SourceWorld> =>
  SourceWorld.start(handler, {}, { folder, logger });

const files = async (): Promise<string[]> =>
  (await readdir(join(folder, 'hr')).catch(() => [])).map((file) => join(folder, 'hr', file));

test('what a source said is used after a restart when the source is down', async () => {
  await using world = await start();
  await world.told();
  world.fake.handler = status(503);
  world.clock.advance(3_600_000);
  await world.restart();
  const answer = await world.ask();
  expect(answer).toMatchObject({ cache: 'stale', ageMs: 3_600_000, failure: { code: 'HttpStatus' } });
  expect(answer.receivers.map(({ name }) => name)).toEqual(['ann']);
});

test('a source that is there is asked after a restart, and need not say again what did not change', async () => {
  await using world = await start(json(listOf(['ann']), { etag: '"1"' }));
  await world.told();
  await world.restart();
  world.fake.handler = status(304);
  expect(await world.told()).toBe('fetched ann');
  expect(world.fake.requests.at(-1)?.headers['if-none-match']).toBe('"1"');
});

test('"nobody" is remembered too', async () => {
  await using world = await start(status(404));
  await world.told();
  await world.restart();
  world.fake.handler = status(500);
  expect(await world.told()).toBe('stale HttpStatus');
});

test('what is older than a day is dropped', async () => {
  await using world = await start();
  await world.told();
  world.fake.handler = status(503);
  world.clock.advance(86_400_000);
  await world.restart();
  expect(await world.told()).toBe('none HttpStatus');
  await world.sources.close();
  expect(await files()).toEqual([]);
});

test('an answer that only gets older is written again after a while', async () => {
  await using world = await start();
  for (let minutes = 0; minutes < 24 * 60; minutes += 11) {
    world.sources.invalidate({});
    await world.told();
    world.clock.advance(11 * 60_000);
  }
  world.fake.handler = status(503);
  await world.restart();
  expect(await world.told()).toBe('stale ann HttpStatus');
});

test('only the owner may read it', async () => {
  await using world = await start();
  await world.told();
  await world.sources.close();
  const [file = ''] = await files();
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await stat(join(folder, 'hr'))).mode & 0o777).toBe(0o700);
});

test.each([
  ['broken', '{'],
  ['of another format', JSON.stringify({ format: 2 })],
  ['empty', ''],
  ['too long', ' '.repeat(3_000_000)],
])('a file that is %s is warned about, removed, and spoils no other', async (_, text) => {
  await using world = await start();
  await Promise.all([world.told('shop'), world.told('bank')]);
  await world.sources.close();
  const all = await files();
  const texts = await Promise.all(all.map((file) => readFile(file, 'utf8')));
  const file = all.find((_, index) => texts[index]?.includes('namespace=bank')) ?? '';
  await writeFile(file, text);
  world.fake.handler = status(500);
  await world.restart();
  expect(await world.told('shop')).toBe('stale ann HttpStatus');
  expect(await world.told('bank')).toBe('none HttpStatus');
  expect(warnings).toEqual(['a kept answer of a receiver source cannot be read and is removed']);
  expect(await files()).toHaveLength(1);
});

test('an answer that would not be trusted today is not used from disk either', async () => {
  const entry = {
    metadata: { name: 'h' },
    spec: { discord: { webhook: { valueFrom: { secretKeyRef: { namespace: 'hr', name: 'a', key: 'b' } } } } },
  };
  await using world = await start(json(listOf([], { receivers: [entry] })));
  world.use({ secretNamespaces: ['hr'] });
  expect(await world.told()).toBe('fetched h');
  world.fake.handler = status(500);
  world.use({ secretNamespaces: [] });
  const answer = await world.ask();
  expect(answer.receivers).toEqual([]);
  expect(answer.skipped).toEqual([{ name: 'h', reason: expect.stringContaining('secretKeyRef') }]);
});

test('answers of another address are not used', async () => {
  await using world = await start();
  await world.told();
  world.fake.handler = status(500);
  await world.restart({ url: `${world.fake.url}/other` });
  expect(await world.told()).toBe('none HttpStatus');
});

test('changed settings begin with what the source said before', async () => {
  await using world = await start();
  await world.told();
  world.fake.handler = status(500);
  world.use({ mergePolicy: 'Only' });
  expect(await world.ask()).toMatchObject({ cache: 'stale', mergePolicy: 'Only' });
});

test('what was kept of a source goes with the source', async () => {
  await using world = await start();
  await world.told();
  world.sources.update([], []);
  await world.sources.close();
  expect(await files()).toEqual([]);
});

test('answers that leave memory leave the disk', async () => {
  await using world = await start();
  world.use({ cache: { maxEntries: 3 } });
  for (let n = 0; n < 10; n++) await world.told(`n${n}`);
  await world.sources.close();
  expect(await files()).toHaveLength(3);
});

test('a folder that cannot be written is warned about, and the source works without it', async () => {
  await writeFile(join(folder, 'file'), '');
  await using world = await SourceWorld.start(receivers('ann'), {}, { folder: join(folder, 'file'), logger });
  expect(await world.told()).toBe('fetched ann');
  await world.sources.close();
  expect(warnings).toContain('the kept answers of a receiver source cannot be loaded');
});
