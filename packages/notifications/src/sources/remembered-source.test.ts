import { describe, expect, test } from 'vitest';
import { json, listOf, receivers, status } from './testing/fake-source.ts';
import type { SourceHandler } from './testing/fake-source.ts';
import { SourceWorld } from './testing/source-world.ts';

const patience = { timeout: 60_000 };

const second = 1000;

describe('an answer', () => {
  test('is used as long as it is fresh, and asked for again after that', async () => {
    await using world = await SourceWorld.start(receivers('ann'));
    expect(await world.told()).toBe('fetched ann');
    world.clock.advance(59 * second);
    world.fake.handler = receivers('bob');
    expect(await world.told()).toBe('fresh ann');
    world.clock.advance(second);
    expect(await world.told()).toBe('fetched bob');
    expect(world.fake.requests).toHaveLength(2);
  });

  test('that is not fresh any more tells nobody who is not named in the next one', async () => {
    await using world = await SourceWorld.start(receivers('ann'));
    await world.told();
    world.fake.handler = receivers();
    world.clock.advance(60 * second);
    const answers = await Promise.all(Array.from({ length: 1000 }, () => world.told()));
    expect(new Set(answers)).toEqual(new Set(['fetched']));
    expect(world.fake.requests).toHaveLength(2);
  });

  test('that is not fresh any more is used at once when the source is left alone', async () => {
    await using world = await SourceWorld.start(receivers('ann'));
    await world.told();
    world.fake.handler = status(500);
    world.clock.advance(60 * second);
    expect(await world.told()).toBe('stale ann HttpStatus');
    expect(await world.told()).toBe('stale ann HttpStatus');
    expect(world.fake.requests).toHaveLength(2);
  });

  test('says itself how long it is fresh', async () => {
    const metadata = { ttlSeconds: 600, staleSeconds: 0 };
    await using world = await SourceWorld.start(json(listOf(['ann'], { metadata })));
    await world.told();
    world.clock.advance(599 * second);
    expect(await world.told()).toBe('fresh ann');
    world.clock.advance(second);
    expect(await world.told()).toBe('fetched ann');
  });

  test('is fresh for at least five seconds, whatever Cache-Control says', async () => {
    const handler = json(listOf(['ann']), { 'cache-control': 'no-store, max-age=0' });
    await using world = await SourceWorld.start(handler);
    await world.told();
    world.clock.advance(4 * second);
    expect(await world.told()).toBe('fresh ann');
    world.clock.advance(second);
    expect(await world.told()).toBe('fetched ann');
  });

  test('with nobody in it is remembered for a short time, and never used while it is asked for again', async () => {
    await using world = await SourceWorld.start(receivers());
    expect(await world.told()).toBe('fetched');
    expect(await world.told()).toBe('negative');
    world.fake.handler = receivers('ann');
    world.clock.advance(30 * second);
    expect(await world.told()).toBe('fetched ann');
  });

  test('holds for all alerts that are alike in the labels of the key, and only those labels are sent', async () => {
    await using world = await SourceWorld.start(receivers('ann'), { keyLabels: ['namespace', 'rule_level'] });
    await world.ask('shop', { rule_level: 'namespace', secret: 's' });
    expect((await world.ask('shop', { rule_level: 'namespace', other: 'o' })).cache).toBe('fresh');
    expect((await world.ask('shop', { rule_level: 'cluster' })).cache).toBe('fetched');
    expect(world.fake.requests.map(({ target }) => target)).toEqual([
      '/api/v2/receivers?namespace=shop&ruleLevel=namespace',
      '/api/v2/receivers?namespace=shop&ruleLevel=cluster',
    ]);
  });

  test('that did not change is renewed without being sent again', async () => {
    const handler: SourceHandler = (request, response) =>
      request.headers['if-none-match'] === '"1"'
        ? status(304, { etag: '"1"' })(request, response)
        : json(listOf(['ann']), { etag: '"1"' })(request, response);
    await using world = await SourceWorld.start(handler);
    await world.told();
    world.clock.advance(60 * second);
    expect(await world.told()).toBe('fetched ann');
    expect(await world.told()).toBe('fresh ann');
    expect(world.fake.requests.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"1"']);
  });
});

test.each(['"1"', 'W/"1"', '', 'none', `"${'x'.repeat(300)}"`, '"ä"'])(
  'an ETag %s is sent back only if it is one',
  async (etag) => {
    const handler = json(listOf(['ann']), { etag });
    await using world = await SourceWorld.start(handler);
    await world.told();
    world.sources.invalidate({});
    expect(await world.told()).toBe('fetched ann');
    const sent = world.fake.requests[1]?.headers['if-none-match'];
    expect(sent).toBe(etag.endsWith('1"') ? etag : undefined);
  },
);

describe('many questions', () => {
  test('a thousand alerts for one namespace are one request', async () => {
    await using world = await SourceWorld.start(receivers('ann'));
    const answers = await Promise.all(Array.from({ length: 1000 }, () => world.told()));
    expect(new Set(answers)).toEqual(new Set(['fetched ann']));
    expect(world.fake.requests).toHaveLength(1);
  });

  test('no more than eight requests are under way at once', async () => {
    const held: (() => void)[] = [];
    const handler: SourceHandler = (request, response) =>
      void held.push(() => receivers('ann')(request, response));
    await using world = await SourceWorld.start(handler);
    const answers = Promise.all(Array.from({ length: 20 }, (_, index) => world.told(`n${index}`)));
    await world.fake.received(8);
    // Whatever else was to come would have come with these: one is answered before the next is sent.
    for (let answered = 0; answered < 20; answered++) {
      expect(world.fake.requests.length - answered).toBeLessThanOrEqual(8);
      await world.fake.received(answered + 1);
      held.shift()!();
      if (answered + 8 < 20) await world.fake.received(answered + 9);
    }
    expect(new Set(await answers)).toEqual(new Set(['fetched ann']));
  });

  test('an old answer is used when the new one takes longer than two seconds, and the new one when it is there', async () => {
    await using world = await SourceWorld.start(receivers('ann'), { timeout: '30s' });
    await world.told();
    world.clock.advance(60 * second);
    let release = (): void => undefined;
    world.fake.handler = (request, response) => void (release = () => receivers('bob')(request, response));
    const waiting = world.told();
    await world.fake.received(2);
    world.clock.advance(2 * second);
    expect(await waiting).toBe('stale ann Timeout');
    const later = world.told();
    await expect.poll(() => world.clock.pending, patience).toContain(0);
    world.clock.advance(0);
    expect(await later).toBe('stale ann Timeout');
    release();
    await expect.poll(() => world.sources.status()[0]?.lastSuccessAt, patience).toBe(world.clock.now());
    expect(await world.told()).toBe('fresh bob');
    expect(world.fake.requests).toHaveLength(2);
  });

  test('an answer that is too old for that is used only once the new one fails', async () => {
    await using world = await SourceWorld.start(receivers('ann'), {
      timeout: '30s',
      cache: { staleWhileRevalidate: '1m' },
    });
    await world.told();
    world.clock.advance(120 * second);
    let release = (): void => undefined;
    world.fake.handler = (request, response) => void (release = () => receivers('bob')(request, response));
    const waiting = world.told();
    await world.fake.received(2);
    world.clock.advance(20 * second);
    release();
    expect(await waiting).toBe('fetched bob');
    world.fake.handler = () => undefined;
    world.clock.advance(120 * second);
    const failing = world.told();
    await world.fake.received(3);
    world.clock.advance(30 * second);
    expect(await failing).toBe('stale bob Timeout');
  });

  test('with old answers nobody waits longer than a request may take, also those whose turn has not come', async () => {
    await using world = await SourceWorld.start(receivers('ann'));
    const namespaces = Array.from({ length: 20 }, (_, index) => `n${index}`);
    await Promise.all(namespaces.map((namespace) => world.told(namespace)));
    world.fake.handler = () => undefined;
    world.clock.advance(3600 * second);
    const answers = Promise.all(namespaces.map((namespace) => world.told(namespace)));
    await world.fake.received(28);
    world.clock.advance(2 * second);
    expect(new Set(await answers)).toEqual(new Set(['stale ann Timeout']));
  });

  test('whoever stops waiting gets an answer at once, and stops nobody else', async () => {
    await using world = await SourceWorld.start(() => undefined);
    const stop = new AbortController();
    const question = { cluster: 'c', namespace: 'shop', labels: {} };
    const stopped = world.sources.ask(question, stop.signal);
    await world.fake.received(1);
    const other = world.told();
    stop.abort();
    expect((await stopped)[0]?.failure?.code).toBe('Aborted');
    world.clock.advance(2 * second);
    expect(await other).toBe('none Timeout');
  });
});

describe('an invalidation', () => {
  test('has the source asked before the answer is used again', async () => {
    await using world = await SourceWorld.start(receivers('ann'));
    await Promise.all([world.told('shop'), world.told('bank')]);
    world.fake.handler = receivers('bob');
    expect(world.sources.invalidate({ source: 'hr', namespace: 'shop' })).toBe(1);
    expect(await world.told('shop')).toBe('fetched bob');
    expect(await world.told('bank')).toBe('fresh ann');
    expect(world.sources.invalidate({ source: 'other' })).toBe(0);
    expect(world.sources.invalidate({})).toBe(2);
  });

  test('leaves the old answer to be used when the source fails', async () => {
    await using world = await SourceWorld.start(receivers('ann'));
    await world.told();
    world.sources.invalidate({});
    world.fake.handler = status(500);
    expect(await world.told()).toBe('stale ann HttpStatus');
  });

  test('does not let an answer count that was asked for before', async () => {
    let release = (): void => undefined;
    await using world = await SourceWorld.start(
      (request, response) => void (release = () => receivers('ann')(request, response)),
    );
    const before = world.told();
    await world.fake.received(1);
    world.sources.invalidate({ namespace: 'shop' });
    world.fake.handler = receivers('bob');
    expect(await world.told()).toBe('fetched bob');
    release();
    expect(await before).toBe('fetched ann');
    expect(await world.told()).toBe('fresh bob');
  });
});
