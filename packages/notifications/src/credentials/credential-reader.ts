import { coreV1, hasCode, isNotFound, type Clock, type KubeClient } from '@armillary/kube';
import { LRUCache } from 'lru-cache';
import { NotificationError } from '../errors.ts';
import type { Credential } from '../kinds/credential.ts';

/** Options of a `CredentialReader`. */
export interface CredentialReaderOptions {
  client: KubeClient;
  clock: Clock;
  /** The namespace of references that name none. */
  defaultNamespace(): string;
}

/** Whose credentials are read. */
export interface ReadOptions {
  /** The only namespaces whose Secrets may be read: for receivers that were named by somebody else. */
  namespaces?: readonly string[];
  signal?: AbortSignal;
}

/** How long a Secret is kept in memory, so that 1,000 messages are one request and a rotated secret is soon seen. */
const keptMs = 10_000;

interface Kept {
  readonly data: Promise<Readonly<Record<string, string>>>;
  readonly readAt: number;
}

/**
 * Reads credentials: given in the object, or in a Secret. Secrets are asked for by name and never listed, so that a
 * role which may `get` named Secrets is enough.
 */
export class CredentialReader {
  readonly #options: CredentialReaderOptions;
  readonly #secrets = new LRUCache<string, Kept>({ max: 1000 });

  constructor(options: CredentialReaderOptions) {
    this.#options = options;
  }

  /**
   * The text of a credential. Throws `NotificationError` `CredentialUnavailable` when the Secret or its key is not
   * there, may not be read, or is outside the namespaces that are allowed.
   */
  async read(credential: Credential, options: ReadOptions = {}): Promise<string> {
    if (credential.value !== undefined) return credential.value;
    const reference = credential.valueFrom?.secretKeyRef;
    if (!reference) {
      throw new NotificationError('CredentialUnavailable', 'a credential has neither value nor valueFrom');
    }
    const { namespace = this.#options.defaultNamespace(), name, key } = reference;
    if (options.namespaces && !options.namespaces.includes(namespace)) {
      throw new NotificationError(
        'CredentialUnavailable',
        `Secrets in namespace ${namespace} may not be used here: list it in secretNamespaces of the source`,
      );
    }
    const data = await this.#secret(namespace, name, options.signal);
    const encoded = data[key];
    if (encoded === undefined) {
      throw new NotificationError('CredentialUnavailable', `Secret ${namespace}/${name} has no key ${key}`);
    }
    // Secrets made from files end with a line end that nobody means, and that breaks every signature and header.
    return Buffer.from(encoded, 'base64')
      .toString('utf8')
      .replace(/[\r\n]+$/, '');
  }

  async #secret(
    namespace: string,
    name: string,
    signal: AbortSignal | undefined,
  ): Promise<Readonly<Record<string, string>>> {
    const id = `${namespace}/${name}`;
    const now = this.#options.clock.now();
    let kept = this.#secrets.get(id);
    // A clock that was set back does not make one last longer.
    if (!kept || Math.abs(now - kept.readAt) >= keptMs) {
      kept = { data: this.#fetch(namespace, name), readAt: now };
      this.#secrets.set(id, kept);
      kept.data.catch(() => this.#secrets.delete(id));
    }
    signal?.throwIfAborted();
    return await kept.data;
  }

  async #fetch(namespace: string, name: string): Promise<Readonly<Record<string, string>>> {
    try {
      const secret = await this.#options.client.resource(coreV1.secrets).get(name, { namespace });
      return secret.data ?? {};
    } catch (error) {
      throw new NotificationError('CredentialUnavailable', why(namespace, name, error), { cause: error });
    }
  }
}

function why(namespace: string, name: string, error: unknown): string {
  if (isNotFound(error)) return `there is no Secret ${namespace}/${name}`;
  if (hasCode(error, 'Forbidden')) return `the notification manager may not read Secret ${namespace}/${name}`;
  return `Secret ${namespace}/${name} could not be read: ${(error as Error).message}`;
}
