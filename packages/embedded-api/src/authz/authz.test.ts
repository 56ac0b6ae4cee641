import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dropObject, putObject } from '../authn/testing/put-object.ts';
import type { KubeObject } from '../object.ts';
import type { AdmissionRequest, VirtualResource } from '../server/admission.ts';
import type { RequestAttributes, ServedResource } from '../served-resource.ts';
import { StatusError } from '../status-error.ts';
import { Store } from '../storage/store.ts';
import type { UserInfo } from '../user-info.ts';
import { accessReviews } from './access-reviews.ts';
import { Authorizer, forbiddenRequest } from './authorizer.ts';
import { defaultClusterRoleBindings, defaultClusterRoles } from './default-roles.ts';
import { EscalationAdmission } from './escalation.ts';
import { describeRules, uncovered, type PolicyRule } from './policy-rule.ts';

const group = 'rbac.authorization.k8s.io';
const ann: UserInfo = { username: 'ann', groups: ['dev', 'system:authenticated'] };
const robot: UserInfo = { username: 'system:serviceaccount:ci:robot', groups: ['system:serviceaccounts:ci'] };
const root: UserInfo = { username: 'root', groups: ['system:masters'] };

let store: Store;
let authorizer: Authorizer;
beforeEach(() => {
  store = new Store(':memory:');
  authorizer = new Authorizer(store);
});
afterEach(() => store.close());

const role = (name: string, rules: PolicyRule[], namespace?: string): Promise<KubeObject> =>
  putObject(store, `${namespace ? 'roles' : 'clusterroles'}.${group}`, {
    metadata: { name, ...(namespace ? { namespace } : {}) },
    rules,
  });

const bind = (
  name: string,
  kind: string,
  roleName: string,
  subjects: unknown[],
  namespace?: string,
): Promise<KubeObject> =>
  putObject(store, `${namespace ? 'rolebindings' : 'clusterrolebindings'}.${group}`, {
    metadata: { name, ...(namespace ? { namespace } : {}) },
    roleRef: { apiGroup: group, kind, name: roleName },
    subjects,
  });

const asks = (
  user: UserInfo,
  verb: string,
  resource: string,
  more: Partial<RequestAttributes> = {},
): RequestAttributes => ({
  user,
  verb,
  group: '',
  version: 'v1',
  resource,
  subresource: '',
  namespace: '',
  name: '',
  resourceRequest: true,
  path: '',
  ...more,
});
const may = (...request: Parameters<typeof asks>): boolean => authorizer.authorize(asks(...request)).allowed;
const mayGet = (user: UserInfo, path: string): boolean =>
  may(user, 'get', '', { resourceRequest: false, path });

const statusOf = (act: () => unknown): { code: number; message?: string } => {
  try {
    act();
  } catch (error) {
    if (error instanceof StatusError) return error.status;
    throw error;
  }
  throw new Error('nothing was thrown');
};

