import type { KubeList, KubeObject } from '../objects/kube-object.ts';
import { apiVersionOf, resourcePath } from '../objects/resource-type.ts';
import type { ResourceType } from '../objects/resource-type.ts';
import type { Status } from '../objects/status.ts';
import type { KubeClient } from './kube-client.ts';
import type { RawRequest } from './transport.ts';
import type { WatchEvent } from './watch-event.ts';
import { decodeWatch } from './watch-stream.ts';

/** Options of every call. */
export interface CallOptions {
  signal?: AbortSignal | undefined;
  /** For this call; the client's own unless told. */
  timeoutMs?: number | undefined;
}

/** Where an object is. Required for namespaced kinds. */
export interface NamespaceOption {
  namespace?: string | undefined;
}

/** Options of every write. */
export interface WriteOptions extends CallOptions {
  /** The server checks and answers, and stores nothing. */
  dryRun?: boolean;
  /** Who manages the fields that are written. The client's user agent unless told. */
  fieldManager?: string;
  /** What the server does about unknown fields. */
  fieldValidation?: 'Strict' | 'Warn' | 'Ignore';
}

/** Options of server-side apply. */
export interface ApplyOptions extends WriteOptions {
  /** Required: one stable name per controller. */
  fieldManager: string;
  /** Takes fields over from other managers instead of failing with a conflict. */
  force?: boolean;
  subresource?: string;
}

/** Which objects. Selectors are in their text form, such as `app=web,tier!=cache`. */
export interface SelectorOptions extends NamespaceOption {
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
}

/** Options of list. */
export interface ListOptions extends CallOptions, SelectorOptions {
  /** Objects per page. */
  limit?: number;
  continue?: string;
  resourceVersion?: string;
  resourceVersionMatch?: 'Exact' | 'NotOlderThan';
}

/** Options of watch. */
export interface WatchOptions extends CallOptions, SelectorOptions {
  /** Events after this version. Without it, the present objects come first, as ADDED. */
  resourceVersion?: string;
  resourceVersionMatch?: 'NotOlderThan';
  /** The present objects first, then a bookmark that ends them (Kubernetes 1.32 and later). */
  sendInitialEvents?: boolean;
  /** On unless told. */
  allowWatchBookmarks?: boolean;
  /** The server ends the watch after so many seconds. */
  timeoutSeconds?: number;
  /** Throws `StreamIdle` when the server sends nothing for so long. */
  idleTimeoutMs?: number;
}

/** A patch of one of the three classic types; the fourth is {@link ResourceClient.apply}. */
export interface PatchOptions extends WriteOptions, NamespaceOption {
  /** JSON Patch (RFC 6902), merge patch (RFC 7386), or strategic merge patch (built-in kinds only). */
  type: 'json' | 'merge' | 'strategic';
  body: unknown;
  subresource?: string;
}

/** Options of delete and deletecollection. */
export interface DeleteOptions extends CallOptions, NamespaceOption {
  dryRun?: boolean;
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  gracePeriodSeconds?: number;
  /** The delete fails with a conflict unless these match. */
  preconditions?: { uid?: string; resourceVersion?: string };
}

const patchContentTypes = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
} as const;

/** The calls on one resource. Every call rejects with a {@link KubeError}, or with the signal's reason. */
export class ResourceClient<T extends KubeObject> {
  readonly type: ResourceType<T>;
  readonly #client: KubeClient;

  constructor(client: KubeClient, type: ResourceType<T>) {
    this.#client = client;
    this.type = type;
  }

  /** Reads one object. */
  get(name: string, options: CallOptions & NamespaceOption = {}): Promise<T> {
    return this.#client.json<T>({ path: this.#pathOf(options.namespace, name), ...callOf(options) });
  }

