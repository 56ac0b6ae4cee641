import { describe, expect, test } from 'vitest';
import { OutgoingError } from '../outgoing/outgoing-http.ts';
import type { OutgoingHttp, OutgoingRequest } from '../outgoing/outgoing-http.ts';
import { json, listOf, receivers, status } from './testing/fake-source.ts';
import type { SourceHandler } from './testing/fake-source.ts';
import { SourceWorld } from './testing/source-world.ts';
import { requestRefusal } from './signature.ts';

describe('a request', () => {
  test('asks for the namespace, says which version it understands, and how often it comes', async () => {
    await using world = await SourceWorld.start(receivers());
    await world.ask('shop & co');
    const [request] = world.fake.requests;
    expect(request?.target).toBe('/api/v2/receivers?cluster=c&namespace=shop+%26+co');
    expect(request?.headers).toMatchObject({
      accept: 'application/vnd.armillary.receivers+json;version=1, application/json;q=0.9',
      'x-armillary-refresh-interval-seconds': '60',
      'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/u),
    });
    expect(request?.headers['authorization']).toBeUndefined();
  });

  test('goes to the path of the address when it has one, and so do batches', async () => {
    await using world = await SourceWorld.start(receivers());
    world.use({ url: `${world.fake.url}/people/` });
    await world.ask();
    expect(world.fake.requests[0]?.target).toBe('/people/?cluster=c&namespace=shop');
    world.use({ url: `${world.fake.url}/people`, batch: true });
    await Promise.all([world.ask('shop'), world.ask('bank')]);
    expect(world.fake.requests[1]?.target).toBe('/people:query');
  });

  test.each([
    [{ bearerToken: { value: 't' }, basicAuth: { username: 'u' } }, 'Bearer t'],
    [{ basicAuth: { username: 'u', password: { value: 'p' } } }, 'Basic dTpw'],
  ])('carries the credentials %j', async (auth, header) => {
    await using world = await SourceWorld.start(receivers(), { auth });
    await world.ask();
    expect(world.fake.requests[0]?.headers['authorization']).toBe(header);
  });

  test('is signed with every secret, so that a source can take the new or the old one', async () => {
    const auth = { hmac: { secret: { value: 'new\n' }, previousSecret: { value: 'old' } } };
    await using world = await SourceWorld.start(receivers(), { auth });
    await world.ask();
    const { method, target, body, headers } = world.fake.first;
    const refusal = (secret: string): string | undefined =>
      requestRefusal(
        { method, target, body },
        headers as Record<string, string>,
        [secret],
        world.clock.now(),
      );
    expect([refusal('new'), refusal('old')]).toEqual([undefined, undefined]);
    expect(refusal('other')).toContain('was not made with the secret');
  });

  test('is not made without its credentials', async () => {
    await using world = await SourceWorld.start(
      receivers(),
      { auth: { bearerToken: { value: 't' } } },
      { credential: () => Promise.reject(new Error('the Secret is gone')) },
    );
    expect((await world.ask()).failure).toEqual({
      code: 'RequestFailed',
      message: 'the request could not be made: the Secret is gone',
    });
    expect(world.fake.requests).toEqual([]);
  });
});

test('TLS settings and the proxy are used for the request', async () => {
  const sent: OutgoingRequest[] = [];
  const http: OutgoingHttp = {
    send: async (request) => {
      sent.push(request);
      throw new OutgoingError('ConnectionFailed', 'no connection');
    },
  };
  const auth = {
    proxyUrl: 'http://proxy:3128',
    tlsConfig: {
      rootCA: { value: 'ca' },
      clientCertificate: { cert: { value: 'cert' }, key: { value: 'key' } },
      serverName: 'people',
    },
  };
  await using world = await SourceWorld.start(receivers(), { auth }, { http });
  await world.ask();
  expect(sent).toMatchObject([
    {
      proxyUrl: 'http://proxy:3128',
      tls: { ca: 'ca', certificate: 'cert', key: 'key', serverName: 'people' },
      maxAnswerBytes: 1_048_576,
      timeoutMs: 2_000,
    },
  ]);
});

test('an empty secret is none: nothing is asked with it', async () => {
  const auth = { hmac: { secret: { value: '\n' } } };
  await using world = await SourceWorld.start(receivers(), { auth });
  expect((await world.ask()).failure?.code).toBe('CredentialUnavailable');
  expect(world.fake.requests).toEqual([]);
});

