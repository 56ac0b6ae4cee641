import { unauthorized } from '../status-error.ts';
import type { UserInfo } from '../user-info.ts';
import type { ClientCertificate } from './client-certificate.ts';
import { defaultIssuer, type ServiceAccountTokens, type TokenIdentity } from './service-account-tokens.ts';
import type { StaticTokens } from './static-tokens.ts';
import { anonymous, authenticatedGroup } from './system-users.ts';

/** What a request shows about who sends it. */
export interface Credentials {
  certificate?: ClientCertificate | undefined;
  /** The `Authorization` header. */
  authorization?: string | undefined;
  /** The URL path without the query. */
  path: string;
}

/** Where no credentials are needed: health and version, nothing else. */
const openPaths = /^\/(?:healthz|livez|readyz)(?:\/|$)|^\/version\/?$/;

const authenticated = (user: UserInfo): UserInfo =>
  user.groups.includes(authenticatedGroup) ? user : { ...user, groups: [...user.groups, authenticatedGroup] };

/** Finds out who makes a request: by client certificate, then by bearer token. */
export class Authenticator {
  readonly #staticTokens: StaticTokens;
  readonly #serviceAccountTokens: ServiceAccountTokens;
  readonly #now: () => number;

  constructor(
    staticTokens: StaticTokens,
    serviceAccountTokens: ServiceAccountTokens,
    now: () => number = Date.now,
  ) {
    this.#staticTokens = staticTokens;
    this.#serviceAccountTokens = serviceAccountTokens;
    this.#now = now;
  }

  /**
   * The user of a request. Without any credentials it is `system:anonymous`, on open paths only.
   * @throws StatusError 401 for credentials that are wrong, even where none are needed.
   */
  authenticate(credentials: Credentials): UserInfo {
    const { certificate, authorization } = credentials;
    if (certificate?.verified && certificate.user && certificate.expires > this.#now())
      return authenticated(certificate.user);
    const token = /^bearer\s+(\S+)\s*$/i.exec(authorization ?? '')?.[1];
    const identity = token === undefined ? undefined : this.authenticateToken(token);
    if (identity) return identity.user;
    if (token !== undefined || certificate || !openPaths.test(credentials.path)) throw unauthorized();
    return anonymous;
  }

  /** Whom a bearer token stands for, for one of `audiences` (this server's own unless said otherwise). */
  authenticateToken(token: string, audiences: readonly string[] = []): TokenIdentity | undefined {
    const asked = audiences.length > 0 ? audiences : [defaultIssuer];
    const user = this.#staticTokens.find(token);
    // Like tokens without audiences in general, static ones are for the API server alone.
    if (user && asked.includes(defaultIssuer))
      return { user: authenticated(user), audiences: [defaultIssuer] };
    return this.#serviceAccountTokens.verify(token, asked);
  }
}
