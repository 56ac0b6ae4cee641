import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { signAnswer } from './signature.ts';
import { json, listOf, mailTo, receivers, status } from './testing/fake-source.ts';
import type { SourceHandler } from './testing/fake-source.ts';
import { SourceWorld } from './testing/source-world.ts';

const patience = { timeout: 60_000 };

const second = 1000;
const hour = 3600 * second;

/** Sends a body as it is. */
const raw =
  (body: Buffer | string, headers: Record<string, string> = {}): SourceHandler =>
  (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(body);
  };

const never: SourceHandler = () => undefined;

const resetInTheBody: SourceHandler = (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 });
  response.write('{"apiVersion":', () => response.socket?.resetAndDestroy());
};

/** Sends a byte now and then, and so would be done in years. */
const drip: SourceHandler = (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  const timer = setInterval(() => response.write(' '), 5);
  response.once('close', () => clearInterval(timer));
};

/** Sends without end. */
const flood: SourceHandler = (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  const chunk = Buffer.alloc(65_536, ' ');
  const pump = (): void => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', pump);
  pump();
};

const truncated = gzipSync(JSON.stringify(listOf([randomBytes(5000).toString('hex')])));

const failures: [what: string, handler: SourceHandler, code: string][] = [
  ['a reset in the body', resetInTheBody, 'AnswerBroken'],
  ['a reset before the answer', (_, response) => response.socket?.resetAndDestroy(), 'ConnectionFailed'],
  ['500', status(500), 'HttpStatus'],
  ['429', status(429, { 'retry-after': '30' }), 'HttpStatus'],
  ['401', status(401), 'HttpStatus'],
  ['204', status(204), 'HttpStatus'],
  ['a redirect', status(302, { location: '/elsewhere' }), 'HttpStatus'],
  ['the page of a proxy', status(200, { 'content-type': 'text/html' }, '<p>sign in</p>'), 'AnswerInvalid'],
  ['a page that claims to be JSON', raw('<p>sign in</p>'), 'AnswerInvalid'],
  ['an endless answer', flood, 'AnswerTooLarge'],
  ['a truncated gzip', raw(truncated.subarray(0, 500), { 'content-encoding': 'gzip' }), 'AnswerBroken'],
  ['a gzip bomb', raw(gzipSync(Buffer.alloc(100 << 20)), { 'content-encoding': 'gzip' }), 'AnswerTooLarge'],
  ['304 to a first question', status(304), 'HttpStatus'],
  ['JSON that is nested without end', raw('['.repeat(500_000)), 'AnswerInvalid'],
  ['text that is no UTF-8', raw(Buffer.from([0x22, 0xff, 0x22])), 'AnswerInvalid'],
  ['another object', json({ error: 'oops' }), 'AnswerInvalid'],
  [
    'a list of a newer major version',
    json(listOf([], { apiVersion: 'notification.armillary.dev/v2' })),
    'AnswerInvalid',
  ],
  [
    'a list of version 10',
    json(listOf([], { apiVersion: 'notification.armillary.dev/v10' })),
    'AnswerInvalid',
  ],
  ['an object that is no list', json(listOf([], { kind: 'Receiver' })), 'AnswerInvalid'],
  [
    'a list without lists',
    json({ apiVersion: 'notification.armillary.dev/v1', kind: 'ReceiverList' }),
    'AnswerInvalid',
  ],
  ['more than 500 receivers', json(listOf(Array.from({ length: 501 }, (_, n) => `r${n}`))), 'AnswerInvalid'],
  ['tenants that are no strings', json([{ name: 'ann' }]), 'AnswerInvalid'],
  [
    'more than 5000 addresses',
    json(
      listOf([], {
        receivers: [{ metadata: { name: 'a' }, spec: { email: { to: Array(5001).fill('a@b.example') } } }],
      }),
    ),
    'AnswerInvalid',
  ],
];

