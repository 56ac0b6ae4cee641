import type { IncomingHttpHeaders } from 'node:http';
import { forbiddenRequest } from '../authz/authorizer.ts';
import type { Authorizer } from '../authz/authorizer.ts';
import { badRequest } from '../status-error.ts';
import type { UserInfo } from '../user-info.ts';

const serviceAccount = /^system:serviceaccount:([^:]+):([^:]+)$/;
const extraPrefix = 'impersonate-extra-';

/**
 * The user that a request is made as: the authenticated one, or who its `Impersonate-*` headers name, when RBAC lets
 * the caller `impersonate` that user, service account and every group. Throws 403, or 400 for groups without a user.
 */
export function impersonated(
  headers: IncomingHttpHeaders,
  caller: UserInfo,
  authorizer: Authorizer,
): UserInfo {
  const username = headers['impersonate-user'] as string | undefined;
  const groups = list(headers['impersonate-group']);
  const uid = headers['impersonate-uid'] as string | undefined;
  const extra = Object.keys(headers).filter((name) => name.startsWith(extraPrefix));
  if (!username) {
    if (groups.length === 0 && !uid && extra.length === 0) return caller;
    throw badRequest('requested impersonation of groups or extra fields without impersonating a user');
  }
  const require = (group: string, resource: string, name: string, namespace = '', subresource = ''): void => {
    const attributes = {
      user: caller,
      verb: 'impersonate',
      group,
      version: 'v1',
      resource,
      subresource,
      namespace,
      name,
      resourceRequest: true,
      path: '',
    };
    const decision = authorizer.authorize(attributes);
    if (!decision.allowed) throw forbiddenRequest(attributes, decision.reason);
  };
  const account = serviceAccount.exec(username);
  const [, accountNamespace = '', accountName = ''] = account ?? [];
  if (account) require('', 'serviceaccounts', accountName, accountNamespace);
  else require('', 'users', username);
  for (const group of groups) require('', 'groups', group);
  if (uid) require('authentication.k8s.io', 'uids', uid);
  const extras: Record<string, string[]> = {};
  for (const header of extra) {
    const key = decodeURIComponent(header.slice(extraPrefix.length));
    const values = list(headers[header]);
    for (const value of values) require('authentication.k8s.io', 'userextras', value, '', key);
    extras[key] = values;
  }
  const own = account ? ['system:serviceaccounts', `system:serviceaccounts:${accountNamespace}`] : [];
  const everybody = username === 'system:anonymous' ? 'system:unauthenticated' : 'system:authenticated';
  const memberships = groups.length > 0 ? groups : own;
  return {
    username,
    groups: [...new Set([...memberships, everybody])],
    ...(uid ? { uid } : {}),
    ...(extra.length > 0 ? { extra: extras } : {}),
  };
}

/** Node joins repeated headers with a comma and a blank. */
const list = (header: string | string[] | undefined): string[] =>
  [header ?? []].flat().flatMap((text) => text.split(', ').filter(Boolean));