describe('Authorizer', () => {
  test('a role binding holds in its namespace, a cluster role binding everywhere', async () => {
    await role('reader', [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }]);
    await bind('local', 'ClusterRole', 'reader', [{ kind: 'User', name: 'ann' }], 'a');
    expect(may(ann, 'get', 'pods', { namespace: 'a' })).toBe(true);
    expect(may(ann, 'get', 'pods', { namespace: 'b' })).toBe(false);
    expect(may(ann, 'get', 'pods')).toBe(false);
    await bind('global', 'ClusterRole', 'reader', [{ kind: 'Group', name: 'dev' }]);
    expect(may(ann, 'get', 'pods', { namespace: 'b' })).toBe(true);
    expect(may(ann, 'list', 'pods')).toBe(false);
    expect(may(ann, 'get', 'pods', { group: 'apps' })).toBe(false);
  });

  test('a service account of the binding needs no namespace there, and none from elsewhere gets in', async () => {
    await role('r', [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }], 'ci');
    await bind('b', 'Role', 'r', [{ kind: 'ServiceAccount', name: 'robot' }], 'ci');
    expect(may(robot, 'delete', 'secrets', { namespace: 'ci' })).toBe(true);
    expect(
      may({ ...robot, username: 'system:serviceaccount:x:robot' }, 'get', 'pods', { namespace: 'ci' }),
    ).toBe(false);
    expect(may({ username: 'robot', groups: [] }, 'get', 'pods', { namespace: 'ci' })).toBe(false);
    await bind('c', 'ClusterRole', 'r', [{ kind: 'ServiceAccount', name: 'robot' }]);
    expect(may(robot, 'get', 'pods', { namespace: 'other' })).toBe(false);
  });

  test.each<[string, PolicyRule, Partial<RequestAttributes>, boolean]>([
    ['a resource does not include its subresources', { resources: ['pods'] }, { subresource: 'log' }, false],
    ['a subresource by name', { resources: ['pods/log'] }, { subresource: 'log' }, true],
    ['a subresource of anything', { resources: ['*/log'] }, { subresource: 'log' }, true],
    ['everything', { resources: ['*'] }, { subresource: 'log' }, true],
    ['another subresource', { resources: ['*/scale'] }, { subresource: 'log' }, false],
    ['a subresource does not include its resource', { resources: ['pods/log'] }, {}, false],
    ['a name', { resources: ['pods'], resourceNames: ['p'] }, { name: 'p' }, true],
    ['another name', { resources: ['pods'], resourceNames: ['p'] }, { name: 'q' }, false],
    ['a name does not allow the collection', { resources: ['pods'], resourceNames: ['p'] }, {}, false],
    ['no resources', { nonResourceURLs: ['*'] }, {}, false],
  ])('rules: %s', async (_what, rule, request, allowed) => {
    await role('r', [{ verbs: ['get'], apiGroups: [''], ...rule }]);
    await bind('b', 'ClusterRole', 'r', [{ kind: 'User', name: 'ann' }]);
    expect(may(ann, 'get', 'pods', request)).toBe(allowed);
  });

  test('URLs match whole, or by what comes before the star', async () => {
    await role('r', [{ verbs: ['get'], nonResourceURLs: ['/metrics', '/healthz/*'] }]);
    await bind('b', 'ClusterRole', 'r', [{ kind: 'User', name: 'ann' }]);
    expect(['/metrics', '/metrics/x', '/healthz', '/healthz/a/b'].map((path) => mayGet(ann, path))).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });

  test('every change of policy counts from the next request on', async () => {
    await bind('b', 'ClusterRole', 'late', [{ kind: 'User', name: 'ann' }]);
    const request = asks(ann, 'get', 'pods', { namespace: 'a' });
    expect(authorizer.authorize(request)).toEqual({
      allowed: false,
      reason: `RBAC: clusterroles.${group} "late" not found`,
    });
    await role('late', [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }]);
    expect(authorizer.authorize(request)).toEqual({
      allowed: true,
      reason: 'RBAC: allowed by ClusterRoleBinding "b" of ClusterRole "late" to User "ann"',
    });
    await bind('b', 'ClusterRole', 'late', [{ kind: 'User', name: 'bob' }]);
    expect(may(ann, 'get', 'pods')).toBe(false);
    await bind('b', 'ClusterRole', 'late', [{ kind: 'User', name: 'ann' }]);
    await dropObject(store, `clusterrolebindings.${group}`, '', 'b');
    expect(may(ann, 'get', 'pods')).toBe(false);
  });

  test('an authorizer made later knows what was stored before', async () => {
    await role('r', [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }]);
    await bind('b', 'ClusterRole', 'r', [
      { kind: 'User', name: 'ann' },
      { kind: 'User', name: 'ann' },
      { kind: 'Odd', name: 'x' },
    ]);
    expect(new Authorizer(store).authorize(asks(ann, 'get', 'pods')).allowed).toBe(true);
  });

  test('refuses in the words of the real server', () => {
    const text = (request: RequestAttributes): string | undefined =>
      forbiddenRequest(request, authorizer.authorize(request).reason).message;
    expect(text(asks(ann, 'list', 'pods', { namespace: 'default' }))).toBe(
      'pods is forbidden: User "ann" cannot list resource "pods" in API group "" in the namespace "default"',
    );
    expect(text(asks(ann, 'get', 'deployments', { group: 'apps', name: 'd', subresource: 'scale' }))).toBe(
      'deployments.apps "d" is forbidden: User "ann" cannot get resource "deployments/scale" in API group "apps" at the cluster scope',
    );
    expect(text(asks(ann, 'get', '', { resourceRequest: false, path: '/<b>' }))).toBe(
      'forbidden: User "ann" cannot get path "/&lt;b&gt;"',
    );
    expect(may(root, 'delete', 'nodes')).toBe(true);
  });

  test('the default policy opens discovery to users and nothing to strangers', async () => {
    for (const object of defaultClusterRoles) await putObject(store, `clusterroles.${group}`, object);
    for (const object of defaultClusterRoleBindings)
      await putObject(store, `clusterrolebindings.${group}`, object);
    const stranger = { username: 'system:anonymous', groups: ['system:unauthenticated'] };
    expect(mayGet(stranger, '/version')).toBe(true);
    expect(mayGet(stranger, '/apis')).toBe(false);
    expect(mayGet(ann, '/openapi/v3')).toBe(true);
    expect(mayGet(ann, '/metrics')).toBe(false);
    expect(may(ann, 'create', 'selfsubjectaccessreviews', { group: 'authorization.k8s.io' })).toBe(true);
    expect(may(ann, 'get', 'pods')).toBe(false);
  });
});

