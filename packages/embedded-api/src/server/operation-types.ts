import type { KubeObject } from '../object.ts';
import type { ServedResource } from '../served-resource.ts';
import type { UserInfo } from '../user-info.ts';

/** Which object, or with an empty `name` which collection. An empty namespace is all of them, or none. */
export interface Target {
  resource: ServedResource;
  namespace: string;
  name: string;
  /** `status`, `scale`, `finalize`, ... */
  subresource?: string;
}

/** What every verb may be given. In-process callers name themselves by `user`. */
export interface CallOptions {
  user: UserInfo;
  /** Receives texts for `Warning` headers; dropped when absent. */
  warn?: (message: string) => void;
  signal?: AbortSignal;
}

/** Options of writes, as in meta.k8s.io/v1 Create-, Update- and PatchOptions. */
export interface WriteOptions extends CallOptions {
  dryRun?: boolean;
  fieldManager?: string;
  /** `Ignore` when absent, as for callers inside the process. */
  fieldValidation?: 'Strict' | 'Warn' | 'Ignore';
}

/** A request body of PATCH. `apply` is server-side apply. */
export interface PatchBody {
  type: 'json' | 'merge' | 'strategic' | 'apply';
  body: unknown;
  /** With `apply`: takes over fields that others manage. */
  force?: boolean;
}

/** meta.k8s.io/v1 DeleteOptions. */
export interface DeleteOptions extends CallOptions {
  dryRun?: boolean;
  gracePeriodSeconds?: number;
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  orphanDependents?: boolean;
  preconditions?: { uid?: string; resourceVersion?: string };
}

/** Options of `list` and `deleteCollection`; the selectors are in their query form (`a=b,c in (d)`). */
export interface ListOptions extends CallOptions {
  labelSelector?: string;
  fieldSelector?: string;
  limit?: number;
  continue?: string;
  resourceVersion?: string;
  resourceVersionMatch?: 'Exact' | 'NotOlderThan';
}

/** One page of a list, in the version of the target's resource. */
export interface ListResult {
  items: KubeObject[];
  resourceVersion: string;
  continue?: string;
  remainingItemCount?: number;
}

/**
 * The verbs of the API, in process. Every HTTP request goes through them after authorisation, and so do the
 * controllers of the server. All of them throw `StatusError`. Returned objects are shared and must be treated as
 * frozen; given bodies are not changed.
 */
export interface Verbs {
  get(target: Target, options: CallOptions): Promise<KubeObject>;
  list(target: Target, options: ListOptions): Promise<ListResult>;
  create(target: Target, object: KubeObject, options: WriteOptions): Promise<KubeObject>;
  /** PUT of the object, or of the subresource that `target` names. */
  update(target: Target, object: KubeObject, options: WriteOptions): Promise<KubeObject>;
  patch(target: Target, patch: PatchBody, options: WriteOptions): Promise<KubeObject>;
  /** Resolves to the object when it stays for its finalizers or grace period, and to a `Status` when it is gone. */
  delete(target: Target, options: DeleteOptions): Promise<KubeObject>;
  deleteCollection(target: Target, options: ListOptions & DeleteOptions): Promise<ListResult>;
}
