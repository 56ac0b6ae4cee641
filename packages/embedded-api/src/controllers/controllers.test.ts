import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { apiserverUser } from '../authn/system-users.ts';
import { ServiceAccountTokens } from '../authn/service-account-tokens.ts';
import { Authorizer } from '../authz/authorizer.ts';
import { clusterRoleBindingsKey, clusterRolesKey } from '../authz/binding-index.ts';
import { ruleAllows, type PolicyRule } from '../authz/policy-rule.ts';
import type { Controller } from './controller.ts';
import { startControllers } from './controllers.ts';
import { eventExpiry } from './event-expiry.ts';
import { kubernetesService } from './kubernetes-service.ts';
import { InProcess } from './testing/in-process.ts';
import { tokenSecrets } from './token-secrets.ts';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
let server: InProcess;
let tokens: ServiceAccountTokens;
let running: Controller | undefined;
beforeEach(() => {
  server = new InProcess();
  tokens = new ServiceAccountTokens(privateKey, server.store);
});
afterEach(async () => {
  await running?.stop();
  running = undefined;
  server.store.close();
  expect(server.errors).toEqual([]);
});

const startAll = async (): Promise<void> => {
  running = await startControllers({
    ...server.context,
    tokens,
    ca: 'CA',
    address: { serviceIp: '10.96.0.1', port: 6443, advertised: { ip: '192.0.2.1', port: 6443 } },
  });
};

const rulesOf = (name: string): PolicyRule[] =>
  (server.get('clusterroles', '', name)?.['rules'] ?? []) as PolicyRule[];

