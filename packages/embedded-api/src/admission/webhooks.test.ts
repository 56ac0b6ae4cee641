import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { apiserverUser } from '../authn/system-users.ts';
import { InProcess, customResource } from '../controllers/testing/in-process.ts';
import type { KubeObject } from '../object.ts';
import { StatusError, type Status } from '../status-error.ts';
import { Store } from '../storage/store.ts';
import { WebhookServer, patching } from './testing/webhook-server.ts';
import type { Webhook, WebhookRule } from './webhook-configuration.ts';
import { AdmissionWebhooks } from './webhooks.ts';
import { Registry } from '../registry/registry.ts';
import { builtinResources } from '../builtin/resources.ts';

let hooks: WebhookServer;
let server: InProcess;
let webhooks: AdmissionWebhooks;
let ignored: string[];

beforeEach(async () => {
  hooks = new WebhookServer();
  await hooks.listen();
  ignored = [];
  const store = new Store(':memory:');
  const registry = new Registry(builtinResources());
  registry.replaceCustom('widgets.example.com', [
    { ...customResource('widgets', 'Widget', true), version: 'v2', storageVersion: 'v1' },
    customResource('widgets', 'Widget', true),
  ]);
  webhooks = new AdmissionWebhooks({
    store,
    registry,
    onIgnoredFailure: (webhook, error) => ignored.push(`${webhook}: ${error.message}`),
  });
  server = new InProcess(store, [webhooks]);
  server.serveCustom();
  await server.createNamespace('a');
});
afterEach(() => {
  webhooks.close();
  hooks.close();
  server.store.close();
});

