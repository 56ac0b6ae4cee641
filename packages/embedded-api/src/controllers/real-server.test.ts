import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { WebhookServer, patching } from '../admission/testing/webhook-server.ts';
import { startApiServer, type ApiServer, type ApiServerOptions } from '../api-server.ts';

const soon = { timeout: 30_000 };

interface Answer {
  code: number;
  warnings: string | undefined;
  body: ReturnType<typeof JSON.parse>;
}

let dir: string;
let server: ApiServer;
const logged: string[] = [];
const start = async (options: Partial<ApiServerOptions> = {}): Promise<void> => {
  const logger = {
    error: (bindings: object, message: string) =>
      void logged.push(`${message} ${String((bindings as { err?: unknown }).err)}`),
  };
  server = await startApiServer({ dataDir: dir, port: 0, logger, ...options });
};
beforeEach(async () => {
  logged.length = 0;
  dir = mkdtempSync(join(tmpdir(), 'controllers-'));
  await start();
});
afterEach(async () => {
  await server.close();
  rmSync(dir, { recursive: true, force: true });
});

/** Calls as the administrator, or with a bearer token. */
const call = (method: string, path: string, body?: unknown, token?: string): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { cert, key } = server.pki.admin;
    const content = body === undefined ? '' : JSON.stringify(body);
    const outgoing = request(
      `${server.url}${path}`,
      {
        method,
        ca: server.ca,
        agent: false,
        ...(token === undefined ? { cert, key } : {}),
        headers: {
          accept: 'application/json',
          'content-length': Buffer.byteLength(content),
          'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
      },
      (answer) => {
        let text = '';
        answer.on('data', (chunk) => (text += String(chunk)));
        answer.on('end', () => {
          const warnings = answer.headers['warning'];
          resolve({
            code: answer.statusCode ?? 0,
            warnings: Array.isArray(warnings) ? warnings.join() : warnings,
            body: text.startsWith('{') ? JSON.parse(text) : text,
          });
        });
      },
    );
    outgoing.on('error', reject).end(content);
  });

const created = async (path: string, body: unknown): Promise<Answer['body']> => {
  const answer = await call('POST', path, body);
  expect(answer.code, JSON.stringify(answer.body)).toBe(201);
  return answer.body;
};
const gone = (path: string): Promise<unknown> =>
  vi.waitFor(async () => expect((await call('GET', path)).code).toBe(404), soon);

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};
const widgets = '/apis/example.com/v1/namespaces/a/widgets';
const widget = (name: string, metadata: Record<string, unknown> = {}) => ({
  apiVersion: 'example.com/v1',
  kind: 'Widget',
  metadata: { name, ...metadata },
});
const serveWidgets = async (): Promise<void> => {
  await created('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition);
  await vi.waitFor(async () => expect((await call('GET', widgets)).code).toBe(200), soon);
};
const createNamespace = (name: string): Promise<unknown> =>
  created('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

test('namespaces go with their custom resources, except those that must stay', async () => {
  await createNamespace('a');
  await serveWidgets();
  await created(widgets, widget('w', { finalizers: ['example.com/hold'] }));
  expect((await call('DELETE', '/api/v1/namespaces/a')).body.status.phase).toBe('Terminating');
  const refused = await call('POST', widgets, widget('late'));
  expect(refused.code).toBe(403);
  await vi.waitFor(async () => {
    const { body } = await call('GET', '/api/v1/namespaces/a');
    expect(JSON.stringify(body.status.conditions)).toContain('example.com/hold in 1 resource instances');
  }, soon);
  await call('PATCH', `${widgets}/w`, { metadata: { finalizers: null } });
  await gone('/api/v1/namespaces/a');
  const kept = await call('DELETE', '/api/v1/namespaces/kube-system');
  expect(kept.body.message).toBe('namespaces "kube-system" is forbidden: this namespace may not be deleted');
  expect(logged).toEqual([]);
});

test('custom resources are collected, also when the server was down meanwhile', async () => {
  await createNamespace('a');
  await serveWidgets();
  const owner = await created(widgets, widget('owner', { finalizers: ['example.com/hold'] }));
  const ownerReferences = [
    {
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      name: 'owner',
      uid: owner.metadata.uid,
      blockOwnerDeletion: true,
    },
  ];
  await created(widgets, widget('child', { ownerReferences }));
  const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'child', ownerReferences } };
  await created('/api/v1/namespaces/a/configmaps', configMap);
  await call('DELETE', `${widgets}/owner`, { propagationPolicy: 'Foreground' });
  await gone(`${widgets}/child`);
  await gone('/api/v1/namespaces/a/configmaps/child');
  await created(widgets, widget('late', { ownerReferences }));
  await server.close();
  await start();
  await call('PATCH', `${widgets}/owner`, { metadata: { finalizers: null } });
  await gone(`${widgets}/owner`);
  await gone(`${widgets}/late`);
  expect(logged).toEqual([]);
});

