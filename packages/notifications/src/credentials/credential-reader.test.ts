import { expect, test } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { StubCluster } from '../testing/stub-cluster.ts';
import { CredentialReader } from './credential-reader.ts';

const path = '/api/v1/namespaces/secrets/secrets/slack';
const secret = (token: string): object => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'slack', namespace: 'secrets' },
  data: { token: Buffer.from(token).toString('base64') },
});
const reference = (key: string, namespace?: string) => ({
  valueFrom: { secretKeyRef: { name: 'slack', key, ...(namespace === undefined ? {} : { namespace }) } },
});

function readerOf(cluster: StubCluster, clock = new FakeClock()): CredentialReader {
  return new CredentialReader({ client: cluster.client, clock, defaultNamespace: () => 'secrets' });
}

test('a credential is written out, or a key of a Secret in the namespace for Secrets', async () => {
  await using cluster = await StubCluster.start();
  cluster.objects.set(path, secret('xoxb'));
  const reader = readerOf(cluster);
  expect(await reader.read({ value: 'plain' })).toBe('plain');
  expect(await reader.read(reference('token'))).toBe('xoxb');
  expect(await reader.read(reference('token', 'secrets'))).toBe('xoxb');
});

test('the line end of a file that became a Secret is no part of it', async () => {
  await using cluster = await StubCluster.start();
  cluster.objects.set(path, secret('xoxb\r\n'));
  expect(await readerOf(cluster).read(reference('token'))).toBe('xoxb');
});

test('many messages are one request, and a rotated secret is soon seen', async () => {
  await using cluster = await StubCluster.start();
  cluster.objects.set(path, secret('old'));
  const clock = new FakeClock();
  const reader = readerOf(cluster, clock);
  await Promise.all(Array.from({ length: 50 }, async () => await reader.read(reference('token'))));
  expect(cluster.requests).toHaveLength(1);
  cluster.objects.set(path, secret('new'));
  clock.advance(10_001);
  expect(await reader.read(reference('token'))).toBe('new');
});

test.each([
  ['a Secret that is not there', 404, /there is no Secret secrets\/slack/],
  ['a Secret that may not be read', 403, /may not read Secret secrets\/slack/],
  ['a key that is not there', secret('x'), /has no key password/],
])('%s is said, and asked for again the next time', async (_, found, words) => {
  await using cluster = await StubCluster.start();
  cluster.objects.set(path, found);
  const reader = readerOf(cluster);
  await expect(reader.read(reference('password'))).rejects.toMatchObject({
    code: 'CredentialUnavailable',
    message: expect.stringMatching(words),
  });
  cluster.objects.set(path, { ...secret('x'), data: { password: 'cA==' } });
  if (typeof found === 'number') expect(await reader.read(reference('password'))).toBe('p');
});

test('Secrets of namespaces that are not listed are not even asked for', async () => {
  await using cluster = await StubCluster.start();
  cluster.objects.set(path, secret('xoxb'));
  const reader = readerOf(cluster);
  const refused = { code: 'CredentialUnavailable', message: expect.stringContaining('secretNamespaces') };
  await expect(reader.read(reference('token'), { namespaces: [] })).rejects.toMatchObject(refused);
  expect(cluster.requests).toEqual([]);
  expect(await reader.read(reference('token'), { namespaces: ['secrets'] })).toBe('xoxb');
});

test('a clock that is set back by a day does not keep a rotated secret for a day', async () => {
  await using cluster = await StubCluster.start();
  cluster.objects.set(path, secret('old'));
  const clock = new FakeClock();
  const reader = readerOf(cluster, clock);
  expect(await reader.read(reference('token'))).toBe('old');
  cluster.objects.set(path, secret('new'));
  clock.advance(-86_400_000);
  expect(await reader.read(reference('token'))).toBe('new');
});