describe('startControllers', () => {
  test('a new server has what every cluster has', async () => {
    await startAll();
    await running?.settled();
    expect(server.names('namespaces')).toContain('kube-system');
    expect(server.get('services', 'default', 'kubernetes')?.['spec']).toMatchObject({
      clusterIP: '10.96.0.1',
    });
    expect(server.names('endpointslices', 'default')).toEqual(['kubernetes']);
    expect(server.get('endpoints', 'default', 'kubernetes')?.['subsets']).toMatchObject([
      { addresses: [{ ip: '192.0.2.1' }] },
    ]);
    expect(server.names('roles', 'kube-system')).toEqual(['extension-apiserver-authentication-reader']);
    const bound = {
      user: { username: 'x', groups: ['system:authenticated'] },
      verb: 'get',
      path: '/openapi/v3',
    };
    const request = {
      ...bound,
      group: '',
      version: '',
      resource: '',
      subresource: '',
      namespace: '',
      name: '',
    };
    expect(new Authorizer(server.store).authorize({ ...request, resourceRequest: false }).allowed).toBe(true);
  });

  test('admin, edit and view have gathered their rules at the start, and follow what is added', async () => {
    await startAll();
    const request = {
      user: apiserverUser,
      verb: 'get',
      group: '',
      version: 'v1',
      resource: 'pods',
      subresource: 'log',
      namespace: 'a',
      name: 'p',
      resourceRequest: true,
      path: '',
    };
    for (const role of ['admin', 'edit', 'view'])
      expect(
        rulesOf(role).some((rule) => ruleAllows(rule, request)),
        role,
      ).toBe(true);
    await server.create('clusterroles', '', 'widgets', {
      metadata: { labels: { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' } },
      rules: [{ apiGroups: ['example.com'], resources: ['widgets'], verbs: ['get'] }],
    });
    await running?.settled();
    const widgets = { ...request, group: 'example.com', resource: 'widgets', subresource: '' };
    for (const role of ['admin', 'edit', 'view'])
      expect(
        rulesOf(role).some((rule) => ruleAllows(rule, widgets)),
        role,
      ).toBe(true);
    await server.delete('clusterroles', '', 'widgets');
    await running?.settled();
    expect(rulesOf('admin').some((rule) => ruleAllows(rule, widgets))).toBe(false);
  });

  test('a restart writes nothing when nothing is missing, and completes what was cut down', async () => {
    await startAll();
    await running?.settled();
    await running?.stop();
    const before = server.store.resourceVersion;
    await startAll();
    await running?.settled();
    expect(server.store.resourceVersion).toBe(before);
    await running?.stop();
    await server.patch('clusterroles', '', 'system:basic-user', { rules: [] });
    await server.patch('clusterroles', '', 'system:discovery', {
      metadata: { annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'false' } },
      rules: [],
    });
    await server.patch('clusterrolebindings', '', 'system:basic-user', { subjects: [] });
    await startAll();
    await running?.settled();
    expect(rulesOf('system:basic-user').length).toBeGreaterThan(0);
    expect(rulesOf('system:discovery')).toEqual([]);
    expect(server.store.get(clusterRoleBindingsKey, '', 'system:basic-user')?.['subjects']).toHaveLength(1);
    expect(server.store.get(clusterRolesKey, '', 'cluster-admin')).toBeDefined();
  });
});

describe('tokenSecrets', () => {
  const secretOf = (account: string) => ({
    metadata: { annotations: { 'kubernetes.io/service-account.name': account } },
    type: 'kubernetes.io/service-account-token',
  });

  test('a secret that names an account gets a token that works until the secret or the account goes', async () => {
    running = tokenSecrets(server.context, tokens, 'CA');
    await server.createNamespace('a');
    await server.create('serviceaccounts', 'a', 'robot');
    await server.create('secrets', 'a', 's', secretOf('robot'));
    await running.settled();
    const data = server.get('secrets', 'a', 's')?.['data'] as Record<string, string>;
    const token = Buffer.from(data['token'] ?? '', 'base64').toString();
    expect(Buffer.from(data['ca.crt'] ?? '', 'base64').toString()).toBe('CA');
    expect(Buffer.from(data['namespace'] ?? '', 'base64').toString()).toBe('a');
    expect(tokens.verify(token)?.user.username).toBe('system:serviceaccount:a:robot');
    await server.delete('serviceaccounts', 'a', 'robot');
    await running.settled();
    expect(server.names('secrets', 'a')).toEqual([]);
    expect(tokens.verify(token)).toBeUndefined();
  });

  test('a secret without its account is deleted, others are left alone', async () => {
    await server.createNamespace('a');
    await server.create('secrets', 'a', 's', secretOf('nobody'));
    await server.create('secrets', 'a', 'other', { type: 'Opaque' });
    running = tokenSecrets(server.context, tokens, 'CA');
    await running.settled();
    expect(server.names('secrets', 'a')).toEqual(['other']);
  });
});

test('events go an hour after they were last written', async () => {
  await server.createNamespace('a');
  const event = {
    involvedObject: { kind: 'Pod', name: 'p', namespace: 'a' },
    reason: 'R',
    message: 'm',
    type: 'Normal',
  };
  await server.create('events', 'a', 'old', { ...event, lastTimestamp: '2026-05-01T09:30:00Z' });
  server.now = new Date('2026-05-01T11:00:00Z');
  const expiry = eventExpiry(server.context);
  running = expiry;
  await server.create('events', 'a', 'renewed', event);
  await server.create('events', 'a', 'new', event);
  await expiry.sweep();
  expect(server.names('events', 'a')).toEqual(['new', 'renewed']);
  server.now = new Date('2026-05-01T11:50:00Z');
  await server.patch('events', 'a', 'renewed', { message: 'again' });
  server.now = new Date('2026-05-01T12:00:01Z');
  await expiry.sweep();
  expect(server.names('events', 'a')).toEqual(['renewed']);
});

test('the Service kubernetes comes back, and follows the server to another port', async () => {
  await server.createNamespace('default');
  const service = kubernetesService(server.context, { serviceIp: '10.96.0.1', port: 6443 });
  await service.settled();
  await server.delete('services', 'default', 'kubernetes');
  await service.settled();
  expect(server.names('services', 'default')).toEqual(['kubernetes']);
  await service.stop();
  running = kubernetesService(server.context, { serviceIp: '10.97.0.1', port: 7443 });
  await running.settled();
  expect(server.get('services', 'default', 'kubernetes')?.['spec']).toMatchObject({
    clusterIP: '10.97.0.1',
    ports: [{ targetPort: 7443 }],
  });
  expect(server.get('endpoints', 'default', 'kubernetes')?.['subsets'] ?? []).toEqual([]);
});