describe('a service account', () => {
  const asked = async (token: string, path: string): Promise<number> =>
    (await call('GET', path, undefined, token)).code;

  test('may do what its role says, as long as it exists', async () => {
    await createNamespace('a');
    await created('/api/v1/namespaces/a/serviceaccounts', {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'robot' },
    });
    const { body } = await call('POST', '/api/v1/namespaces/a/serviceaccounts/robot/token', {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      metadata: {},
      spec: { expirationSeconds: 600 },
    });
    const { token } = body.status as { token: string };
    expect(await asked(token, '/api/v1/namespaces/a/pods')).toBe(403);
    await created('/apis/rbac.authorization.k8s.io/v1/namespaces/a/rolebindings', {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'robot' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
      subjects: [{ kind: 'ServiceAccount', name: 'robot', namespace: 'a' }],
    });
    expect(await asked(token, '/api/v1/namespaces/a/pods')).toBe(200);
    expect(await asked(token, '/api/v1/namespaces/a/secrets')).toBe(403);
    expect(await asked(token, '/api/v1/namespaces/default/pods')).toBe(403);
    expect(await asked(server.pki.adminToken, '/api/v1/secrets')).toBe(200);
    await call('DELETE', '/api/v1/namespaces/a/serviceaccounts/robot');
    expect(await asked(token, '/api/v1/namespaces/a/pods')).toBe(401);
  });
});

test('a token file names users and their groups, and nothing in it outranks the roles', async () => {
  await server.close();
  const tokenAuthFile = join(dir, 'tokens.csv');
  writeFileSync(tokenAuthFile, 'token-of-ann,ann,1,"dev,ops"\n');
  await start({ tokenAuthFile });
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
  const { body } = await call('POST', path, review, 'token-of-ann');
  expect(body.status.userInfo).toEqual({
    username: 'ann',
    uid: '1',
    groups: ['dev', 'ops', 'system:authenticated'],
  });
  expect((await call('GET', '/api/v1/secrets', undefined, 'token-of-ann')).code).toBe(403);
  expect((await call('GET', '/healthz', undefined, 'token-of-bob')).code).toBe(401);
});

test('webhooks change, warn and refuse', async () => {
  const hooks = new WebhookServer();
  await hooks.listen();
  try {
    hooks.behaviours.set('/m', () => ({
      ...patching({ op: 'add', path: '/metadata/labels', value: { seen: 'yes' } }),
      warnings: ['mind the gap'],
    }));
    hooks.behaviours.set('/v', ({ request: { name } }) => ({
      allowed: name !== 'bad',
      status: { code: 403, message: 'bad name' },
    }));
    const rules = [
      { operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] },
    ];
    const hook = (path: string) => ({
      name: `${path}.example.com`,
      rules,
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
      clientConfig: { url: `https://127.0.0.1:${hooks.port}/${path}`, caBundle: hooks.caBundle },
    });
    const group = '/apis/admissionregistration.k8s.io/v1';
    const apiVersion = 'admissionregistration.k8s.io/v1';
    const mutating = await created(`${group}/mutatingwebhookconfigurations`, {
      apiVersion,
      kind: 'MutatingWebhookConfiguration',
      metadata: { name: 'm' },
      webhooks: [hook('m')],
    });
    expect(mutating.webhooks[0]).toMatchObject({
      failurePolicy: 'Fail',
      timeoutSeconds: 10,
      rules: [{ scope: '*' }],
    });
    const broken = await call('POST', `${group}/validatingwebhookconfigurations`, {
      apiVersion,
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: 'v' },
      webhooks: [{ ...hook('v'), sideEffects: 'Some' }],
    });
    expect(broken.code).toBe(422);
    await created(`${group}/validatingwebhookconfigurations`, {
      apiVersion,
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: 'v' },
      webhooks: [hook('v')],
    });
    const configMap = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });
    const good = await call('POST', '/api/v1/namespaces/default/configmaps', configMap('good'));
    expect(good.body.metadata.labels).toEqual({ seen: 'yes' });
    expect(good.warnings).toContain('mind the gap');
    const bad = await call('POST', '/api/v1/namespaces/default/configmaps', configMap('bad'));
    expect(bad.code).toBe(403);
    expect(bad.body.message).toBe('admission webhook "v.example.com" denied the request: bad name');
  } finally {
    hooks.close();
  }
});
