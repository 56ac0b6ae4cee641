import { describe, expect, test } from 'vitest';
import { json, listOf, receivers, status } from './testing/fake-source.ts';
import { SourceWorld, sourceObject } from './testing/source-world.ts';

const patience = { timeout: 60_000 };

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
          message: expect.stringContaining('spec.timeout'),
        },
      },
    ]);
    world.use({});
    expect(await world.told()).toBe('fetched ann');
  });

  test('one that is replaced while it is asked is asked again, and one that is removed says nothing', async () => {
    await using world = await SourceWorld.start(() => undefined);
    const asked = world.askAll();
    await world.fake.received(1);
    world.fake.handler = receivers('ann');
    world.use({ mergePolicy: 'Only' });
    expect(await asked).toMatchObject([{ cache: 'fetched', mergePolicy: 'Only' }]);
    world.fake.handler = () => undefined;
    const removed = world.askAll('bank');
    await world.fake.received(3);
    world.sources.update([], []);
    expect(await removed).toEqual([]);
  });

  test('one that is down is not called so any more when it is replaced or removed', async () => {
    await using world = await SourceWorld.start(status(500));
    for (let n = 0; n < 5; n++) await world.ask(`n${n}`);
    world.use({ mergePolicy: 'Only' });
    expect(world.ups).toEqual(['hr']);
    for (let n = 0; n < 5; n++) await world.ask(`n${n}`);
    world.sources.update([], []);
    expect(world.ups).toEqual(['hr', 'hr']);
    expect(world.downs).toHaveLength(2);
  });

  test('after the end they are sources that cannot be asked, not sources that are not there', async () => {
    await using world = await SourceWorld.start(receivers('ann'), { onError: 'FailClosed' });
    await world.sources.close();
    expect(await world.ask()).toMatchObject({
      cache: 'none',
      onError: 'FailClosed',
      failure: { code: 'Aborted' },
    });
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
  await expect.poll(() => world.sources.status()[0]?.errors, patience).toBe(2);
  expect(world.sources.status()).toEqual([
    {
      source: 'hr',
      endpoint: `${world.fake.url}/api/v2/receivers`,
      breaker: 'closed',
      hits: 1,
      misses: 4,
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
