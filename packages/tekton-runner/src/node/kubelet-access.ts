import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { KubeClient } from '@armillary/kube';

/** What a request may do. */
export type Access = 'granted' | 'unauthenticated' | 'forbidden';

interface TokenReview {
  status?: {
    authenticated?: boolean;
    user?: { username?: string; uid?: string; groups?: string[]; extra?: unknown };
  };
}

interface SubjectAccessReview {
  status?: { allowed?: boolean };
}

/** Longer tokens than any server issues are not sent on. */
const longestToken = 16 * 1024;

/**
 * Says who may read logs, as a kubelet does: whoever has a client certificate of the configured authority, or a
 * bearer token that the API server knows and that may use `nodes/proxy` of this node.
 */
export class KubeletAccess {
  readonly #client: KubeClient;
  readonly #nodeName: string;

  constructor(client: KubeClient, nodeName: string) {
    this.#client = client;
    this.#nodeName = nodeName;
  }

  /** Asks for one request. Rejects when the API server cannot be asked. */
  async check(request: IncomingMessage, signal: AbortSignal): Promise<Access> {
    if ((request.socket as TLSSocket).authorized) return 'granted';
    const token = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined || token.length > longestToken) return 'unauthenticated';
    const review = await this.#post<TokenReview>(
      '/apis/authentication.k8s.io/v1/tokenreviews',
      { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } },
      signal,
    );
    const user = review.status?.user;
    if (review.status?.authenticated !== true || user === undefined) return 'unauthenticated';
    const access = await this.#post<SubjectAccessReview>(
      '/apis/authorization.k8s.io/v1/subjectaccessreviews',
      {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SubjectAccessReview',
        spec: {
          user: user.username,
          ...(user.uid !== undefined && { uid: user.uid }),
          ...(user.groups !== undefined && { groups: user.groups }),
          ...(user.extra !== undefined && { extra: user.extra }),
          resourceAttributes: {
            verb: 'get',
            version: 'v1',
            resource: 'nodes',
            subresource: 'proxy',
            name: this.#nodeName,
          },
        },
      },
      signal,
    );
    return access.status?.allowed === true ? 'granted' : 'forbidden';
  }

  async #post<T>(path: string, body: object, signal: AbortSignal): Promise<T> {
    return this.#client.json<T>({ method: 'POST', path, body: JSON.stringify(body), signal });
  }
}
