import { randomUUID } from 'node:crypto';
import type { KubeObject } from '../object.ts';
import type { Registry } from '../registry/registry.ts';
import type { ServedResource, Strategy } from '../served-resource.ts';
import { alreadyExists, badRequest, conflict, invalid } from '../status-error.ts';
import type { StatusCause } from '../status-error.ts';
import { StaleWrite } from '../storage/store.ts';
import type { Store } from '../storage/store.ts';
import type { Admission, AdmissionRequest, Allocator } from './admission.ts';
import { mayGo } from './deletion.ts';
import { withOwnership } from './field-ownership.ts';
import { jsonClone, jsonEqual } from './json-equal.ts';
import { hasGeneration, needsVersionToUpdate } from './kind-rules.ts';
import { requireNamespace } from './namespace-gate.ts';
import { addressBody, expectedVersion } from './object-body.ts';
import { metadataProblems, metadataUpdateProblems } from './object-meta.ts';
import { generatedName } from './object-name.ts';
import type { Target, WriteOptions } from './operation-types.ts';
import { servedObject, storableObject } from './served-object.ts';
import { keepsToSubresource } from './subresource-reach.ts';
import { timestamp } from './timestamp.ts';
import { emptyObject, pruneToKind } from './typed-fields.ts';

/** A change of a stored object: what is stored, the same as served, and what the caller wants. */
export interface Change {
  stored: KubeObject;
  live: KubeObject;
  /** May be changed in place. */
  next: KubeObject;
  /** By PUT, by a patch, or by server-side apply, which has settled the managed fields already. */
  how: 'replace' | 'patch' | 'apply';
}

interface WriterOptions {
  registry: Registry;
  store: Store;
  admissions: readonly Admission[];
  allocators: readonly Allocator[];
  now: () => Date;
}

// client-go gives up on a generated name after as many; with 27^5 suffixes a clash is rare enough.
const maxNameAttempts = 8;

/**
 * Takes objects from the decoded request to the store: pruning, defaults, admission, rules of the kind, field
 * ownership, validation, allocation, write. The order is that of k8s.io/apiserver's handlers and generic registry.
 */
export class ObjectWriter {
  readonly #registry: Registry;
  readonly #store: Store;
  readonly #admissions: readonly Admission[];
  readonly #allocators: ReadonlyMap<string, Allocator>;
  readonly #now: () => Date;

  constructor({ registry, store, admissions, allocators, now }: WriterOptions) {
    this.#registry = registry;
    this.#store = store;
    this.#admissions = admissions;
    this.#allocators = new Map(allocators.map((allocator) => [allocator.storageKey, allocator]));
    this.#now = now;
  }