  /** One page, or everything when no `limit` is given. Items carry their `apiVersion` and `kind`. */
  async list(options: ListOptions = {}): Promise<KubeList<T>> {
    const list = await this.#client.json<KubeList<T>>({
      path: this.#collectionPath(options.namespace),
      query: {
        ...selectorsOf(options),
        limit: options.limit,
        continue: options.continue,
        resourceVersion: options.resourceVersion,
        resourceVersionMatch: options.resourceVersionMatch,
      },
      ...callOf(options),
    });
    const apiVersion = apiVersionOf(this.type);
    const items = list.items ?? [];
    for (const item of items) {
      // Servers leave them out of the items of built-in kinds.
      item.apiVersion ??= apiVersion;
      item.kind ??= this.type.kind;
    }
    return { ...list, items };
  }

  /** Every object, page after page (500 each unless told), from one consistent state of the store. */
  async *listAll(options: Omit<ListOptions, 'continue'> = {}): AsyncGenerator<T, void> {
    let page = await this.list({ limit: 500, ...options });
    for (;;) {
      yield* page.items;
      const token = page.metadata.continue;
      if (!token) return;
      // The token names the state; a resource version beside it is an error.
      const { resourceVersion: _, resourceVersionMatch: __, ...rest } = options;
      page = await this.list({ limit: 500, ...rest, continue: token });
    }
  }

  /** Creates the object, in the namespace of its metadata. */
  create(object: T, options: WriteOptions = {}): Promise<T> {
    return this.#send('POST', this.#pathOf(object.metadata.namespace), object, options);
  }

  /** Replaces the object; with its resource version, only if nobody changed it since. */
  update(object: T, options: WriteOptions = {}): Promise<T> {
    return this.#put(object, undefined, options);
  }

  /** Replaces the status and nothing else. */
  updateStatus(object: T, options: WriteOptions = {}): Promise<T> {
    return this.#put(object, 'status', options);
  }

  /** Changes part of an object. */
  patch(name: string, options: PatchOptions): Promise<T> {
    return this.#client.json<T>({
      method: 'PATCH',
      path: this.#pathOf(options.namespace, name, options.subresource),
      query: writeQuery(options),
      body: JSON.stringify(options.body),
      contentType: patchContentTypes[options.type],
      ...callOf(options),
    });
  }

  /** Server-side apply: the object says the fields that this manager wants, and no others. */
  apply(object: T, options: ApplyOptions): Promise<T> {
    return this.#client.json<T>({
      method: 'PATCH',
      path: this.#pathOf(object.metadata.namespace, nameOf(object), options.subresource),
      query: { ...writeQuery(options), force: options.force },
      body: JSON.stringify(object),
      contentType: 'application/apply-patch+yaml',
      ...callOf(options),
    });
  }

  /** Deletes an object; resolves with it while finalizers hold it back, else with a `Status` or its last state. */
  delete(name: string, options: DeleteOptions = {}): Promise<T | Status> {
    return this.#client.json<T | Status>({
      method: 'DELETE',
      path: this.#pathOf(options.namespace, name),
      body: deleteBody(options),
      ...callOf(options),
    });
  }

  /** Deletes all objects that the selectors choose, in one namespace or, without one, in all. */
  deleteCollection(options: DeleteOptions & SelectorOptions): Promise<KubeList<T> | Status> {
    return this.#client.json<KubeList<T> | Status>({
      method: 'DELETE',
      path: this.#collectionPath(options.namespace),
      query: selectorsOf(options),
      body: deleteBody(options),
      ...callOf(options),
    });
  }

  /**
   * Follows changes until the server ends the watch, which is normal, or the reader leaves the loop. Throws
   * what interrupts it: the error of an `ERROR` event, a lost connection, idleness, the signal's reason.
   */
  async *watch(options: WatchOptions = {}): AsyncGenerator<WatchEvent<T>, void> {
    const path = this.#collectionPath(options.namespace);
    const response = await this.#client.stream({
      path,
      query: {
        ...selectorsOf(options),
        watch: true,
        allowWatchBookmarks: options.allowWatchBookmarks ?? true,
        resourceVersion: options.resourceVersion,
        resourceVersionMatch: options.resourceVersionMatch,
        sendInitialEvents: options.sendInitialEvents,
        timeoutSeconds: options.timeoutSeconds,
      },
      idleTimeoutMs: options.idleTimeoutMs,
      ...callOf(options),
    });
    yield* decodeWatch<T>(response.body, `watch ${path}`, this.#client.maxWatchEventBytes);
  }

  /** Reads a subresource, such as `scale`. */
  getSubresource<S>(
    name: string,
    subresource: string,
    options: CallOptions & NamespaceOption = {},
  ): Promise<S> {
    return this.#client.json<S>({
      path: this.#pathOf(options.namespace, name, subresource),
      ...callOf(options),
    });
  }

  /** Creates a subresource, such as `token`, `eviction` or `binding`. */
  createSubresource<S>(
    name: string,
    subresource: string,
    body: unknown,
    options: WriteOptions & NamespaceOption = {},
  ): Promise<S> {
    return this.#send('POST', this.#pathOf(options.namespace, name, subresource), body, options);
  }

  /** Replaces a subresource, such as `scale`. */
  updateSubresource<S>(
    name: string,
    subresource: string,
    body: unknown,
    options: WriteOptions & NamespaceOption = {},
  ): Promise<S> {
    return this.#send('PUT', this.#pathOf(options.namespace, name, subresource), body, options);
  }

  #put(object: T, subresource: string | undefined, options: WriteOptions): Promise<T> {
    return this.#send(
      'PUT',
      this.#pathOf(object.metadata.namespace, nameOf(object), subresource),
      object,
      options,
    );
  }

  #send<S>(method: 'POST' | 'PUT', path: string, body: unknown, options: WriteOptions): Promise<S> {
    const query = writeQuery(options);
    return this.#client.json<S>({ method, path, query, body: JSON.stringify(body), ...callOf(options) });
  }

  #pathOf(namespace: string | undefined, name?: string, subresource?: string): string {
    if (this.type.namespaced && !namespace) {
      throw new TypeError(`${this.type.kind} is a namespaced kind: say the namespace`);
    }
    if (name === '') throw new TypeError(`say the name of the ${this.type.kind}`);
    return resourcePath(this.type, { namespace, name, subresource });
  }

  #collectionPath(namespace: string | undefined): string {
    return resourcePath(this.type, { namespace });
  }
}

function callOf(options: CallOptions): Pick<RawRequest, 'signal' | 'timeoutMs'> {
  return { signal: options.signal, timeoutMs: options.timeoutMs };
}

function selectorsOf(options: SelectorOptions): RawRequest['query'] & object {
  return { labelSelector: options.labelSelector, fieldSelector: options.fieldSelector };
}

function writeQuery(options: WriteOptions): RawRequest['query'] & object {
  return {
    dryRun: options.dryRun ? 'All' : undefined,
    fieldManager: options.fieldManager,
    fieldValidation: options.fieldValidation,
  };
}

function deleteBody(options: DeleteOptions): string {
  const { propagationPolicy, gracePeriodSeconds, preconditions } = options;
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    propagationPolicy,
    gracePeriodSeconds,
    preconditions,
    ...(options.dryRun ? { dryRun: ['All'] } : {}),
  });
}

function nameOf(object: KubeObject): string {
  const { name } = object.metadata;
  if (!name) throw new TypeError(`the ${object.kind} has no metadata.name`);
  return name;
}
