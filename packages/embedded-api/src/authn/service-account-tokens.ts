import { createHash, randomUUID, type KeyObject } from 'node:crypto';
import type { KubeObject } from '../object.ts';
import type { StoreReader } from '../storage/store-event.ts';
import type { UserInfo } from '../user-info.ts';
import { JsonWebTokens, type Claims } from './json-web-token.ts';
import { serviceAccountUser, serviceAccountUsername } from './system-users.ts';

/** The issuer of bound tokens and the audience of this server, as clusters name them by default. */
export const defaultIssuer = 'https://kubernetes.default.svc.cluster.local';
const legacyIssuer = 'kubernetes/serviceaccount';

/** Who a token was found to stand for, and which of the asked audiences it is good for. */
export interface TokenIdentity {
  user: UserInfo;
  audiences: string[];
}

/** An object that a token dies with. */
export interface BoundObject {
  kind: 'Pod' | 'Secret' | 'Node';
  name: string;
  uid: string;
}

/** What `issue` puts into a bound token. */
export interface TokenClaims {
  namespace: string;
  name: string;
  uid: string;
  audiences: readonly string[];
  expirationSeconds: number;
  bound?: BoundObject;
}

const record = (value: unknown): Claims =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Claims) : {};
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const texts = (value: unknown): string[] =>
  typeof value === 'string'
    ? [value]
    : Array.isArray(value)
      ? value.filter((item) => typeof item === 'string')
      : [];

const boundKinds = [
  ['pod', 'pods'],
  ['secret', 'secrets'],
  ['node', 'nodes'],
] as const;

/** How many verified signatures are remembered; the claims behind them are checked at every use. */
const cacheSize = 1000;

/**
 * Issues and checks tokens of service accounts: bound tokens (TokenRequest) and the older ones that live in
 * secrets. A token is only as good as what it is bound to: the account, and the pod, secret or node, must still
 * be there with the same uid. Claims follow kubernetes/pkg/serviceaccount.
 */
export class ServiceAccountTokens {
  readonly #tokens: JsonWebTokens;
  readonly #store: StoreReader;
  readonly #now: () => number;
  readonly #verified = new Map<string, Claims>();

  /** `now` is in milliseconds. */
  constructor(key: KeyObject, store: StoreReader, now: () => number = Date.now) {
    this.#tokens = new JsonWebTokens(key);
    this.#store = store;
    this.#now = now;
  }

