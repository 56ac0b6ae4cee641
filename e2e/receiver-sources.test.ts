/**
 * What receivers from a webhook are for: a person with authority over a namespace, who is no member of it, is told of
 * its alerts. On one machine, with kubectl.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { FakeSource, json, status } from '../packages/notifications/src/sources/testing/fake-source.ts';
import { processOfRole, startArmillary, temporaryFolder, type Running } from './testing/armillary.ts';
import { KubectlSession, requiredKubectls } from './testing/kubectl.ts';
import { Inbox } from './testing/notification-world.ts';
import { eventually } from './testing/process.ts';
import { outcomeOf, postAlert, sourcesAre, whoIsTold, type Outcome } from './testing/who-is-told.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let armillary: Running;
let kubectl: KubectlSession;
let inbox: Inbox;
let source: FakeSource;
let before: string;

beforeAll(async () => {
  [folder, inbox, source] = await Promise.all([temporaryFolder(), Inbox.start(), FakeSource.start()]);
  const data = `${folder.path}/data`;
  const ports = ['--port', '0', '--api-port', '0', '--notification-port', '0'];
  armillary = await startArmillary(['up', '--data', data, ...ports]);
  kubectl = new KubectlSession(requiredKubectls().at(-1)!, armillary.ready.kubeconfig, folder.path);
  await kubectl.out(['create', 'namespace', 'shop']);
  await kubectl.out(['create', 'clusterrole', 'oncall', '--verb=get', '--resource=pods']);
  await kubectl.out(['create', 'clusterrolebinding', 'oncall', '--clusterrole=oncall', '--user=ann']);
  await kubectl.out(['create', 'rolebinding', 'member', '--clusterrole=oncall', '--user=bob', '-n=shop']);
  await apply(
    receiver('everybody', { type: 'global' }),
    receiver('shop-team', { type: 'tenant', user: 'shop' }),
    receiver('ann', { type: 'tenant', user: 'ann' }),
    receiver('bob', { type: 'tenant', user: 'bob' }),
    receiver('carol', { type: 'tenant', user: 'carol' }),
  );
  await eventually('every Receiver is known', async () => {
    const response = await fetch(`${armillary.ready.notifications}/receivers`);
    return Object.keys((await response.json()) as object).length === 5;
  });
  // Every namespace gets these, after it was made.
  await eventually('the namespace has its contents', async () => {
    const state = await namespaceState();
    return ['"ServiceAccount"', '"kube-root-ca.crt"'].every((word) => state.includes(word));
  });
  before = await namespaceState();
});

afterEach(async () => {
  await kubectl.out(['delete', 'notificationmanagers,receiversources', '--all']);
  await sourcesAre(armillary.ready.notifications);
  expect(await namespaceState()).toBe(before);
});

afterAll(async () => {
  expect(await armillary?.stop()).toBe(0);
  await inbox?.close();
  await source?.[Symbol.asyncDispose]();
  await folder?.remove();
});

async function apply(...items: object[]): Promise<void> {
  await kubectl.out(['apply', '-f=-'], { stdin: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }) });
}

const receiver = (name: string, labels: object): object => ({
  apiVersion: 'notification.kubesphere.io/v2beta2',
  kind: 'Receiver',
  metadata: { name, labels },
  spec: { webhook: { url: `${inbox.url}/${name}` } },
});

/** Who is a member of the namespace, and whatever else it holds. */
const namespaceState = async (): Promise<string> =>
  await kubectl.out(['get', 'rolebindings,roles,serviceaccounts,secrets,configmaps', '-n=shop', '-o=json']);

const told = async (namespace = 'shop'): Promise<string[]> =>
  await whoIsTold(armillary.ready.notifications, namespace);

test('without a source, people are told by the name of the namespace only', async () => {
  expect(await told()).toEqual(['everybody', 'shop-team']);
});

