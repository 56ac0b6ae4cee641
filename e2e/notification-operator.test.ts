/**
 * The operator role with the rights of deploy/notification-manager, and what its pods would run. KUBEBUILDER_ASSETS makes
 * the server a real kube-apiserver.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { InstalledNotifications, installNamespace } from './testing/installed-notifications.ts';
import { Inbox, notification } from './testing/notification-world.ts';
import { eventually } from './testing/process.ts';
import { freePort } from './testing/free-port.ts';

interface Container {
  name: string;
  image: string;
  command?: string[];
  args?: string[];
  env?: { name: string; value?: string; valueFrom?: object }[];
}
interface Deployment {
  metadata: { resourceVersion: string };
  spec: { replicas: number; template: { spec: { serviceAccountName: string; containers: Container[] } } };
}

const ourImage = 'registry.example/armillary:1';
const receivers = {
  tenantKey: 'user',
  globalReceiverSelector: { matchLabels: { type: 'global' } },
  tenantReceiverSelector: { matchLabels: { type: 'tenant' } },
};

let cluster: InstalledNotifications;
let inbox: Inbox;

beforeAll(async () => {
  inbox = await Inbox.start();
  cluster = await InstalledNotifications.start('operator.yaml', 'sidecar-rights.yaml');
  await cluster.runAs('armillary-notification-operator', [
    'controller',
    '--components=notification-operator',
    `--notification-image=${ourImage}`,
  ]);
});

afterAll(async () => {
  const { codes, log } = await cluster.close();
  await inbox.close();
  expect(log).not.toMatch(/forbidden|\b403\b/i);
  expect(new Set(codes)).toEqual(new Set([0]));
});

async function applyManager(name: string, spec: object): Promise<void> {
  await cluster.apply(notification('NotificationManager', name, {}, { receivers, ...spec }));
}

/** Waits until the Deployment of an object is as it shall be. */
async function deployment(name: string, fits: (found: Deployment) => boolean): Promise<Deployment> {
  return await eventually(`the Deployment of ${name}`, async () => {
    const found = await cluster.get<Deployment>('deployment', `${name}-deployment`);
    return found && fits(found) ? found : undefined;
  });
}

/** Waits for events of a reason. */
async function eventsOf(reason: string): Promise<{ involvedObject: { name: string }; message: string }[]> {
  return await eventually(`events ${reason}`, async () => {
    const args = ['get', 'events', `--field-selector=reason=${reason}`, '-o=json', '--namespace=default'];
    const { items } = JSON.parse(await cluster.kubectl.out(args)) as {
      items: { involvedObject: { name: string }; message: string }[];
    };
    return items.length > 0 && items;
  });
}

const containersOf = (found: Deployment): Container[] => found.spec.template.spec.containers;