  issue(claims: TokenClaims): { token: string; expires: Date } {
    const now = Math.floor(this.#now() / 1000);
    const expires = now + claims.expirationSeconds;
    const { namespace, name, uid, bound } = claims;
    const token = this.#tokens.sign({
      aud: [...claims.audiences],
      exp: expires,
      iat: now,
      iss: defaultIssuer,
      jti: randomUUID(),
      'kubernetes.io': {
        namespace,
        ...(bound ? { [bound.kind.toLowerCase()]: { name: bound.name, uid: bound.uid } } : {}),
        serviceaccount: { name, uid },
      },
      nbf: now,
      sub: serviceAccountUsername(namespace, name),
    });
    return { token, expires: new Date(expires * 1000) };
  }

  /** A token without an end, for a secret of type `kubernetes.io/service-account-token`. */
  issueLegacy(namespace: string, name: string, uid: string, secretName: string): string {
    return this.#tokens.sign({
      iss: legacyIssuer,
      'kubernetes.io/serviceaccount/namespace': namespace,
      'kubernetes.io/serviceaccount/secret.name': secretName,
      'kubernetes.io/serviceaccount/service-account.name': name,
      'kubernetes.io/serviceaccount/service-account.uid': uid,
      sub: serviceAccountUsername(namespace, name),
    });
  }

  /** Whom the token stands for if it is valid now for at least one of `audiences`; else undefined. */
  verify(token: string, audiences: readonly string[] = [defaultIssuer]): TokenIdentity | undefined {
    const claims = this.#claims(token);
    if (claims?.['iss'] === defaultIssuer) return this.#verifyBound(claims, audiences);
    if (claims?.['iss'] === legacyIssuer) return this.#verifyLegacy(claims, token, audiences);
    return undefined;
  }

  #claims(token: string): Claims | undefined {
    // Keyed by a digest, so that no token lies about in memory longer than its request.
    const key = createHash('sha256').update(token).digest('base64');
    const known = this.#verified.get(key);
    if (known) return known;
    const claims = this.#tokens.verify(token);
    if (!claims) return undefined;
    if (this.#verified.size >= cacheSize) this.#verified.delete(this.#verified.keys().next().value ?? '');
    this.#verified.set(key, claims);
    return claims;
  }

  #verifyBound(claims: Claims, audiences: readonly string[]): TokenIdentity | undefined {
    const now = this.#now() / 1000;
    const { exp, nbf } = claims;
    if (typeof exp !== 'number' || exp <= now || (typeof nbf === 'number' && nbf > now)) return undefined;
    const tokenAudiences = texts(claims['aud']);
    const matching = audiences.filter((audience) => tokenAudiences.includes(audience));
    if (matching.length === 0) return undefined;
    const details = record(claims['kubernetes.io']);
    const namespace = text(details['namespace']);
    const account = record(details['serviceaccount']);
    if (!this.#account(claims, namespace, account)) return undefined;
    const extra: Record<string, string[]> = {};
    if (claims['jti']) extra['authentication.kubernetes.io/credential-id'] = [`JTI=${text(claims['jti'])}`];
    for (const [kind, storageKey] of boundKinds) {
      if (details[kind] === undefined) continue;
      const reference = record(details[kind]);
      if (!this.#find(storageKey, kind === 'node' ? '' : namespace, reference)) return undefined;
      if (kind === 'secret') continue;
      extra[`authentication.kubernetes.io/${kind}-name`] = [text(reference['name'])];
      extra[`authentication.kubernetes.io/${kind}-uid`] = [text(reference['uid'])];
    }
    const user = serviceAccountUser(namespace, text(account['name']));
    return {
      user: { ...user, uid: text(account['uid']), ...(Object.keys(extra).length > 0 ? { extra } : {}) },
      audiences: matching,
    };
  }

  #verifyLegacy(claims: Claims, token: string, audiences: readonly string[]): TokenIdentity | undefined {
    const claim = (name: string): string => text(claims[`kubernetes.io/serviceaccount/${name}`]);
    // Tokens without audiences were meant for the API server alone.
    if (!audiences.includes(defaultIssuer)) return undefined;
    const namespace = claim('namespace');
    const account = { name: claim('service-account.name'), uid: claim('service-account.uid') };
    if (!this.#account(claims, namespace, account)) return undefined;
    const secret = this.#store.get('secrets', namespace, claim('secret.name'));
    if (!secret || secret.metadata.deletionTimestamp) return undefined;
    if (record(secret['data'])['token'] !== Buffer.from(token).toString('base64')) return undefined;
    return {
      user: { ...serviceAccountUser(namespace, account.name), uid: account.uid },
      audiences: [defaultIssuer],
    };
  }

  #account(claims: Claims, namespace: string, account: Claims): KubeObject | undefined {
    if (claims['sub'] !== serviceAccountUsername(namespace, text(account['name']))) return undefined;
    return this.#find('serviceaccounts', namespace, account);
  }

  /** The referenced object, unless it is gone, was made anew, or is going for longer than a minute. */
  #find(storageKey: string, namespace: string, reference: Claims): KubeObject | undefined {
    const object = this.#store.get(storageKey, namespace, text(reference['name']));
    if (!object || object.metadata.uid !== reference['uid']) return undefined;
    const { deletionTimestamp } = object.metadata;
    return deletionTimestamp && Date.parse(deletionTimestamp) < this.#now() - 60_000 ? undefined : object;
  }
}