const everything: WebhookRule = { operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*'] };

const hook = (name: string, more: Partial<Webhook> = {}): Webhook => ({
  name: `${name}.example.com`,
  clientConfig: { url: `https://127.0.0.1:${hooks.port}/${name}`, caBundle: hooks.caBundle },
  rules: [everything],
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
  ...more,
});

const register = (kind: 'mutating' | 'validating', name: string, ...list: Webhook[]): Promise<KubeObject> =>
  server.create(`${kind}webhookconfigurations`, '', name, { webhooks: list });

const behave = (name: string, ...responses: Record<string, unknown>[]): void => {
  let calls = 0;
  hooks.behaviours.set(`/${name}`, () => responses[Math.min(calls++, responses.length - 1)]);
};

const create = (name: string, more: Partial<KubeObject> = {}, plural = 'configmaps'): Promise<KubeObject> =>
  server.create(plural, 'a', name, more);

const refused = async (write: Promise<unknown>): Promise<Status> => {
  try {
    await write;
  } catch (error) {
    if (error instanceof StatusError) return error.status;
    throw error;
  }
  throw new Error('the write went through');
};

const called = (): string[] => hooks.calls.map(({ url }) => url.slice(1).replace(/\?.*/, ''));

describe('the review', () => {
  test('tells everything about the request', async () => {
    behave('all', { allowed: true });
    await register('validating', 'c', hook('all', { timeoutSeconds: 7 }));
    await create('x', { data: { k: 'v' } });
    await server.patch('configmaps', 'a', 'x', { data: { k: 'w' } });
    await server.delete('configmaps', 'a', 'x');
    const [created, updated, deleted] = hooks.calls;
    expect(created).toMatchObject({
      url: '/all?timeout=7s',
      kind: 'AdmissionReview',
      apiVersion: 'admission.k8s.io/v1',
      request: {
        kind: { group: '', version: 'v1', kind: 'ConfigMap' },
        resource: { group: '', version: 'v1', resource: 'configmaps' },
        requestKind: { kind: 'ConfigMap' },
        name: 'x',
        namespace: 'a',
        operation: 'CREATE',
        userInfo: { username: apiserverUser.username, groups: apiserverUser.groups },
        object: { kind: 'ConfigMap', data: { k: 'v' } },
        oldObject: null,
        dryRun: false,
        options: { kind: 'CreateOptions' },
      },
    });
    expect(updated?.request).toMatchObject({
      operation: 'UPDATE',
      object: { data: { k: 'w' } },
      oldObject: { data: { k: 'v' } },
    });
    expect(deleted?.request).toMatchObject({
      operation: 'DELETE',
      object: null,
      oldObject: { data: { k: 'w' } },
    });
  });

  test('comes in the older form for webhooks that know only that', async () => {
    behave('old', { allowed: true, uid: undefined });
    await register('validating', 'c', hook('old', { admissionReviewVersions: ['v2', 'v1beta1'] }));
    await create('x');
    expect(hooks.calls[0]?.apiVersion).toBe('admission.k8s.io/v1beta1');
  });

  test('a custom resource is shown in the version that the rule names, and patched in its own', async () => {
    const rule = { ...everything, apiGroups: ['example.com'], apiVersions: ['v2'], resources: ['widgets'] };
    behave('other', patching({ op: 'add', path: '/spec', value: { seen: true } }));
    await register(
      'mutating',
      'c',
      hook('other', { rules: [rule] }),
      hook('exact', { rules: [rule], matchPolicy: 'Exact' }),
    );
    const widget = await create('w', {}, 'widgets');
    expect(widget).toMatchObject({ apiVersion: 'example.com/v1', spec: { seen: true } });
    expect(called()).toEqual(['other']);
    expect(hooks.calls[0]?.request).toMatchObject({
      resource: { version: 'v2' },
      requestResource: { version: 'v1' },
      object: { apiVersion: 'example.com/v2' },
    });
  });
});

describe('mutating webhooks', () => {
  const add = (key: string): Record<string, unknown> =>
    patching({ op: 'add', path: `/data/${key}`, value: 'set' });

  test('change the object one after the other: configurations by name, webhooks as listed', async () => {
    behave('first', patching({ op: 'add', path: '/data', value: { first: 'set' } }));
    behave('second', add('second'));
    behave('third', add('third'));
    await register('mutating', 'b', hook('third'));
    await register('mutating', 'a', hook('first'), hook('second'));
    const object = await create('x');
    expect(object['data']).toEqual({ first: 'set', second: 'set', third: 'set' });
    expect(called()).toEqual(['first', 'second', 'third']);
    expect(server.get('configmaps', 'a', 'x')?.['data']).toEqual(object['data']);
  });

  test('see it again when a later one changed it, once, if they want to', async () => {
    behave('eager', { allowed: true });
    behave('shy', { allowed: true });
    behave('changes', add('k'));
    await register(
      'mutating',
      'c',
      hook('eager', { reinvocationPolicy: 'IfNeeded' }),
      hook('shy'),
      hook('changes'),
    );
    await create('x', { data: { a: 'b' } });
    expect(called()).toEqual(['eager', 'shy', 'changes', 'eager']);
    expect(hooks.calls.at(-1)?.request.object).toMatchObject({ data: { k: 'set' } });
  });

  test('cannot rename an object or send nonsense', async () => {
    await register('mutating', 'c', hook('bad'));
    for (const response of [
      patching({ op: 'replace', path: '/metadata/name', value: 'y' }),
      patching({ op: 'remove', path: '/metadata' }),
      patching({ op: 'replace', path: '/nowhere/x', value: 1 }),
      patching('nonsense'),
      { ...patching(), patch: '!!!' },
      { ...patching({ op: 'add', path: '/x', value: 1 }), patchType: 'MergePatch' },
      { ...patching({ op: 'add', path: '/x', value: 1 }), patchType: undefined },
    ]) {
      behave('bad', response);
      expect((await refused(create('x'))).code, JSON.stringify(response)).toBe(500);
    }
    expect(server.names('configmaps', 'a')).toEqual([]);
  });

  test('are asked about deletions, and cannot change those', async () => {
    behave('m', { allowed: true });
    await register('mutating', 'c', hook('m', { rules: [{ ...everything, operations: ['DELETE'] }] }));
    await create('x');
    behave('m', add('k'));
    expect((await refused(server.delete('configmaps', 'a', 'x'))).message).toContain(
      'attempted to modify the object',
    );
    behave('m', { allowed: true });
    await server.delete('configmaps', 'a', 'x');
    expect(server.names('configmaps', 'a')).toEqual([]);
  });
});

describe('refusals', () => {
  test('are worded as by the real server', async () => {
    await register('validating', 'c', hook('no'));
    behave('no', { allowed: false, status: { code: 403, reason: 'Forbidden', message: 'not on Fridays' } });
    expect(await refused(create('x'))).toMatchObject({
      code: 403,
      reason: 'Forbidden',
      message: 'admission webhook "no.example.com" denied the request: not on Fridays',
    });
    behave('no', { allowed: false, status: { reason: 'Tired' } });
    expect((await refused(create('x'))).message).toBe(
      'admission webhook "no.example.com" denied the request: Tired',
    );
    for (const response of [
      { allowed: false },
      { allowed: false, status: { code: 200 } },
      {},
      { allowed: 'true' },
    ]) {
      behave('no', response);
      expect(await refused(create('x'))).toMatchObject({
        code: 400,
        message: 'admission webhook "no.example.com" denied the request without explanation',
      });
    }
  });

  test('of the first in order are reported, and warnings of all are', async () => {
    behave('one', { allowed: false, status: { message: 'one' }, warnings: ['careful', 7] });
    behave('two', { allowed: false, status: { message: 'two' }, warnings: ['look out'] });
    await register('validating', 'c', hook('one'), hook('two'));
    const warnings: string[] = [];
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } };
    const options = { user: apiserverUser, warn: (text: string) => warnings.push(text) };
    const status = await refused(server.verbs.create(server.target('configmaps', 'a', 'x'), object, options));
    expect(status.message).toContain(': one');
    expect(warnings.sort()).toEqual(['careful', 'look out']);
  });
});

