import { describe, expect, test } from 'vitest';
import { createSidecarServer } from './sidecar-server.ts';

const people = { users: ['alice', 'bob'], groups: ['operators'] };
const server = createSidecarServer({
  subjectsOf: (namespace) => (namespace === 'shop' ? people : undefined),
  isReady: () => true,
});

test('names tenants as the sidecar of notification-manager does', async () => {
  const answer = await server.inject('/api/v2/tenant?cluster=c&namespace=shop');
  expect([answer.statusCode, answer.json()]).toEqual([200, ['alice', 'bob', 'group.operators']]);
});

test('a namespace that is not there is nobody, and none at all is a mistake', async () => {
  const unknown = await server.inject('/api/v2/tenant?namespace=gone');
  expect([unknown.statusCode, unknown.body]).toEqual([404, '""']);
  expect((await server.inject('/api/v2/tenant')).statusCode).toBe(400);
  expect((await server.inject('/api/v2/receivers?namespace=gone')).statusCode).toBe(404);
  expect((await server.inject('/api/v2/receivers?namespace=shop&namespace=gone')).statusCode).toBe(400);
});

describe('the contract of receiver sources', () => {
  test('tenants, with a revision that an unchanged answer is renewed by', async () => {
    const answer = await server.inject('/api/v2/receivers?cluster=c&namespace=shop');
    expect(answer.json()).toMatchObject({
      kind: 'ReceiverList',
      metadata: { ttlSeconds: 30 },
      tenants: ['alice', 'bob', 'group.operators'],
      receivers: [],
    });
    const headers = { 'if-none-match': String(answer.headers['etag']) };
    const again = await server.inject({ url: '/api/v2/receivers?namespace=shop', headers });
    expect([again.statusCode, again.body]).toEqual([304, '']);
  });

  test('several questions at once, answered in their order', async () => {
    const items = [{ namespace: 'gone' }, { namespace: 'shop' }, null];
    const answer = await server.inject({
      method: 'POST',
      url: '/api/v2/receivers:query',
      payload: { items },
    });
    expect(answer.json().items.map((list: { tenants: string[] }) => list.tenants)).toEqual([
      [],
      ['alice', 'bob', 'group.operators'],
      [],
    ]);
    for (const payload of [{}, { items: 'all' }, { items: Array.from({ length: 101 }, () => ({})) }]) {
      const refused = await server.inject({ method: 'POST', url: '/api/v2/receivers:query', payload });
      expect(refused.statusCode).toBe(400);
    }
  });
});

test('before the roles are read it says so, rather than nobody', async () => {
  const early = createSidecarServer({ subjectsOf: () => undefined, isReady: () => false });
  for (const url of ['/api/v2/tenant?namespace=shop', '/api/v2/receivers?namespace=shop', '/readiness']) {
    expect((await early.inject(url)).statusCode).toBe(503);
  }
  expect((await early.inject('/liveness')).statusCode).toBe(200);
});