describe('EscalationAdmission', () => {
  const write = (
    user: UserInfo,
    plural: string,
    object: Record<string, unknown>,
    old?: KubeObject,
    namespace = '',
  ): void =>
    new EscalationAdmission(authorizer).validate({
      operation: old ? 'UPDATE' : 'CREATE',
      user,
      resource: { group, plural } as ServedResource,
      subresource: '',
      namespace,
      name: 'new',
      object: { apiVersion: `${group}/v1`, kind: 'X', metadata: { name: 'new' }, ...object } as KubeObject,
      ...(old ? { oldObject: old } : {}),
      options: {},
      dryRun: false,
      warn: () => {},
    } satisfies AdmissionRequest);
  const roleRef = { apiGroup: group, kind: 'ClusterRole', name: 'secrets' };
  const podReader = { verbs: ['get', 'list'], apiGroups: [''], resources: ['pods'] };

  beforeEach(async () => {
    await role('pods', [podReader]);
    await bind('ann', 'ClusterRole', 'pods', [{ kind: 'User', name: 'ann' }]);
    await role('secrets', [{ verbs: ['get'], apiGroups: [''], resources: ['secrets'] }]);
  });

  test('grants only what is held', () => {
    expect(() => write(ann, 'roles', { rules: [podReader] }, undefined, 'a')).not.toThrow();
    const more = [{ verbs: ['get', 'list', 'delete'], apiGroups: ['', 'apps'], resources: ['pods'] }];
    expect(statusOf(() => write(ann, 'clusterroles', { rules: more }))).toMatchObject({
      code: 403,
      message:
        `clusterroles.${group} "new" is forbidden: user "ann" (groups=["dev" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n` +
        '{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}\n' +
        '{APIGroups:["apps"], Resources:["pods"], Verbs:["get" "list" "delete"]}',
    });
    expect(() => write(root, 'clusterroles', { rules: more })).not.toThrow();
  });

  test('binds only roles whose rules are held, or that may be bound', async () => {
    expect(statusOf(() => write(ann, 'clusterrolebindings', { roleRef })).code).toBe(403);
    expect(
      statusOf(() => write(ann, 'rolebindings', { roleRef: { ...roleRef, name: 'no' } }, undefined, 'a'))
        .code,
    ).toBe(404);
    await role('binder', [
      { verbs: ['bind'], apiGroups: [group], resources: ['clusterroles'], resourceNames: ['secrets'] },
    ]);
    await bind('binder', 'ClusterRole', 'binder', [{ kind: 'User', name: 'ann' }], 'a');
    expect(() => write(ann, 'rolebindings', { roleRef }, undefined, 'a')).not.toThrow();
    expect(statusOf(() => write(ann, 'rolebindings', { roleRef }, undefined, 'b')).code).toBe(403);
  });

  test('the verb escalate lifts the limit; aggregation needs everything', async () => {
    const aggregationRule = { clusterRoleSelectors: [{}] };
    expect(statusOf(() => write(ann, 'clusterroles', { rules: [], aggregationRule })).message).toContain(
      'must have cluster-admin privileges to use the aggregationRule',
    );
    await role('escalator', [{ verbs: ['escalate'], apiGroups: [group], resources: ['clusterroles'] }]);
    await bind('escalator', 'ClusterRole', 'escalator', [{ kind: 'User', name: 'ann' }]);
    expect(() => write(ann, 'clusterroles', { rules: [], aggregationRule })).not.toThrow();
  });

  test('finalizers and owners may be taken off by those who hold nothing', () => {
    const rules = [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }];
    const old = {
      apiVersion: `${group}/v1`,
      kind: 'X',
      metadata: { name: 'new', finalizers: ['a/b'] },
      rules,
    };
    expect(() => write(ann, 'roles', { rules }, old, 'a')).not.toThrow();
    expect(statusOf(() => write(ann, 'roles', { rules, x: 1 }, old, 'a')).code).toBe(403);
  });
});