  /** Stores a new object. `object` is changed in place. */
  async create(
    target: Target,
    object: KubeObject,
    options: WriteOptions,
    how: Change['how'] = 'replace',
  ): Promise<KubeObject> {
    const { resource } = target;
    addressBody(object, target);
    requireNamespace(this.#store, { ...target, name: object.metadata.name ?? '' });
    if (expectedVersion(object) !== undefined) {
      throw badRequest('resourceVersion should not be set on objects to be created');
    }
    this.#prune(object, resource, options);
    resource.strategy.default?.(object);
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#createNamed(target, object, options, how);
      } catch (error) {
        // Applying over an object that has just appeared starts again with it.
        if (!(error instanceof StaleWrite) || how === 'apply') throw error;
        const { generateName, name } = object.metadata;
        if (name || !generateName || attempt === maxNameAttempts) {
          throw alreadyExists(
            { group: resource.group, resource: resource.plural },
            name ?? generateName ?? '',
          );
        }
      }
    }
  }

  async #createNamed(
    target: Target,
    object: KubeObject,
    options: WriteOptions,
    how: Change['how'],
  ): Promise<KubeObject> {
    const { resource, namespace } = target;
    const now = this.#now();
    let next: KubeObject = { ...object, metadata: { ...object.metadata } };
    const { metadata } = next;
    if (!metadata.name && metadata.generateName) metadata.name = generatedName(metadata.generateName);
    delete metadata.resourceVersion;
    delete metadata.deletionTimestamp;
    delete metadata.deletionGracePeriodSeconds;
    delete metadata['selfLink'];
    delete metadata.generation;
    if (resource.status) next = withoutStatus(next, resource);
    metadata.uid = randomUUID();
    metadata.creationTimestamp = timestamp(now);
    if (hasGeneration(resource)) metadata.generation = 1;
    if (how !== 'apply') next = withOwnership({ resource, subresource: '', options, now }, undefined, next);
    const request = this.#admission('CREATE', target, options, next, undefined);
    next = await this.#mutate(request);
    // Admission may have taken as long as it likes.
    requireNamespace(this.#store, { ...target, name: next.metadata.name ?? '' });
    resource.strategy.prepareForCreate?.(next);
    refuse(resource, next, [
      ...metadataProblems(next, resource),
      ...(resource.strategy.validate?.(next) ?? []),
    ]);
    await this.#validate({ ...request, object: next });
    return this.#allocated(next, undefined, resource, async () => {
      const { name = '' } = next.metadata;
      if (this.#store.get(resource.storageKey, namespace, name)) throw new StaleWrite(undefined);
      if (options.dryRun) return next;
      const stored = await this.#store.write({
        type: 'create',
        storageKey: resource.storageKey,
        namespace: resource.namespaced ? namespace : '',
        name,
        object: this.#storable(next, resource),
      });
      return servedObject(stored, resource);
    });
  }

  /** Stores a change; rejects with `StaleWrite` when the object was changed since it was read. */
  async update(target: Target, change: Change, options: WriteOptions): Promise<KubeObject> {
    const { resource, subresource = '' } = target;
    const { stored, live, how } = change;
    if (how === 'apply' && change.next === live) return live;
    let { next } = change;
    addressBody(next, target);
    this.#prune(next, resource, options, how);
    this.#checkVersion(target, live, next, how);
    next = keepsToSubresource(resource, subresource, live, next);
    resource.strategy.default?.(next);
    keepServerMetadata(next, live);
    const now = this.#now();
    const ownership = { resource, subresource, options, now };
    if (how !== 'apply') next = withOwnership(ownership, live, next);
    const request = this.#admission('UPDATE', target, options, next, live);
    next = await this.#mutate(request);
    // A binding assigns what is immutable for everybody else.
    const rules: Strategy = subresource === 'binding' ? {} : resource.strategy;
    rules.prepareForUpdate?.(next, live);
    setGeneration(resource, next, live);
    if (sameObject(next, live)) return live;
    refuse(resource, next, [
      ...metadataProblems(next, resource),
      ...metadataUpdateProblems(next, live),
      ...(rules.validate?.(next, live) ?? []),
      ...(rules.validateUpdate?.(next, live) ?? []),
    ]);
    await this.#validate({ ...request, object: next });
    return this.#allocated(next, live, resource, async () => {
      if (options.dryRun) return next;
      const written = await this.#store.write({
        type: mayGo(resource, next) ? 'delete' : 'update',
        storageKey: resource.storageKey,
        namespace: target.namespace,
        name: target.name,
        object: this.#storable(next, resource),
        expected: stored.metadata.resourceVersion ?? '',
      });
      return servedObject(written, resource);
    });
  }

  /** The object as it is stored: without what the storage version of its kind does not know. */
  #storable(object: KubeObject, resource: ServedResource): KubeObject {
    const stored = storableObject(object, resource);
    if (!resource.custom || resource.version === resource.storageVersion) return stored;
    const storage = this.#registry.find(resource.group, resource.storageVersion, resource.plural);
    if (!storage?.strategy.prune) return stored;
    const pruned = jsonClone(stored);
    storage.strategy.prune(pruned);
    return pruned;
  }

  #checkVersion(target: Target, live: KubeObject, next: KubeObject, how: Change['how']): void {
    const { resource, name } = target;
    const group = { group: resource.group, resource: resource.plural };
    const expected = expectedVersion(next);
    const { uid } = next.metadata;
    if (uid && uid !== live.metadata.uid) {
      throw conflict(
        group,
        name,
        `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${live.metadata.uid ?? ''}`,
      );
    }
    if (expected !== undefined && expected !== live.metadata.resourceVersion) {
      throw conflict(
        group,
        name,
        'the object has been modified; please apply your changes to the latest version and try again',
      );
    }
    if (expected === undefined && how === 'replace' && needsVersionToUpdate(resource)) {
      throw invalid({ group: resource.group, kind: resource.kind }, name, [
        {
          reason: 'FieldValueInvalid',
          field: 'metadata.resourceVersion',
          message: 'Invalid value: 0x0: must be specified for an update',
        },
      ]);
    }
  }

  #prune(
    object: KubeObject,
    resource: ServedResource,
    options: WriteOptions,
    how: Change['how'] = 'replace',
  ): void {
    const sent = how === 'patch' && options.fieldValidation === 'Strict' ? JSON.stringify(object) : '';
    const unknown = pruneToKind(object, resource).map((path) => `unknown field "${path}"`);
    if (unknown.length === 0) return;
    if (options.fieldValidation === 'Strict') {
      throw how === 'patch' ? strictPatchError(sent, unknown) : strictDecodingError(resource, unknown);
    }
    if (options.fieldValidation === 'Warn') for (const text of unknown) options.warn?.(text);
  }

  #admission(
    operation: 'CREATE' | 'UPDATE',
    target: Target,
    options: WriteOptions,
    object: KubeObject,
    oldObject: KubeObject | undefined,
  ): AdmissionRequest {
    const { dryRun = false, fieldManager, fieldValidation } = options;
    return {
      operation,
      user: options.user,
      resource: target.resource,
      subresource: target.subresource ?? '',
      namespace: target.namespace,
      name: object.metadata.name ?? '',
      object,
      ...(oldObject ? { oldObject } : {}),
      options: {
        kind: operation === 'CREATE' ? 'CreateOptions' : 'UpdateOptions',
        apiVersion: 'meta.k8s.io/v1',
        ...(dryRun ? { dryRun: ['All'] } : {}),
        ...(fieldManager ? { fieldManager } : {}),
        ...(fieldValidation ? { fieldValidation } : {}),
      },
      dryRun,
      warn: (message) => options.warn?.(message),
      ...(options.signal ? { signal: options.signal } : {}),
    };
  }

  async #mutate(request: AdmissionRequest): Promise<KubeObject> {
    let object = request.object!;
    for (const admission of this.#admissions) {
      if (admission.mutate) object = await admission.mutate({ ...request, object });
    }
    return object;
  }

  async #validate(request: AdmissionRequest): Promise<void> {
    for (const admission of this.#admissions) await admission.validate?.(request);
  }

  async #allocated(
    next: KubeObject,
    live: KubeObject | undefined,
    resource: ServedResource,
    write: () => Promise<KubeObject>,
  ): Promise<KubeObject> {
    const release = this.#allocators.get(resource.storageKey)?.allocate(next, live);
    try {
      return await write();
    } finally {
      release?.();
    }
  }
}

