import { createHash, timingSafeEqual } from 'node:crypto';
import type { KubeClient } from '@armillary/kube';
import { LRUCache } from 'lru-cache';

/**
 * What a request does: `alerts` hands alerts in, `read` shows what there is, `act` sends messages at once, replays or
 * forgets.
 */
export type Action = 'alerts' | 'read' | 'act';

/** One request, as far as its right is concerned. */
interface AccessQuestion {
  action: Action;
  /** `get` or `post`. */
  verb: string;
  path: string;
  /** The header `Authorization`. */
  authorization: string | undefined;
}

/** May this be done? `unknown` asks for credentials. */
type Verdict = 'allowed' | 'unknown' | 'forbidden';

/** Decides who may use the HTTP interface. Rejects when it cannot tell now. */
export type Access = (question: AccessQuestion) => Promise<Verdict>;

/** Everybody who reaches the port: for loopback, and for tests. */
export const openAccess: Access = async () => 'allowed';

/** Lets alerts in from everybody and asks `access` about all the rest. */
export const alertsFromEverybody =
  (access: Access): Access =>
  async (question) =>
    question.action === 'alerts' ? 'allowed' : await access(question);

/**
 * Whoever knows the token: as a bearer token, or as the password of basic authentication, whichever the sender can
 * do. It is asked for at each request, so that a rotated one counts at once.
 */
export const tokenAccess =
  (token: () => Promise<string>): Access =>
  async ({ authorization }) => {
    const given = credentialOf(authorization);
    if (given === undefined) return 'unknown';
    return equal(given, await token()) ? 'allowed' : 'unknown';
  };

/** How long an answer of the cluster is believed, in milliseconds; as long as kube-apiserver believes its webhooks' no. */
const believedMs = 30_000;

interface TokenReview {
  status?: { authenticated?: boolean; user?: { username?: string; groups?: string[]; uid?: string } };
}

interface SubjectAccessReview {
  status?: { allowed?: boolean };
}

/**
 * Roles name paths with this in front: below `/api` every account of a cluster may read, by the role `system:discovery`.
 */
const pathPrefix = '/notification-manager';

/**
 * Whoever the cluster knows by a bearer token (TokenReview) and allows the verb on the path (SubjectAccessReview on
 * `nonResourceURLs`, `/notification-manager/api/v2/alerts`), as kube-rbac-proxy does.
 */
export function kubernetesAccess(client: KubeClient): Access {
  const verdicts = new LRUCache<string, Promise<Verdict>>({ max: 1000, ttl: believedMs });
  const ask = async (token: string, verb: string, path: string): Promise<Verdict> => {
    const identity = await client.json<TokenReview>({
      method: 'POST',
      path: '/apis/authentication.k8s.io/v1/tokenreviews',
      body: JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } }),
    });
    const { authenticated, user } = identity.status ?? {};
    if (!authenticated || user?.username === undefined) return 'unknown';
    const spec = {
      user: user.username,
      groups: user.groups ?? [],
      ...(user.uid === undefined ? {} : { uid: user.uid }),
      nonResourceAttributes: { path: `${pathPrefix}${path}`, verb },
    };
    const review = await client.json<SubjectAccessReview>({
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
      body: JSON.stringify({ apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec }),
    });
    return review.status?.allowed ? 'allowed' : 'forbidden';
  };
  return async ({ authorization, verb, path }) => {
    const token = credentialOf(authorization);
    if (token === undefined) return 'unknown';
    const key = createHash('sha256').update(`${verb} ${path} ${token}`).digest('base64');
    let verdict = verdicts.get(key);
    if (!verdict) {
      verdict = ask(token, verb, path);
      verdicts.set(key, verdict);
      verdict.catch(() => verdicts.delete(key));
    }
    return await verdict;
  };
}

/** The bearer token, or the password of basic authentication. */
function credentialOf(authorization: string | undefined): string | undefined {
  const match = /^(bearer|basic) +(\S+)$/i.exec(authorization ?? '');
  if (!match) return undefined;
  const [, scheme, text = ''] = match;
  if (scheme!.toLowerCase() === 'bearer') return text;
  const decoded = Buffer.from(text, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  return colon < 0 ? undefined : decoded.slice(colon + 1);
}

/** Compares without telling by time how much is right. */
function equal(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
