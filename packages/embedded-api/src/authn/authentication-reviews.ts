import type { VirtualResource } from '../server/admission.ts';
import { badRequest } from '../status-error.ts';
import type { UserInfo } from '../user-info.ts';
import type { Authenticator } from './authenticator.ts';

const group = 'authentication.k8s.io';

/** A user as reviews print it. */
const printed = (user: UserInfo): Record<string, unknown> => ({
  username: user.username,
  ...(user.uid ? { uid: user.uid } : {}),
  groups: user.groups,
  ...(user.extra ? { extra: user.extra } : {}),
});

/** `TokenReview`: asks whom a token stands for. */
export const tokenReview = (authenticator: Authenticator): VirtualResource => ({
  group,
  plural: 'tokenreviews',
  create({ object, namespace }) {
    if (namespace || object.metadata?.namespace) throw badRequest('namespace is not allowed on this type: ');
    const spec = (object['spec'] ?? {}) as { token?: unknown; audiences?: unknown };
    const { token } = spec;
    if (typeof token !== 'string' || token === '')
      throw badRequest('token is required for TokenReview in authentication');
    const audiences = Array.isArray(spec.audiences) ? spec.audiences.map(String) : [];
    const identity = authenticator.authenticateToken(token, audiences);
    const status = identity
      ? {
          authenticated: true,
          user: printed(identity.user),
          audiences: identity.audiences,
        }
      : { user: {}, error: 'invalid bearer token' };
    return { ...object, status };
  },
});

/** `SelfSubjectReview`: who am I (`kubectl auth whoami`). */
export const selfSubjectReview = (now: () => number = Date.now): VirtualResource => ({
  group,
  plural: 'selfsubjectreviews',
  create({ object, user }) {
    const creationTimestamp = new Date(now()).toISOString().replace(/\.\d+Z/, 'Z');
    return {
      ...object,
      metadata: { ...object.metadata, creationTimestamp },
      status: { userInfo: printed(user) },
    };
  },
});