/** 400 for fields that the kind does not have, or that occur twice, under `fieldValidation=Strict`. */
export const strictDecodingError = (resource: ServedResource, problems: readonly string[]): Error =>
  badRequest(
    `${resource.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: strict decoding ` +
      `error: ${problems.join(', ')}`,
  );

/** 422 for the same in what comes out of a patch; `patched` is its JSON. */
const strictPatchError = (patched: string, problems: readonly string[]): Error =>
  invalid({ group: '', kind: '' }, '', [
    {
      reason: 'FieldValueInvalid',
      field: 'patch',
      message: `Invalid value: ${JSON.stringify(patched)}: strict decoding error: ${problems.join(', ')}`,
    },
  ]);

function refuse(resource: ServedResource, object: KubeObject, causes: StatusCause[]): void {
  if (causes.length === 0) return;
  throw invalid({ group: resource.group, kind: resource.kind }, object.metadata.name ?? '', causes);
}

/** Puts back what only the server sets, whatever the client sent. */
function keepServerMetadata({ metadata }: KubeObject, live: KubeObject): void {
  const kept = [
    'uid',
    'resourceVersion',
    'creationTimestamp',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
  ];
  for (const field of [...kept, 'generation', 'generateName', 'selfLink']) {
    if (live.metadata[field] === undefined) delete metadata[field];
    else metadata[field] = live.metadata[field];
  }
}

function setGeneration(resource: ServedResource, next: KubeObject, live: KubeObject): void {
  if (!hasGeneration(resource)) return;
  const changed = [...new Set([...Object.keys(next), ...Object.keys(live)])].some(
    (field) =>
      field !== 'metadata' &&
      !(field === 'status' && resource.status) &&
      !jsonEqual(next[field], live[field]),
  );
  if (changed) next.metadata.generation = (live.metadata.generation ?? 0) + 1;
}

/** A write that changes nothing but the time of a managed-fields entry is none. */
function sameObject(next: KubeObject, live: KubeObject): boolean {
  const timeless = ({ metadata: { managedFields = [], ...metadata }, ...rest }: KubeObject): unknown => ({
    ...rest,
    metadata: { ...metadata, managedFields: managedFields.map((entry) => ({ ...entry, time: undefined })) },
  });
  return jsonEqual(timeless(next), timeless(live));
}

/** The object as its creator may make it: its status is the kind's empty one. */
function withoutStatus(object: KubeObject, resource: ServedResource): KubeObject {
  const { status: _status, ...rest } = object;
  const status = emptyObject(resource)?.['status'];
  return status === undefined ? rest : { ...rest, status: jsonClone(status) };
}
