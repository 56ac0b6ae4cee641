import { describe, expect, test } from 'vitest';
import { json, listOf, receivers, status } from '../testing/sources/fake-source.ts';
import { SourceWorld, sourceObject } from '../testing/sources/source-world.ts';
import { parseInvalidation } from './invalidation.ts';
import { signRequest } from './signature.ts';

describe('several sources', () => {
  test('are all asked, and answer in the order of their names', async () => {
    await using world = await SourceWorld.start(receivers('ann'));
    const { url } = world.fake;
    world.sources.update([sourceObject({ url }, 'b'), sourceObject({ url }, 'a')], []);
    expect((await world.askAll()).map(({ source }) => source)).toEqual(['a', 'b']);
  });

  test('keep their memory when settings of others change', async () => {
    await using world = await SourceWorld.start(receivers('ann'));
    await world.ask();
    const { url } = world.fake;
    world.sources.update([sourceObject({ url }), sourceObject({ url }, 'other')], []);
    expect((await world.askAll()).map(({ cache }) => cache)).toEqual(['fresh', 'fetched']);
    world.sources.update([sourceObject({ url })], []);
    expect((await world.askAll()).map(({ cache }) => cache)).toEqual(['fresh']);
  });

  test('one that cannot be used answers so by its policy, instead of being forgotten', async () => {
    await using world = await SourceWorld.start(receivers('ann'));
    world.use({ timeout: 'soon', onError: 'FailClosed', mergePolicy: 'Only' });
    expect(await world.askAll()).toMatchObject([
      {
        source: 'hr',
        cache: 'none',
        onError: 'FailClosed',
        mergePolicy: 'Only',
        failure: {
          code: 'SettingsInvalid',
          message: 'spec.timeout: must be a duration such as 90s or 1h30m',
        },
      },
    ]);
    world.use({});
    expect(await world.told()).toBe('fetched ann');
  });

  test('no source is no answer', async () => {
    await using world = await SourceWorld.start();
    world.sources.update([], []);
    expect(await world.askAll()).toEqual([]);
  });
});

test('the status counts how each question was answered', async () => {
  await using world = await SourceWorld.start(json(listOf(['ann'], { receivers: [null] })));
  await world.ask();
  await world.ask();
  world.fake.handler = receivers('ann');
  await world.ask('bank');
  world.fake.handler = status(500);
  await world.ask('other');
  world.clock.advance(61_000);
  await world.ask('bank');
  await expect.poll(() => world.sources.status()[0]?.errors).toBe(2);
  expect(world.sources.status()).toEqual([
    {
      source: 'hr',
      endpoint: `${world.fake.url}/api/v2/receivers`,
      breaker: 'closed',
      hits: 1,
      misses: 3,
      stale: 1,
      unanswered: 1,
      calls: 4,
      errors: 2,
      skipped: 1,
      entries: 2,
      lastSuccessAt: world.clock.now() - 61_000,
      lastFailure: { at: world.clock.now(), code: 'HttpStatus', message: 'it answered HTTP 500' },
    },
  ]);
});

describe('a request to invalidate', () => {
  const request = { method: 'POST', target: '/api/v2/sources/hr/invalidate', body: '{"namespace":"shop"}' };
  const auth = { hmac: { secret: { value: 'new' }, previousSecret: { value: 'old' } } };

  test('is taken from whoever shares a secret of the source', async () => {
    await using world = await SourceWorld.start(receivers(), { auth });
    const refusal = (headers: Readonly<Record<string, string>>, body = request.body) =>
      world.sources.requestRefusal('hr', { ...request, body }, headers);
    const now = world.clock.now();
    expect(await refusal(signRequest(request, ['new'], now))).toBeUndefined();
    expect(await refusal(signRequest(request, ['other', 'old'], now))).toBeUndefined();
    expect(await refusal(signRequest(request, ['other'], now))).toContain('not made with the secret');
    expect(await refusal(signRequest(request, ['new'], now - 301_000))).toContain('timestamp');
    expect(await refusal(signRequest(request, ['new'], now), '{}')).toContain('not made with the secret');
    expect(await refusal({})).toBe('it is not signed');
  });

  test('is refused for a source without a secret, and for one that is not there', async () => {
    await using world = await SourceWorld.start(receivers());
    for (const source of ['hr', 'other']) {
      await expect(world.sources.requestRefusal(source, request, {})).rejects.toMatchObject({
        code: 'NotFound',
      });
    }
  });

  test('names what is to be asked again', () => {
    const parse = (text: string) => parseInvalidation('hr', Buffer.from(text));
    expect(parse('')).toEqual({ source: 'hr' });
    expect(parse('{"cluster":"c","other":1}')).toEqual({ source: 'hr', cluster: 'c' });
    expect(parse('{"source":"other","namespace":"shop"}')).toEqual({ source: 'hr', namespace: 'shop' });
    for (const bad of ['[]', 'null', '{', '{"namespace":1}', '{"cluster":null}', '['.repeat(100)]) {
      expect(() => parse(bad)).toThrow(expect.objectContaining({ code: 'Invalid' }));
    }
  });
});