describe('which requests are shown', () => {
  const rule = (more: Partial<WebhookRule>): Partial<Webhook> => ({ rules: [{ ...everything, ...more }] });
  test.each<[string, Partial<Webhook>, boolean]>([
    ['everything', {}, true],
    ['another operation', rule({ operations: ['UPDATE'] }), false],
    ['the group', rule({ apiGroups: [''] }), true],
    ['another group', rule({ apiGroups: ['apps'] }), false],
    ['another version', rule({ apiVersions: ['v2'] }), false],
    ['the resource', rule({ resources: ['pods', 'configmaps'] }), true],
    ['everything with subresources', rule({ resources: ['*/*'] }), true],
    ['its subresources only', rule({ resources: ['configmaps/status'] }), false],
    ['cluster-scoped things', rule({ scope: 'Cluster' }), false],
    ['namespaced things', rule({ scope: 'Namespaced' }), true],
    ['no rules', { rules: [] }, false],
    [
      'the namespace by label',
      { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'z' } } },
      false,
    ],
    [
      'other namespaces',
      { namespaceSelector: { matchExpressions: [{ key: 'x', operator: 'DoesNotExist' }] } },
      true,
    ],
    ['the object by label', { objectSelector: { matchLabels: { app: 'web' } } }, true],
    [
      'other objects',
      { objectSelector: { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['web'] }] } },
      false,
    ],
    [
      'an operator that does not exist',
      { objectSelector: { matchExpressions: [{ key: 'app', operator: 'Like' }] } },
      false,
    ],
  ])('%s', async (_what, more, shown) => {
    behave('h', { allowed: true });
    await register('validating', 'c', hook('h', more));
    await create('x', { metadata: { labels: { app: 'web' } } });
    expect(called()).toEqual(shown ? ['h'] : []);
  });

  test('never those for webhook configurations, so that a broken one can be removed', async () => {
    await register('validating', 'c', hook('h', { clientConfig: { url: 'https://127.0.0.1:1/' } }));
    await server.delete('validatingwebhookconfigurations', '', 'c');
    await create('x');
  });

  test('a namespace counts as being in itself', async () => {
    behave('h', { allowed: true });
    const namespaceSelector = { matchLabels: { team: 'red' } };
    await register(
      'validating',
      'c',
      hook('h', { namespaceSelector, ...rule({ resources: ['namespaces'] }) }),
    );
    await server.create('namespaces', '', 'red', { metadata: { labels: { team: 'red' } } });
    await server.create('namespaces', '', 'blue', { metadata: { labels: { team: 'blue' } } });
    expect(hooks.calls.map(({ request }) => request['name'])).toEqual(['red']);
  });

  describe('by condition', () => {
    const when = (...expressions: string[]): Partial<Webhook> => ({
      rules: [{ ...everything, resources: ['configmaps'] }],
      matchConditions: expressions.map((expression, i) => ({ name: `c${i}`, expression })),
    });
    const user = JSON.stringify(apiserverUser.username);

    test.each<[string, string[], boolean]>([
      ['of the object', ['object.data.size() == 1', 'object.metadata.name == "x"'], true],
      ['one of which is not met', ['true', 'object.metadata.name == "y"'], false],
      ['of the user', [`request.userInfo.username == ${user} && request.operation == "CREATE"`], true],
      ['of the old object', ['oldObject != null && oldObject.data.k == "v"'], false],
      ['that fails beside one that says no', ['object.missing.field == 1', 'false'], false],
    ])('%s', async (_what, expressions, shown) => {
      behave('h', { allowed: true });
      await register('validating', 'c', hook('h', when(...expressions)));
      await create('x', { data: { k: 'v' } });
      expect(called()).toEqual(shown ? ['h'] : []);
    });

    test('one that fails refuses the request, or passes the webhook by', async () => {
      await register('validating', 'c', hook('h', when('object.missing.field == 1')));
      expect(await refused(create('x'))).toMatchObject({ code: 403, reason: 'Forbidden' });
      await server.delete('validatingwebhookconfigurations', '', 'c');
      await register(
        'validating',
        'c',
        hook('h', { ...when('object.missing.field == 1'), failurePolicy: 'Ignore' }),
      );
      await create('x');
      expect(called()).toEqual([]);
    });
  });

  test('a dry run is not shown to webhooks with side effects', async () => {
    await register('validating', 'c', hook('h', { sideEffects: 'Some' }));
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } };
    const options = { user: apiserverUser, dryRun: true };
    const status = await refused(server.verbs.create(server.target('configmaps', 'a', 'x'), object, options));
    expect(status).toMatchObject({
      code: 400,
      message: 'admission webhook "h.example.com" does not support dry run',
    });
    expect(called()).toEqual([]);
  });
});

