/**
 * The notification manager with the rights of deploy/notification-manager/rights.yaml and no others does all its work.
 * KUBEBUILDER_ASSETS makes the server a real kube-apiserver.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Running } from './testing/armillary.ts';
import { InstalledNotifications, installNamespace } from './testing/installed-notifications.ts';
import { Inbox, notification } from './testing/notification-world.ts';
import { eventually } from './testing/process.ts';

const account = 'notification-manager-sa';

let cluster: InstalledNotifications;
let inbox: Inbox;
let manager: Running;
/** What the inbox was given as `Authorization`, by path. */
const credentials = new Map<string, string | undefined>();

beforeAll(async () => {
  inbox = await Inbox.start();
  inbox.answer = ({ url = '', headers }) => {
    credentials.set(url, headers.authorization);
    return true;
  };
  cluster = await InstalledNotifications.start('deployment.yaml');
  const flags = ['--port=0', '--access=kubernetes', '--anonymous-alerts', `--data=${cluster.folder}/data`];
  manager = await cluster.runAs(account, ['notification-manager', ...flags]);
});

afterAll(async () => {
  const { codes, log } = await cluster.close();
  await inbox.close();
  // One line is of the Secret elsewhere, which is refused on purpose.
  const refused = log.split('\n').filter((line) => /forbidden|\b403\b/i.test(line));
  expect(refused.filter((line) => !line.includes('elsewhere'))).toEqual([]);
  expect(codes).toEqual([0]);
});

function secret(name: string, namespace: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace },
    stringData: { token: 'of-a-secret' },
  };
}

function webhook(name: string, spec: object = {}): object {
  const url = `${inbox.url}/${name}`;
  return notification('Receiver', name, { type: 'global' }, { webhook: { url, ...spec } });
}

const bearer = (name: string, namespace?: string): object => ({
  httpConfig: {
    bearerToken: { valueFrom: { secretKeyRef: { name, key: 'token', ...(namespace && { namespace }) } } },
  },
});

/** Posts alerts until the receiver is told of one, by the words it shall be told: objects reach the caches when they do. */
async function told(receiver: string, alertname: string, words = alertname): Promise<void> {
  let attempt = 0;
  await eventually(`${receiver} is told`, async () => {
    attempt += 1;
    const alerts = [{ status: 'firing', labels: { alertname, attempt: `${attempt}` } }];
    const url = `${manager.ready.notifications}/api/v2/alerts`;
    const posted = await fetch(url, { method: 'POST', body: JSON.stringify({ version: '4', alerts }) });
    expect(posted.status).toBe(200);
    return inbox.told(receiver).includes(words);
  });
}

test('objects are followed, and a Secret of its own namespace is read', async () => {
  await cluster.apply(secret('hook', installNamespace), webhook('guarded', bearer('hook')));
  await told('guarded', 'Guarded');
  expect(credentials.get('/guarded')).toBe('Bearer of-a-secret');
});

test('templates of a ConfigMap are read', async () => {
  const text = `{{ define "own" }}{"alerts":[{{ range $i, $a := .Alerts }}{{ if $i }},{{ end }}{"labels":{"alertname":"own {{ .Labels.alertname }}"}}{{ end }}]}{{ end }}`;
  const receivers = {
    tenantKey: 'user',
    globalReceiverSelector: { matchLabels: { type: 'global' } },
    tenantReceiverSelector: { matchLabels: { type: 'tenant' } },
  };
  await cluster.apply(
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'templates', namespace: installNamespace },
      data: { own: text },
    },
    notification('NotificationManager', 'main', {}, { receivers, template: { text: { name: 'templates' } } }),
    webhook('templated', { template: 'own' }),
  );
  await told('templated', 'Templated', 'own Templated');
});

test('a Secret of a namespace where it has no role is not read, and nobody else waits for that', async () => {
  await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'elsewhere' } });
  await cluster.apply(secret('hook', 'elsewhere'), webhook('stranger', bearer('hook', 'elsewhere')));
  await told('guarded', 'Next');
  expect(inbox.told('stranger')).toEqual([]);
});

test.each([
  ['patch', 'receiversources.notification.armillary.dev', '--subresource=status'],
  ['create', 'tokenreviews.authentication.k8s.io'],
  ['create', 'subjectaccessreviews.authorization.k8s.io'],
  ['get', 'secrets', `--namespace=${installNamespace}`],
])('it may %s %s', async (...question) => {
  expect(await mayI(question)).toBe('yes');
});

test.each([
  ['list', 'secrets', `--namespace=${installNamespace}`],
  ['get', 'secrets', '--namespace=default'],
  ['list', 'namespaces'],
  ['get', 'pods', '--all-namespaces'],
  ['update', 'receivers.notification.kubesphere.io'],
  ['patch', 'receiversources.notification.armillary.dev'],
  ['create', 'events', '--namespace=default'],
])('it may not %s %s', async (...question) => {
  expect(await mayI(question)).toBe('no');
});

async function mayI(question: string[]): Promise<string> {
  const as = `--as=system:serviceaccount:${installNamespace}:${account}`;
  // The exit code is 1 for a no.
  return (await cluster.kubectl.run(['auth', 'can-i', ...question, as])).stdout.trim();
}