describe('a source that fails', () => {
  test.each(failures)('%s: tells nobody, and takes no old answer away', async (_, handler, code) => {
    await using world = await SourceWorld.start(receivers('ann'));
    await world.told('known');
    world.fake.handler = handler;
    world.clock.advance(hour);
    expect(await world.told('new')).toBe(`none ${code}`);
    world.clock.advance(hour);
    expect(await world.told('known')).toBe(`stale ann ${code}`);
  });

  test.each([
    ['a time-out', never],
    ['a slow drip', drip],
  ])('%s is given up after two seconds', async (_, handler) => {
    await using world = await SourceWorld.start(handler);
    const waiting = world.told();
    await world.fake.received(1);
    world.clock.advance(2 * second);
    expect(await waiting).toBe('none Timeout');
  });

  test('a refused connection is tried once more, and only once', async () => {
    await using world = await SourceWorld.start(receivers('ann'));
    const { port } = world.fake;
    await world.fake[Symbol.asyncDispose]();
    expect(await world.told()).toBe('none ConnectionFailed');
    await world.fake.listen(port);
    world.clock.advance(5 * second);
    expect(await world.told()).toBe('fetched ann');
  });

  test('a request that may have arrived is not sent twice', async () => {
    await using world = await SourceWorld.start((_, response) => response.socket?.resetAndDestroy());
    await world.told();
    expect(world.fake.requests).toHaveLength(1);
  });

  test('is not asked again for five seconds, then ten, and at most a minute', async () => {
    await using world = await SourceWorld.start(status(500));
    const waits: number[] = [];
    for (const wait of [5, 10, 20]) {
      await world.told();
      world.clock.advance(wait * second - 1);
      const before = world.fake.requests.length;
      await world.told();
      waits.push(world.fake.requests.length - before);
      world.clock.advance(1);
    }
    expect(waits).toEqual([0, 0, 0]);
    expect(world.fake.requests).toHaveLength(3);
  });

  test('is left alone for as long as it asks, whatever the question', async () => {
    await using world = await SourceWorld.start(status(429, { 'retry-after': '40' }));
    await world.told('shop');
    world.clock.advance(39 * second);
    expect(await world.told('bank')).toBe('none HttpStatus');
    expect(world.fake.requests).toHaveLength(1);
    world.clock.advance(second);
    world.fake.handler = receivers('ann');
    expect(await world.told('bank')).toBe('fetched ann');
  });

  test('says by its policy what happens to tenants', async () => {
    await using world = await SourceWorld.start(status(500), {
      onError: 'FailClosed',
      mergePolicy: 'Override',
    });
    expect(await world.ask()).toMatchObject({
      cache: 'none',
      onError: 'FailClosed',
      mergePolicy: 'Override',
    });
  });

  test('is not believed for longer than a day', async () => {
    await using world = await SourceWorld.start(receivers('ann'));
    await world.told();
    world.fake.handler = status(500);
    world.clock.advance(24 * hour + 59 * second);
    expect(await world.told()).toBe('stale ann HttpStatus');
    world.clock.advance(60 * second);
    expect(await world.told()).toBe('none HttpStatus');
  });
});

test.each([
  undefined,
  'notification.armillary.dev/v1',
  'notification.armillary.dev/v1alpha1',
  'notification.kubesphere.io/v2beta2',
  'v2',
])('an answer with the apiVersion %s is read', async (apiVersion) => {
  await using world = await SourceWorld.start(json(listOf(['ann'], { apiVersion })));
  expect(await world.told()).toBe('fetched ann');
});

test('a list of receivers alone is an answer', async () => {
  await using world = await SourceWorld.start(json({ receivers: [mailTo('ann')] }));
  expect(await world.told()).toBe('fetched ann');
});

describe('who is nobody', () => {
  test.each([
    ['an empty list', receivers()],
    ['an empty array', json([])],
    ['lists that are null, as Go writes empty ones', json(listOf([], { receivers: null, tenants: null }))],
    ['404, as sidecars of upstream say it', status(404, { 'content-type': 'application/json' }, '""')],
  ])('%s', async (_, handler) => {
    await using world = await SourceWorld.start(handler);
    expect(await world.told()).toBe('fetched');
    expect(await world.told()).toBe('negative');
    expect(world.sources.status()[0]?.errors).toBe(0);
  });

  test('a source that names nobody any more is believed at once, and also when it then fails', async () => {
    await using world = await SourceWorld.start(receivers('ann'));
    await world.told();
    world.clock.advance(60 * second);
    world.fake.handler = receivers();
    expect(await world.told()).toBe('fetched');
    world.fake.handler = status(500);
    world.clock.advance(60 * second);
    expect(await world.told()).toBe('stale HttpStatus');
  });
});