describe('failures', () => {
  const raw = (act: (answer: Parameters<Parameters<typeof hooks.behaviours.set>[1]>[1]) => void): void => {
    hooks.behaviours.set('/h', (_review, answer) => act(answer));
  };
  const failures: [string, () => void, RegExp][] = [
    ['an error status', () => raw((answer) => void answer.writeHead(500).end('{}')), /status 500/],
    [
      'a redirect',
      () => raw((answer) => void answer.writeHead(302, { location: 'https://example.org' }).end()),
      /status 302/,
    ],
    ['no JSON', () => raw((answer) => void answer.end('<html>')), /not JSON/],
    ['null', () => raw((answer) => void answer.end('null')), /expected webhook response/],
    ['another kind', () => raw((answer) => void answer.end('{"kind":"Pod","apiVersion":"v1"}')), /Kind=Pod/],
    [
      'no response',
      () => raw((answer) => void answer.end('{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1"}')),
      /absent/,
    ],
    ['a wrong uid', () => behave('h', { allowed: true, uid: 'u' }), /expected response.uid/],
    [
      'a patch from a validating one',
      () => behave('h', patching({ op: 'add', path: '/x', value: 1 })),
      /must not return a patch/,
    ],
    ['a hang-up', () => raw((answer) => void answer.destroy()), /socket hang up|ECONNRESET/],
    ['an endless answer', () => raw((answer) => void answer.end(' '.repeat(4 * 1024 * 1024))), /larger than/],
    ['silence', () => raw(() => {}), /context deadline exceeded/],
  ];

  test.each(failures)('%s refuses with 500, or is ignored by policy', async (what, misbehave, message) => {
    misbehave();
    // Only silence is waited for; whoever answers may take the time that a busy machine takes.
    const timeoutSeconds = what === 'silence' ? 1 : 30;
    await register('validating', 'c', hook('h', { timeoutSeconds }));
    const status = await refused(create('x'));
    expect(status).toMatchObject({ code: 500, reason: 'InternalError' });
    expect(status.message).toMatch(/^Internal error occurred: failed calling webhook "h.example.com": /);
    expect(status.message).toMatch(message);
    await server.patch('validatingwebhookconfigurations', '', 'c', {
      webhooks: [hook('h', { timeoutSeconds, failurePolicy: 'Ignore' })],
      metadata: {},
    });
    await create('x');
    expect(ignored).toHaveLength(1);
    expect(ignored[0]).toMatch(message);
  });

  test('a certificate that nobody vouches for is one', async () => {
    behave('h', { allowed: true });
    const { url } = hook('h').clientConfig;
    await register('validating', 'c', hook('h', { clientConfig: { url: url! } }));
    expect((await refused(create('x'))).message).toMatch(/certificate/);
    expect(called()).toEqual([]);
  });

  test('the refusal of an ignorable webhook is still a refusal', async () => {
    behave('h', { allowed: false });
    await register('validating', 'c', hook('h', { failurePolicy: 'Ignore' }));
    expect((await refused(create('x'))).code).toBe(400);
  });
});

