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

/** Who asks, as the API server knows people. */
interface User {
  username?: string;
  uid?: string;
  groups?: string[];
  extra?: unknown;
}

/** Members may do everything; asking the API server about them would change nothing. */
const mastersGroup = 'system:masters';

/**
 * Says who may read logs, as a kubelet does: whoever has a client certificate of the configured authority, or a
 * bearer token that the API server knows, and may use `nodes/proxy` of this node.
 */
export class KubeletAccess {
  readonly #client: Pick<KubeClient, 'json'>;
  readonly #nodeName: string;

  constructor(client: Pick<KubeClient, 'json'>, nodeName: string) {
    this.#client = client;
    this.#nodeName = nodeName;
  }

  /** Asks for one request. Rejects when the API server cannot be asked. */
  async check(request: IncomingMessage, signal: AbortSignal): Promise<Access> {
    const user = certificateUser(request.socket as TLSSocket) ?? (await this.#tokenUser(request, signal));
    if (user === undefined) return 'unauthenticated';
    if (user.groups?.includes(mastersGroup) === true) return 'granted';
    const review = await this.#post<SubjectAccessReview>(
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
    return review.status?.allowed === true ? 'granted' : 'forbidden';
  }

  async #tokenUser(request: IncomingMessage, signal: AbortSignal): Promise<User | undefined> {
    const token = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined || token.length > longestToken) return undefined;
    const { status } = await this.#post<TokenReview>(
      '/apis/authentication.k8s.io/v1/tokenreviews',
      { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } },
      signal,
    );
    return status?.authenticated === true ? status.user : undefined;
  }

  async #post<T>(path: string, body: object, signal: AbortSignal): Promise<T> {
    return this.#client.json<T>({ method: 'POST', path, body: JSON.stringify(body), signal });
  }
}

/** The user of a verified client certificate: its common name, and its organizations as groups. */
function certificateUser(socket: TLSSocket): User | undefined {
  if (!socket.authorized) return undefined;
  const { CN, O } = socket.getPeerCertificate().subject ?? {};
  if (CN === undefined) return undefined;
  return { username: [CN].flat()[0] ?? '', groups: O === undefined ? [] : [O].flat() };
}