describe('signed answers', () => {
  const spec = {
    auth: { hmac: { secret: { value: 'new' }, previousSecret: { value: 'old' }, verifyResponses: true } },
  };
  const signed =
    (secret: string, at: () => number, body = JSON.stringify(listOf(['ann']))): SourceHandler =>
    (_, response) => {
      const headers = signAnswer({ status: 200, body: Buffer.from(body) }, [secret], at());
      response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(body);
    };

  test.each([
    ['the secret', 'new', 0, 'fetched ann'],
    ['the previous secret', 'old', 0, 'fetched ann'],
    ['another secret', 'wrong', 0, 'none SignatureRefused'],
    ['the secret, 300 s ago', 'new', -300, 'fetched ann'],
    ['the secret, 301 s ago', 'new', -301, 'none SignatureRefused'],
    ['the secret, 301 s from now', 'new', 301, 'none SignatureRefused'],
  ])('with %s', async (_, secret, seconds, told) => {
    await using world = await SourceWorld.start(undefined, spec);
    world.fake.handler = signed(secret, () => world.clock.now() + seconds * second);
    expect(await world.told()).toBe(told);
  });

  test.each([
    ['an unsigned list', receivers('mallory')],
    ['an unsigned 404', status(404)],
  ])('%s changes nothing', async (_, handler) => {
    await using world = await SourceWorld.start(undefined, spec);
    world.fake.handler = signed('new', () => world.clock.now());
    await world.told();
    world.fake.handler = handler;
    world.clock.advance(hour);
    expect(await world.told()).toBe('stale ann SignatureRefused');
  });
});

describe('a clock that jumps', () => {
  test('back: the answer is asked for again instead of being fresh until then', async () => {
    await using world = await SourceWorld.start(receivers('ann'));
    await world.told();
    world.clock.advance(-hour);
    world.fake.handler = receivers('bob');
    expect(await world.told()).toBe('fetched bob');
  });

  test('back: a failure does not keep the source from being asked', async () => {
    await using world = await SourceWorld.start(status(500));
    await world.told();
    world.clock.advance(-hour);
    world.fake.handler = receivers('ann');
    expect(await world.told()).toBe('fetched ann');
  });

  test('forth: the answer is asked for again', async () => {
    await using world = await SourceWorld.start(receivers('ann'));
    await world.told();
    world.clock.advance(100 * 24 * hour);
    expect(await world.told()).toBe('fetched ann');
  });
});

describe('a source that is down', () => {
  test('is left alone after five failures in a row, and asked every ten seconds until it is back', async () => {
    await using world = await SourceWorld.start(status(500));
    for (let n = 0; n < 5; n++) await world.told(`n${n}`);
    expect(await world.told('other')).toBe('none CircuitOpen');
    expect(world.fake.requests).toHaveLength(5);
    expect(world.downs).toEqual(['hr: it answered HTTP 500']);

    world.clock.advance(10 * second);
    await world.fake.received(6);
    await expect.poll(() => world.sources.status()[0]?.breaker, patience).toBe('open');
    expect(await world.told('other')).toBe('none CircuitOpen');

    world.fake.handler = receivers('ann');
    world.clock.advance(10 * second);
    await expect.poll(() => world.ups, patience).toEqual(['hr']);
    expect(world.sources.status()[0]?.breaker).toBe('closed');
    expect(await world.told('other')).toBe('fetched ann');
    expect(world.downs).toHaveLength(1);
  });

  test('serves what it said before, without being asked', async () => {
    await using world = await SourceWorld.start(receivers('ann'));
    await world.told('shop');
    world.fake.handler = status(500);
    world.clock.advance(20 * 60 * second);
    for (let n = 0; n < 5; n++) await world.told(`n${n}`);
    expect(await world.told('shop')).toBe('stale ann CircuitOpen');
  });

  test('a source that fails every other time is left alone after ten calls', async () => {
    let calls = 0;
    const handler: SourceHandler = (request, response) =>
      (++calls % 2 === 0 ? status(500) : receivers('ann'))(request, response);
    await using world = await SourceWorld.start(handler);
    const told: string[] = [];
    for (let n = 0; n < 11; n++) told.push(await world.told(`n${n}`));
    expect(told.slice(0, 10)).toEqual(
      Array.from({ length: 10 }, (_, n) => (n % 2 === 0 ? 'fetched ann' : 'none HttpStatus')),
    );
    expect(told[10]).toBe('none CircuitOpen');
  });

  test('fewer failures than that over a longer time do not count', async () => {
    let calls = 0;
    const handler: SourceHandler = (request, response) =>
      (++calls % 2 === 0 ? status(500) : receivers('ann'))(request, response);
    await using world = await SourceWorld.start(handler);
    for (let n = 0; n < 20; n++) {
      await world.told(`n${n}`);
      world.clock.advance(4 * second);
    }
    expect(world.downs).toEqual([]);
  });
});