describe('services', () => {
  const service = (name: string): Partial<Webhook> => ({
    clientConfig: { service: { namespace: 'tools', name, path: '/h', port: 8443 }, caBundle: hooks.caBundle },
  });

  beforeEach(async () => {
    await server.createNamespace('tools');
    await server.create('services', 'tools', 'hook', { spec: { ports: [{ name: 'tls', port: 8443 }] } });
    behave('h', { allowed: true });
  });

  test('are reached through their endpoint slices, by the name of the port', async () => {
    await server.create('endpointslices', 'tools', 'hook-1', {
      metadata: { labels: { 'kubernetes.io/service-name': 'hook' } },
      addressType: 'IPv4',
      endpoints: [
        { addresses: ['192.0.2.1'], conditions: { ready: false } },
        { addresses: ['127.0.0.1'], conditions: { ready: true } },
      ],
      ports: [
        { name: 'other', port: 1 },
        { name: 'tls', port: hooks.port },
      ],
    });
    await register('validating', 'c', hook('s', service('hook')));
    await create('x');
    expect(called().at(-1)).toBe('h');
  });

  test('or their endpoints, and say when there are none', async () => {
    await register(
      'validating',
      'c',
      hook('s', { ...service('hook'), rules: [{ ...everything, resources: ['configmaps'] }] }),
    );
    expect((await refused(create('x'))).message).toBe(
      'Internal error occurred: failed calling webhook "s.example.com": no endpoints available for service "hook"',
    );
    await server.store.write({
      type: 'create',
      storageKey: 'endpoints',
      namespace: 'tools',
      name: 'hook',
      object: {
        apiVersion: 'v1',
        kind: 'Endpoints',
        metadata: { name: 'hook', namespace: 'tools' },
        subsets: [{ addresses: [{ ip: '127.0.0.1' }], ports: [{ name: 'tls', port: hooks.port }] }],
      },
    });
    await create('x');
    await register('validating', 'd', hook('t', service('absent')));
    expect((await refused(create('y'))).message).toContain('service "absent" not found');
  });
});