describe('an object', () => {
  test('becomes a Deployment and a Service, with the sidecars beside the program', async () => {
    await applyManager('main', {
      serviceAccountName: 'notification-manager-sa',
      sidecars: { tenant: { type: 'rbac' }, audit: { type: 'own', image: 'audit:1' } },
    });
    const found = await deployment('main', () => true);
    expect(containersOf(found).map(({ name, image }) => [name, image])).toEqual([
      ['notification-manager', ourImage],
      ['audit-sidecar', 'audit:1'],
      ['tenant-sidecar', ourImage],
    ]);
    const service = await eventually('the Service', () => cluster.get<object>('service', 'main-svc'));
    expect(service).toMatchObject({
      metadata: { labels: { app: 'notification-manager', 'notification-manager': 'main' } },
      spec: { ports: [{ name: 'webhook', port: 19093 }] },
    });
  });

  test('that changes changes its pods: image, replicas and arguments', async () => {
    await applyManager('main', { image: 'mirror.example/nm:2', replicas: 2, args: ['--log.level=debug'] });
    const found = await deployment('main', ({ spec }) => spec.replicas === 2);
    expect(containersOf(found)).toMatchObject([
      { name: 'notification-manager', image: 'mirror.example/nm:2', args: ['--log.level=debug'] },
    ]);
    // What only this program understands is not given to another's image, and goes when the image does.
    expect(containersOf(found)[0]?.command).toBeUndefined();
    await applyManager('main', { replicas: 1 });
    const back = await deployment('main', (now) => containersOf(now)[0]?.image === ourImage);
    expect(containersOf(back)[0]).toMatchObject({ command: ['armillary', 'notification-manager'] });
    expect(containersOf(back)[0]?.args).toBeUndefined();
  });

  test('gets back what somebody deleted or changed', async () => {
    await cluster.kubectl.out(['delete', 'service', 'main-svc', `--namespace=${installNamespace}`]);
    await eventually('the Service is back', () => cluster.get<object>('service', 'main-svc'));
    const scale = [
      'scale',
      'deployment',
      'main-deployment',
      '--replicas=5',
      `--namespace=${installNamespace}`,
    ];
    await cluster.kubectl.out(scale);
    await deployment('main', ({ spec }) => spec.replicas === 1);
  });

  test('whose pods are as they shall be leaves them alone', async () => {
    const before = await deployment('main', () => true);
    await cluster.kubectl.out(['annotate', 'notificationmanager', 'main', 'note=seen']);
    // Objects are looked after one by one, in the order of their changes.
    await applyManager('next', {});
    await deployment('next', () => true);
    const after = await deployment('main', () => true);
    expect(after.metadata.resourceVersion).toBe(before.metadata.resourceVersion);
  });

  test('with several replicas that share no store is warned of', async () => {
    await applyManager('alone', { replicas: 2 });
    const name = 'ARMILLARY_NOTIFICATION_STORE_URL';
    const secret = { valueFrom: { secretKeyRef: { name: 'store', key: 'url' } } };
    await applyManager('sharing', { replicas: 2, env: [{ name, ...secret }] });
    await deployment('sharing', ({ spec }) => spec.replicas === 2);
    const warned = await eventsOf('StoreNotShared');
    expect(warned.map(({ involvedObject }) => involvedObject.name)).toEqual(['alone']);
    expect(warned[0]?.message).toMatch(/PostgreSQL/);
  });

  test('that no pods can be made of says so where it was written', async () => {
    await applyManager('wrong', { portName: 'no name of a port' });
    const [refused] = await eventsOf('PodsRefused');
    expect(refused).toMatchObject({
      involvedObject: { name: 'wrong' },
      message: expect.stringContaining('spec.ports[0].name'),
    });
  });

  test('that goes takes its Deployment and its Service with it', async () => {
    await cluster.kubectl.out([
      'delete',
      'notificationmanagers',
      'main',
      'next',
      'alone',
      'sharing',
      'wrong',
    ]);
    await eventually(
      'nothing is left',
      async () => {
        const args = ['get', 'deployments,services', '-l=notification-manager', '-o=name'];
        return (await cluster.kubectl.out([...args, `--namespace=${installNamespace}`])) === '';
      },
      60_000,
    );
  });
});

test('what the pods would run works with the rights of their account, and with arguments of upstream', async () => {
  const sidecarPort = await freePort();
  await applyManager('pods', {
    serviceAccountName: 'notification-manager-sa',
    args: ['--webhook.address=127.0.0.1:0', '--log.level=info', '--store.type=memory', '--worker.queue=1000'],
    sidecars: { tenant: { type: 'rbac', ports: [{ containerPort: sidecarPort }] } },
    // Given to every container, as upstream does.
    env: [{ name: 'TZ', value: 'UTC' }],
  });
  const [program, sidecar] = containersOf(await deployment('pods', () => true)) as [Container, Container];
  await cluster.runAs('notification-manager-sa', [...sidecar.command!.slice(1), ...sidecar.args!]);
  const env = Object.fromEntries(program.env!.map(({ name, value }) => [name, value ?? installNamespace]));
  const { ready } = await cluster.runAs(
    'notification-manager-sa',
    [...program.command!.slice(1), ...program.args!],
    { ...env, ARMILLARY_DATA: `${cluster.folder}/data` },
  );

  // The tenant of the namespace is the person whose role lets them see its pods.
  await cluster.apply(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'sees-pods' },
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'ann-sees-pods' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'sees-pods' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'ann' }],
    },
    ...['ann', 'bob'].map((user) =>
      notification('Receiver', user, { type: 'tenant', user }, { webhook: { url: `${inbox.url}/${user}` } }),
    ),
  );
  const name = 'armillary-told';
  let attempt = 0;
  await eventually('ann is told', async () => {
    // Objects and roles reach the caches when they do: each probe is an alert of its own.
    attempt += 1;
    const alert = { status: 'firing', labels: { alertname: name, namespace: 'shop', attempt: `${attempt}` } };
    const posted = await fetch(`${ready.notifications}/api/v2/alerts`, {
      method: 'POST',
      body: JSON.stringify({ version: '4', alerts: [alert] }),
    });
    expect(posted.status).toBe(200);
    return inbox.told('ann').includes(name);
  });
  expect(inbox.told('bob')).toEqual([]);
  // Alerts come from everybody; who is told is shown to those whom the cluster allows it.
  expect((await fetch(`${ready.notifications}/receivers`)).status).toBe(401);
});