describe('sidecars', () => {
  test("upstream's tenant sidecar is asked as upstream asks it", async () => {
    await using world = await SourceWorld.start(json(['ann', 'bob', 'ann']));
    const { clock, fake } = world;
    await using other = await SourceWorld.start(undefined, {}, { clock });
    other.sources.update([], [{ key: 'tenant', url: fake.url }]);
    expect(await other.ask()).toMatchObject({
      source: 'sidecar/tenant',
      tenants: ['ann', 'bob'],
      receivers: [],
    });
    expect(fake.requests[0]?.target).toBe('/api/v2/tenant?cluster=c&namespace=shop');
    fake.handler = status(404, { 'content-type': 'application/json' }, '""');
    expect(await other.ask('unknown')).toMatchObject({ cache: 'fetched', tenants: [] });
    fake.handler = (_, response) => void response.end('["ann"]');
    expect(await other.ask('plain')).toMatchObject({ tenants: ['ann'] });
    fake.handler = json(listOf(['ann']));
    expect((await other.ask('list')).failure?.code).toBe('AnswerInvalid');
  });

  test('the receiver sidecar speaks the contract of sources', async () => {
    await using world = await SourceWorld.start(receivers('ann'));
    const { clock, fake } = world;
    await using other = await SourceWorld.start(undefined, {}, { clock });
    other.sources.update([], [{ key: 'receiver', url: fake.url }]);
    const answer = await other.ask();
    expect(answer).toMatchObject({ source: 'sidecar/receiver', mergePolicy: 'Append', onError: 'Fallback' });
    expect(answer.receivers).toMatchObject([
      { type: 'email', name: 'ann', origin: { kind: 'source', source: 'sidecar/receiver' } },
    ]);
  });

  test('any source may answer with the names of tenants', async () => {
    await using world = await SourceWorld.start(json(['ann']));
    expect(await world.told()).toBe('fetched ann');
  });
});

describe('a source that answers several questions at once', () => {
  const batch: SourceHandler = (request, response) => {
    if (request.method === 'GET') return receivers('alone')(request, response);
    const { items } = JSON.parse(request.body.toString()) as { items: { namespace: string }[] };
    json({
      apiVersion: 'notification.armillary.dev/v1',
      kind: 'ReceiverListBatch',
      items: items.map(({ namespace }) => (namespace === 'bad' ? {} : listOf([`${namespace}-team`]))),
    })(request, response);
  };
  const askMany = (world: SourceWorld, count: number): Promise<string[]> =>
    Promise.all(Array.from({ length: count }, (_, index) => world.told(`n${index}`)));

  test('gets the questions of one moment in requests of a hundred', async () => {
    await using world = await SourceWorld.start(batch, { batch: true });
    const told = await askMany(world, 250);
    expect(told[249]).toBe('fetched n249-team');
    const queries = world.fake.requests.map(({ body }) => JSON.parse(body.toString()) as { items: object[] });
    expect(queries.map(({ items }) => items.length).sort((one, other) => one - other)).toEqual([
      50, 100, 100,
    ]);
    expect(queries[0]).toMatchObject({ apiVersion: 'notification.armillary.dev/v1', kind: 'ReceiverQuery' });
    expect(queries.flatMap(({ items }) => items)).toContainEqual({
      cluster: 'c',
      namespace: 'n7',
      labels: {},
    });
    expect(world.fake.requests[0]?.target).toBe('/api/v2/receivers:query');
    expect(await world.told('n0')).toBe('fresh n0-team');
  });

  test('gets a single question as any other source', async () => {
    await using world = await SourceWorld.start(batch, { batch: true });
    expect(await world.told()).toBe('fetched alone');
  });

  test('spoils one answer only with one bad item', async () => {
    await using world = await SourceWorld.start(batch, { batch: true });
    expect(await Promise.all([world.told('good'), world.told('bad')])).toEqual([
      'fetched good-team',
      'none AnswerInvalid',
    ]);
  });

  test.each([
    ['cannot do so after all', status(404)],
    ['does not allow it', status(405)],
    ['says more than fits in one answer', (_, response) => response.end(' '.repeat(2_000_000))],
  ] as [string, SourceHandler][])('that %s is asked one by one', async (_, handler) => {
    await using world = await SourceWorld.start(
      (request, response) => (request.method === 'GET' ? receivers('ann') : handler)(request, response),
      { batch: true },
    );
    expect(await askMany(world, 3)).toEqual(Array(3).fill('fetched ann'));
  });

  test('that cannot do so is not asked to again', async () => {
    await using world = await SourceWorld.start(
      (request, response) => (request.method === 'GET' ? receivers('ann') : status(404))(request, response),
      { batch: true },
    );
    await askMany(world, 3);
    world.sources.invalidate({});
    await askMany(world, 3);
    expect(world.fake.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  test.each([
    ['answers too few', json({ apiVersion: 'x', kind: 'ReceiverListBatch', items: [] }), 'AnswerInvalid'],
    ['answers something else', json(listOf(['ann'])), 'AnswerInvalid'],
    ['fails', status(500), 'HttpStatus'],
  ] as [string, SourceHandler, string][])(
    'that %s fails for all of them, with one request',
    async (_, handler, code) => {
      await using world = await SourceWorld.start(handler, { batch: true });
      expect(await askMany(world, 3)).toEqual(Array(3).fill(`none ${code}`));
      expect(world.fake.requests).toHaveLength(1);
    },
  );
});
