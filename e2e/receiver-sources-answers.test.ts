/** How answers of receiver sources decide who is told: how often they are asked, merged, signed and replaced. */
import { createHash, createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  json,
  status,
  type SourceRequest,
} from '../packages/notifications/src/sources/testing/fake-source.ts';
import { armillary } from './testing/armillary.ts';
import { notification } from './testing/notification-world.ts';
import { eventually, runProgram } from './testing/process.ts';
import { SourceSite } from './testing/source-site.ts';
import { outcomeOf, postAlert, sourcesAre } from './testing/who-is-told.ts';

let site: SourceSite;
beforeAll(async () => {
  site = await SourceSite.start();
});
afterEach(async () => await site.removeSources());
afterAll(async () => await site?.close());

test('a thousand alerts of a namespace are one request, and as many after it is old one more', async () => {
  const name = await site.use();
  site.source.handler = site.names('ann');
  const thousand = (alertname: string) =>
    Array.from({ length: 1000 }, (_, n) => ({ labels: { alertname, namespace: 'shop', pod: `pod${n}` } }));
  for (const [round, alertname] of ['Before', 'After'].entries()) {
    await site.world.post(...thousand(alertname));
    await eventually(
      'ann is told of all',
      () => site.world.inbox.told('ann').filter((one) => one === alertname).length === 1000,
    );
    expect(site.source.requests).toHaveLength(round + 1);
    site.clock.advance(60_000);
  }
  expect(await site.metrics(name)).toContain('calls 2');
});

test('a source that takes batches is asked about all namespaces at once', async () => {
  await site.use({ url: `${site.source.url}/people`, batch: true, mergePolicy: 'Only' });
  site.source.handler = ({ body }, response) => {
    const { items } = JSON.parse(body.toString()) as { items: { namespace: string }[] };
    json({ items: items.map(({ namespace }) => ({ receivers: [site.person(`of-${namespace}`)] })) })(
      {} as SourceRequest,
      response,
    );
  };
  const namespaces = ['north', 'south', 'west'];
  await site.world.post(
    ...namespaces.map((namespace) => ({ labels: { alertname: 'Batched', namespace, cluster: 'here' } })),
  );
  for (const namespace of namespaces) await site.world.inbox.tells(`of-${namespace}`, 'Batched');
  expect(site.source.requests.map(({ method, target }) => `${method} ${target}`)).toEqual([
    'POST /people:query',
  ]);
});

describe('the merge policy', () => {
  test.each<[string, string[], string, string[]]>([
    ['Append', ['ann'], 'shop', ['ann', 'everybody', 'shop-team']],
    ['Append', [], 'shop', ['everybody', 'shop-team']],
    ['Override', ['ann'], 'shop', ['ann', 'everybody']],
    ['Override', [], 'shop', ['everybody', 'shop-team']],
    ['Fallback', ['ann'], 'shop', ['everybody', 'shop-team']],
    ['Fallback', ['ann'], 'bank', ['ann', 'everybody']],
    ['Only', ['ann'], 'shop', ['ann', 'everybody']],
    ['Only', [], 'shop', ['everybody']],
  ])('%s: the source names %j for namespace %s, and %j are told', async (mergePolicy, named, space, told) => {
    await site.use({ mergePolicy });
    site.source.handler = site.names(...named);
    expect(await site.told(space)).toEqual(told);
  });

  test('of several sources, each counts as its own says', async () => {
    site.source.handler = ({ target }, response) =>
      site.names(target.startsWith('/first') ? 'ann' : 'bob')({} as SourceRequest, response);
    await site.use({ url: `${site.source.url}/first`, mergePolicy: 'Override' });
    await site.use({ url: `${site.source.url}/second`, mergePolicy: 'Append' });
    expect(await site.told()).toEqual(['ann', 'bob', 'everybody']);
  });
});

describe('people whom a source names are receivers like others', () => {
  test('their selectors count, and routers choose them by their labels', async () => {
    await site.use({ mergePolicy: 'Only' });
    const labelled = (name: string, team: string) => ({
      ...site.person(name),
      metadata: { name, labels: { team } },
    });
    const webhook = { url: `${site.world.inbox.url}/picky`, alertSelector: { matchLabels: { pod: 'x' } } };
    site.source.handler = json({
      receivers: [labelled('ann', 'oncall'), labelled('bob', 'office'), site.person('picky', { webhook })],
    });
    expect(await site.told()).toEqual(['ann', 'bob', 'everybody']);

    await site.manage({ routePolicy: 'RouterFirst' });
    const receivers = { selector: { matchLabels: { team: 'oncall' } } };
    await site.world.apply(notification('Router', 'oncall', {}, { alertSelector: {}, receivers }));
    await eventually('the router counts', async () => (await site.told()).join() === 'ann');
    await site.world.delete('routers', 'oncall');
    await site.manage({});
    await eventually('the router is gone', async () => (await site.told()).length > 1);
  });

  test('they are told once when an object has their address', async () => {
    await site.use();
    const webhook = { url: `${site.world.inbox.url}/shop-team` };
    site.source.handler = json({ receivers: [site.person('ann', { webhook })] });
    const { told, words } = await site.outcome();
    expect(told).toEqual(['everybody', 'shop-team']);
    expect(words).toContain('webhook shop-team is told there already');
  });
});