describe('the sidecar that answers from the roles of the cluster', () => {
  const sidecar = async (key: string): Promise<void> => {
    await apply({
      apiVersion: 'notification.kubesphere.io/v2beta2',
      kind: 'NotificationManager',
      metadata: { name: 'notifications' },
      spec: {
        receivers: {
          tenantKey: 'user',
          globalReceiverSelector: { matchLabels: { type: 'global' } },
          tenantReceiverSelector: { matchLabels: { type: 'tenant' } },
        },
        sidecars: { [key]: { type: 'rbac' } },
      },
    });
    await sourcesAre(armillary.ready.notifications, `sidecar/${key}`);
  };

  /** The sidecar follows the cluster, and "nobody" is remembered for a while. */
  const annIsTold = () =>
    eventually('the sidecar knows the roles', async () => {
      const names = await told();
      return ['ann', 'bob'].every((name) => names.includes(name));
    });

  test('names whoever may act in the namespace, beside the tenant of its name', async () => {
    await sidecar('receiver');
    await annIsTold();
    expect(await told()).toEqual(['ann', 'bob', 'everybody', 'shop-team']);
    expect(await told('not-there')).toEqual(['everybody']);
  });

  test("names them instead of that tenant under upstream's key, by upstream's contract", async () => {
    await sidecar('tenant');
    await annIsTold();
    expect(await told()).toEqual(['ann', 'bob', 'everybody']);
    expect(await told('not-there')).toEqual(['everybody']);
  });
});

describe('a webhook', () => {
  const use = async (): Promise<void> => {
    await apply({
      apiVersion: 'notification.armillary.dev/v1alpha1',
      kind: 'ReceiverSource',
      metadata: { name: 'authority' },
      spec: {
        url: source.url,
        // A busy machine may take longer to answer than the two seconds that are usual.
        timeout: '30s',
        cache: { ttl: '1s', negativeTTL: '1s' },
        addressPolicy: { allowLoopback: true },
      },
    });
    await sourcesAre(armillary.ready.notifications, 'authority');
  };

  test.each([
    ['tenants, whose own Receivers count', 'ann', () => ({ tenants: ['ann'] })],
    ['receivers, of whom the cluster has nothing', 'dora', () => ({ receivers: [receiver('dora', {})] })],
  ])('names %s, until it does not', async (_, name, answer) => {
    source.handler = json(answer());
    await use();
    expect(await told()).toEqual([name, 'everybody', 'shop-team'].toSorted());
    expect(inbox.told(name).at(-1)).toBe(inbox.told('shop-team').at(-1));

    source.handler = json({ receivers: [] });
    const asked = source.requests.length;
    const { notifications } = armillary.ready;
    let outcome: Outcome;
    // The answer holds for a second; the first alert after that has the source asked again. On a busy machine it may
    // not wait for the new answer.
    do outcome = await outcomeOf(notifications, await postAlert(notifications, 'shop'));
    while (source.requests.length === asked || outcome.words.includes('(stale)'));
    expect(outcome.told).toEqual(['everybody', 'shop-team']);
    expect(await told()).toEqual(['everybody', 'shop-team']);
  });

  test('that is away when the notification manager is killed has named people all the same', async () => {
    source.handler = json({ receivers: [receiver('dora', {})] });
    await use();
    expect(await told()).toEqual(['dora', 'everybody', 'shop-team']);
    const onDisk = join(folder.path, 'data/notifications/sources/authority');
    await eventually('the answer is on disk', async () =>
      (await readdir(onDisk).catch(() => [])).some((file) => file.endsWith('.json')),
    );
    source.handler = status(503);
    process.kill(await processOfRole(armillary.process.pid, 'notification-manager'), 'SIGKILL');
    await eventually('it is there again', async () => {
      const response = await fetch(`${armillary.ready.notifications}/readyz`).catch(() => undefined);
      await response?.arrayBuffer();
      return response?.ok;
    });
    await sourcesAre(armillary.ready.notifications, 'authority');
    expect(await told()).toEqual(['dora', 'everybody', 'shop-team']);
  });
});