describe('coverage', () => {
  test.each<[string, PolicyRule, PolicyRule, boolean]>([
    ['*/scale covers a/scale', { resources: ['*/scale'] }, { resources: ['a/scale'] }, true],
    ['a does not cover a/scale', { resources: ['a'] }, { resources: ['a/scale'] }, false],
    [
      'a name does not cover all names',
      { resources: ['a'], resourceNames: ['x'] },
      { resources: ['a'] },
      false,
    ],
    ['all names cover a name', { resources: ['a'] }, { resources: ['a'], resourceNames: ['x'] }, true],
  ])('%s', (_what, owned, wanted, covered) => {
    const full = { verbs: ['get'], apiGroups: [''] };
    expect(uncovered([{ ...full, ...owned }], [{ ...full, ...wanted }]).length === 0).toBe(covered);
  });

  test('URLs are covered by prefix, and told apart by verb', () => {
    const wanted = [{ verbs: ['get', 'put'], nonResourceURLs: ['/a/b'] }];
    expect(uncovered([{ verbs: ['*'], nonResourceURLs: ['/a/*'] }], wanted)).toEqual([]);
    expect(describeRules(uncovered([], wanted))).toBe(
      '{NonResourceURLs:["/a/b"], Verbs:["get"]}\n{NonResourceURLs:["/a/b"], Verbs:["put"]}',
    );
  });
});

describe('access reviews', () => {
  const review = (plural: string, spec: unknown, user = ann, namespace = ''): unknown => {
    const resource = accessReviews(authorizer).find(
      (candidate) => candidate.plural === plural,
    ) as VirtualResource;
    const object = { apiVersion: 'authorization.k8s.io/v1', kind: 'X', metadata: {}, spec };
    return (resource.create({ user, namespace, name: '', object, dryRun: false }) as KubeObject)['status'];
  };

  test('say what a request would be answered', async () => {
    await role('r', [{ verbs: ['get'], apiGroups: [''], resources: ['pods/log'] }]);
    await bind('b', 'ClusterRole', 'r', [{ kind: 'Group', name: 'dev' }]);
    const resourceAttributes = { verb: 'get', resource: 'pods', subresource: 'log', namespace: 'a' };
    expect(review('selfsubjectaccessreviews', { resourceAttributes })).toMatchObject({ allowed: true });
    expect(review('selfsubjectaccessreviews', { resourceAttributes }, robot)).toEqual({ allowed: false });
    expect(review('subjectaccessreviews', { resourceAttributes, groups: ['dev'] }, root)).toMatchObject({
      allowed: true,
    });
    expect(review('localsubjectaccessreviews', { resourceAttributes, user: 'bob' }, root, 'a')).toEqual({
      allowed: false,
    });
    expect(
      review('selfsubjectaccessreviews', { nonResourceAttributes: { path: '/x', verb: 'get' } }, root),
    ).toEqual({
      allowed: true,
    });
    expect(review('selfsubjectrulesreviews', { namespace: 'a' })).toEqual({
      resourceRules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods/log'] }],
      nonResourceRules: [],
      incomplete: false,
    });
  });

  test('refuse questions that are none', () => {
    const both = { resourceAttributes: {}, nonResourceAttributes: {} };
    expect(statusOf(() => review('selfsubjectaccessreviews', both)).code).toBe(422);
    expect(statusOf(() => review('selfsubjectaccessreviews', {})).message).toContain('exactly one of');
    expect(statusOf(() => review('subjectaccessreviews', { resourceAttributes: {} })).message).toContain(
      'at least one',
    );
    const elsewhere = { user: 'x', resourceAttributes: { namespace: 'b' } };
    expect(statusOf(() => review('localsubjectaccessreviews', elsewhere, ann, 'a')).message).toContain(
      'must match',
    );
    expect(statusOf(() => review('selfsubjectrulesreviews', {})).message).toBe('no namespace on request');
  });
});
