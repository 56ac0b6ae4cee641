import type { UserInfo } from '../user-info.ts';

/** Members may do everything: authorisation is not asked (k8s.io/apiserver `user.SystemPrivilegedGroup`). */
export const mastersGroup = 'system:masters';
export const authenticatedGroup = 'system:authenticated';

/** Whoever shows no credentials. */
export const anonymous: UserInfo = { username: 'system:anonymous', groups: ['system:unauthenticated'] };

/** The server itself, for what it does without being asked by a client. */
export const apiserverUser: UserInfo = {
  username: 'system:apiserver',
  groups: [mastersGroup, authenticatedGroup],
};

/** A controller inside the server; it may do everything, and its name shows in audit and managed fields. */
export const controllerUser = (name: string): UserInfo => ({
  ...serviceAccountUser('kube-system', name),
  groups: [...serviceAccountGroups('kube-system'), mastersGroup],
});

const serviceAccountGroups = (namespace: string): string[] => [
  'system:serviceaccounts',
  `system:serviceaccounts:${namespace}`,
  authenticatedGroup,
];

/** The user name of a service account, as RBAC and tokens spell it. */
export const serviceAccountUsername = (namespace: string, name: string): string =>
  `system:serviceaccount:${namespace}:${name}`;

/** The user that a service account acts as. */
export const serviceAccountUser = (namespace: string, name: string): UserInfo => ({
  username: serviceAccountUsername(namespace, name),
  groups: serviceAccountGroups(namespace),
});
