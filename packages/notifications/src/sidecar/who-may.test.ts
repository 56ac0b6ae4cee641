import { describe, expect, test } from 'vitest';
import type { PolicyRule, RbacBinding, RbacRole } from './rbac-objects.ts';
import { whoMay, type NamespaceRoles } from './who-may.ts';

const seePods = { verb: 'get', group: '', resource: 'pods' };
const viewer: PolicyRule = { verbs: ['get', 'list'], apiGroups: [''], resources: ['pods', 'services'] };

const role = (name: string, ...rules: PolicyRule[]): RbacRole => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'Role',
  metadata: { name },
  rules,
});
const binding = (
  kind: 'Role' | 'ClusterRole',
  name: string,
  ...subjects: [string, string][]
): RbacBinding => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  metadata: { name: 'b' },
  roleRef: { kind, name },
  subjects: subjects.map(([kind, name]) => ({ kind, name })),
});
const byName = (...roles: RbacRole[]): Map<string, RbacRole> =>
  new Map(roles.map((role) => [role.metadata.name!, role]));
const namespace = (parts: Partial<NamespaceRoles>): NamespaceRoles => ({
  roles: new Map(),
  clusterRoles: new Map(),
  roleBindings: [],
  clusterRoleBindings: [],
  ...parts,
});

test('members of the namespace and those with authority over the whole cluster are told', () => {
  const found = whoMay(
    seePods,
    namespace({
      roles: byName(role('viewer', viewer)),
      clusterRoles: byName(role('admin', { verbs: ['*'], apiGroups: ['*'], resources: ['*'] })),
      roleBindings: [binding('Role', 'viewer', ['User', 'member'])],
      clusterRoleBindings: [binding('ClusterRole', 'admin', ['User', 'boss'], ['Group', 'operators'])],
    }),
  );
  expect(found).toEqual({ users: ['boss', 'member'], groups: ['operators'] });
});

test('a role of the same name in another place does not count', () => {
  const found = whoMay(
    seePods,
    namespace({
      roles: byName(role('viewer', viewer)),
      roleBindings: [binding('ClusterRole', 'viewer', ['User', 'nobody'])],
    }),
  );
  expect(found.users).toEqual([]);
});

describe('no authority comes from', () => {
  test.each([
    ['another verb', { ...viewer, verbs: ['list'] }],
    ['another group', { ...viewer, apiGroups: ['apps'] }],
    ['another resource', { ...viewer, resources: ['pods/log'] }],
    ['a rule for named pods', { ...viewer, resourceNames: ['one'] }],
    ['a rule for paths', { verbs: ['get'], nonResourceURLs: ['*'] }],
  ])('%s', (_, rule) => {
    const roles = byName(role('r', rule));
    const found = whoMay(seePods, namespace({ roles, roleBindings: [binding('Role', 'r', ['User', 'u'])] }));
    expect(found.users).toEqual([]);
  });

  test('a binding whose role is gone, or a role without rules', () => {
    const empty = { ...role('empty'), rules: null };
    const roleBindings = [binding('Role', 'gone', ['User', 'u']), binding('Role', 'empty', ['User', 'u'])];
    expect(whoMay(seePods, namespace({ roles: byName(empty), roleBindings })).users).toEqual([]);
  });
});

test('programs are nobody to tell', () => {
  const roleBindings = [
    binding(
      'Role',
      'r',
      ['ServiceAccount', 'builder'],
      ['User', 'system:kube-scheduler'],
      ['Group', 'system:masters'],
    ),
  ];
  expect(whoMay(seePods, namespace({ roles: byName(role('r', viewer)), roleBindings }))).toEqual({
    users: [],
    groups: [],
  });
});
