/** Containers beside the notification manager that say who is told: each is asked at its own port on this machine. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FakeSource, status } from '../packages/notifications/src/sources/testing/fake-source.ts';
import { SourceSite } from './testing/source-site.ts';
import { sourcesAre } from './testing/who-is-told.ts';

let site: SourceSite;
let tenants: FakeSource;
beforeAll(async () => {
  [site, tenants] = await Promise.all([
    SourceSite.start({ sidecarUrl: undefined, sidecarPort: undefined }),
    FakeSource.start(),
  ]);
  await site.world.apply(site.world.webhook('bank-team', { type: 'tenant', user: 'bank' }));
});
afterAll(async () => {
  await site?.close();
  await tenants?.[Symbol.asyncDispose]();
});

const container = (port: number): object => ({
  type: 'own',
  image: 'registry.example.com/people:1',
  ports: [{ containerPort: port }],
});

test("upstream's tenant sidecar decides instead of the namespace, and its 404 says nobody", async () => {
  tenants.handler = ({ query }, response) =>
    query.get('namespace') === 'shop'
      ? void response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end('["bank"]\n')
      : status(404, {}, '""')({} as never, response);
  await site.manage({ sidecars: { tenant: container(tenants.port) } });
  await sourcesAre(site.url, 'sidecar/tenant');
  expect(await site.told('shop')).toEqual(['bank-team', 'everybody']);
  expect(await site.told('bank')).toEqual(['everybody']);
  expect(tenants.requests.map(({ target }) => target)).toEqual([
    '/api/v2/tenant?cluster=here&namespace=shop',
    '/api/v2/tenant?cluster=here&namespace=bank',
  ]);
});

test("upstream's tenant sidecar that is down makes nobody mute whom it named before", async () => {
  tenants.handler = status(500);
  site.clock.advance(60_000);
  expect(await site.told('shop')).toEqual(['bank-team', 'everybody']);
});

test('a sidecar for receivers stands beside it, and names no address of this machine', async () => {
  tenants.handler = (_, response) => void response.writeHead(200).end('["shop"]');
  site.clock.advance(60_000);
  site.source.handler = site.names('ann');
  await site.manage({
    sidecars: { tenant: container(tenants.port), receiver: container(site.source.port) },
  });
  await sourcesAre(site.url, 'sidecar/receiver', 'sidecar/tenant');
  const { told, words } = await site.outcome();
  expect(told).toEqual(['everybody', 'shop-team']);
  expect(words).toMatch(/Source sidecar\/receiver answered now, .* left out were ann \(/u);
  expect(words).toMatch(/Source sidecar\/tenant answered .*tenants shop/u);
  expect(site.source.first.target).toBe('/api/v2/receivers?cluster=here&namespace=shop');
});