describe('a source that shares a secret', () => {
  const hmac = (text: string): string => `v1=${createHmac('sha256', 'shared').update(text).digest('hex')}`;
  const sha256 = (body: string | Buffer): string => createHash('sha256').update(body).digest('hex');
  const auth = { bearerToken: { value: 'token' }, hmac: { secret: { value: 'shared' } } };

  /** As the contract says it, by hand. */
  const isSigned = ({ method, target, headers, body }: SourceRequest): boolean => {
    const timestamp = String(headers['x-armillary-timestamp']);
    const wanted = hmac([timestamp, method, target, sha256(body)].join('\n'));
    const age = site.clock.now() / 1000 - Number(timestamp);
    return headers['x-armillary-signature'] === wanted && Math.abs(age) < 300;
  };

  async function invalidate(name: string, headers: Record<string, string>, body: string): Promise<number> {
    const answer = await fetch(`${site.url}/api/v2/sources/${name}/invalidate`, {
      method: 'POST',
      headers,
      body,
    });
    await answer.arrayBuffer();
    return answer.status;
  }

  test('is asked with a signature and the token, and may say at once that its answer changed', async () => {
    let names = ['ann'];
    site.source.handler = (request, response) =>
      (isSigned(request) && request.headers.authorization === 'Bearer token'
        ? site.names(...names)
        : status(401))(request, response);
    const name = await site.use({ auth, mergePolicy: 'Only' });
    expect(await site.told()).toEqual(['ann', 'everybody']);
    names = ['bob'];
    expect(await site.told()).toEqual(['ann', 'everybody']);

    const body = '{"namespace":"shop"}';
    const timestamp = String(Math.floor(site.clock.now() / 1000));
    const signature = hmac(
      [timestamp, 'POST', `/api/v2/sources/${name}/invalidate`, sha256(body)].join('\n'),
    );
    const signed = { 'x-armillary-timestamp': timestamp, 'x-armillary-signature': signature };
    expect(await invalidate(name, {}, body)).toBe(401);
    expect(await invalidate(name, signed, '{"namespace":"bank"}')).toBe(401);
    expect(await invalidate('other', signed, body)).toBe(401);
    expect(await site.told()).toEqual(['ann', 'everybody']);
    expect(await invalidate(name, signed, body)).toBe(200);
    expect(await site.told()).toEqual(['bob', 'everybody']);
  });
});

test('explain says which source named whom, and how old its answer is', async () => {
  const name = await site.use();
  site.source.handler = json({ metadata: { revision: 'r7' }, receivers: [site.person('ann')] });
  await site.told();
  site.clock.advance(10_000);
  const fingerprint = await postAlert(site.url, 'shop');
  await outcomeOf(site.url, fingerprint);
  const args = [armillary, 'notification-manager', 'explain', fingerprint, '--url', site.url];
  const { stdout, code } = await runProgram(process.execPath, args);
  expect(code).toBe(0);
  expect(stdout).toMatch(
    new RegExp(`Source ${name} answered \\d+ s ago, revision r7, mergePolicy Append: receivers webhook ann`),
  );
  const why = await runProgram(process.execPath, [...args, '--receiver', 'ann']);
  expect(why.stdout).toContain(`webhook ann from source ${name} is told: source ${name} named it.\n`);
  expect(why.stdout).not.toContain('Source');
  expect(await site.metrics(name)).toEqual(['calls 1', 'hits 1', 'misses 1']);
});

describe('the sidecar that answers from the roles of the cluster', () => {
  const bind = (kind: 'ClusterRole' | 'ClusterRoleBinding', rest: object) =>
    site.world.client.apply(
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind,
        metadata: { name: 'oncall' },
        ...rest,
      },
      { fieldManager: 'test', force: true },
    );

  test('names nobody any more whose role was taken away', async () => {
    await bind('ClusterRole', { rules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }] });
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'oncall' };
    const user = { apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'ann' };
    await bind('ClusterRoleBinding', { roleRef, subjects: [user] });
    await site.world.apply(site.world.webhook('ann', { type: 'tenant', user: 'ann' }));
    await site.manage({ sidecars: { receiver: { type: 'rbac' } } });
    await sourcesAre(site.url, 'sidecar/receiver');
    /** What is told of the first alert after the answer is old, until that is so. */
    const becomes = (told: string[]) =>
      eventually(`${told.join()} are told`, async () => {
        site.clock.advance(30_000);
        return (await site.told('default')).join() === told.join();
      });
    await becomes(['ann', 'everybody']);
    await bind('ClusterRoleBinding', { roleRef, subjects: [] });
    await becomes(['everybody']);
    await site.manage({});
    await site.world.delete('receivers', 'ann');
  });
});
