import type { KubeObject } from '../object.ts';
import type { ServedResource } from '../served-resource.ts';
import type { UserInfo } from '../user-info.ts';

/** A write on its way to the store, as admission sees it. */
export interface AdmissionRequest {
  operation: 'CREATE' | 'UPDATE' | 'DELETE';
  user: UserInfo;
  resource: ServedResource;
  /** Empty when the object itself is written. */
  subresource: string;
  namespace: string;
  /** Empty when a name is to be generated. */
  name: string;
  /** The object to be stored, in the requested version; absent for DELETE. */
  object?: KubeObject;
  /** The stored object in the requested version; absent for CREATE. */
  oldObject?: KubeObject;
  /** `CreateOptions`, `UpdateOptions`, `PatchOptions` or `DeleteOptions` of meta.k8s.io/v1. */
  options: Record<string, unknown>;
  dryRun: boolean;
  /** Sends a `Warning` header with the answer. */
  warn: (message: string) => void;
  signal?: AbortSignal;
}

/**
 * A step between the decoding of a write and the store. `mutate` returns the object to go on with (the given one
 * when it changes nothing; never changed in place); `validate` sees the final object. Both refuse by throwing a
 * `StatusError`. For DELETE only `validate` runs.
 */
export interface Admission {
  mutate?(request: AdmissionRequest): Promise<KubeObject> | KubeObject;
  validate?(request: AdmissionRequest): Promise<void> | void;
}

/**
 * Hands out what must be unique among stored objects (cluster IPs, node ports). Runs last before the write and
 * fills `object` in place; the returned function is called once after the write was committed, refused, or was a
 * dry run, and gives back whatever is reserved only in memory.
 */
export interface Allocator {
  storageKey: string;
  allocate(object: KubeObject, old: KubeObject | undefined): () => void;
}

/** A resource or subresource that answers a POST without storing anything (reviews, service account tokens). */
export interface VirtualResource {
  group: string;
  plural: string;
  /** Set for subresources such as `token` of `serviceaccounts`. */
  subresource?: string;
  create(request: {
    user: UserInfo;
    namespace: string;
    /** Of the parent object; empty for reviews. */
    name: string;
    object: KubeObject;
    dryRun: boolean;
  }): Promise<KubeObject> | KubeObject;
}
