import { expect, test } from 'vitest';
import { StubCluster, type ClusterRequest } from '../testing/stub-cluster.ts';
import { kubernetesAccess } from './access.ts';

/** Knows the token `good`, whose user may read `/receivers`, by the name that roles give it. */
function review({ path, body }: ClusterRequest): object {
  const { spec } = body as { spec: { token?: string; user?: string; nonResourceAttributes?: object } };
  if (path.endsWith('/tokenreviews')) {
    return spec.token === 'good'
      ? { status: { authenticated: true, user: { username: 'alice', groups: ['ops'] } } }
      : { status: { user: {}, error: 'invalid' } };
  }
  const { path: asked, verb } = spec.nonResourceAttributes as { path: string; verb: string };
  return {
    status: {
      allowed: spec.user === 'alice' && asked === '/notification-manager/receivers' && verb === 'get',
    },
  };
}

const question = (authorization: string | undefined, path = '/receivers') =>
  ({ action: 'read', verb: 'get', path, authorization }) as const;

test('the cluster decides who somebody is and what they may', async () => {
  await using cluster = await StubCluster.start();
  cluster.review = review;
  const access = kubernetesAccess(cluster.client);
  expect(await access(question('Bearer good'))).toBe('allowed');
  expect(await access(question('Bearer good', '/configs'))).toBe('forbidden');
  expect(await access(question('Bearer bad'))).toBe('unknown');
  expect(await access(question(undefined))).toBe('unknown');
});

test('many requests are one question, and a failure is no answer', async () => {
  await using cluster = await StubCluster.start();
  cluster.review = review;
  const access = kubernetesAccess(cluster.client);
  await Promise.all(Array.from({ length: 20 }, async () => await access(question('Bearer good'))));
  expect(cluster.requests).toHaveLength(2);
  await cluster[Symbol.asyncDispose]();
  await expect(access(question('Bearer other'))).rejects.toThrow();
});
