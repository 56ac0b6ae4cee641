import type { KubeObject, ObjectMeta } from '../object.ts';
import type { Registry } from '../registry/registry.ts';
import type { ServedResource } from '../served-resource.ts';
import type { GroupResource } from '../status-error.ts';
import { badRequest, conflict, methodNotAllowed, notFound } from '../status-error.ts';
import { StaleWrite } from '../storage/store.ts';
import type { Store } from '../storage/store.ts';
import type { Admission, AdmissionRequest, Allocator } from './admission.ts';
import { checkPreconditions, planDeletion } from './deletion.ts';
import { applyConfiguration } from './field-ownership.ts';
import { jsonClone } from './json-equal.ts';
import { answersDeletedObject, createsOnUpdate } from './kind-rules.ts';
import { listPage } from './list-page.ts';
import { ObjectWriter } from './object-writer.ts';
import type { Change } from './object-writer.ts';
import { checkPatchType, patchedObject } from './patch-object.ts';
import type {
  CallOptions,
  DeleteOptions,
  ListOptions,
  ListResult,
  PatchBody,
  Target,
  Verbs,
  WriteOptions,
} from './operation-types.ts';
import { scaleOf, withScale } from './scale.ts';
import { servedObject, storableObject } from './served-object.ts';
import { addressBody, expectedVersion } from './object-body.ts';

/** What the verbs work with. Admissions run in the given order. */
export interface OperationsOptions {
  registry: Registry;
  store: Store;
  admissions?: readonly Admission[];
  allocators?: readonly Allocator[];
  now?: () => Date;
}

// Each round of a group commit lets one of the writers of an object through, so this many writers always finish.
const maxAttempts = 100;

// One commit for as many; the event loop is free in between.
const deletedTogether = 50;

const groupResource = ({ group, plural }: ServedResource): GroupResource => ({ group, resource: plural });

/** The verbs of the API over the store; see `Verbs`. */
export class Operations implements Verbs {
  readonly #store: Store;
  readonly #admissions: readonly Admission[];
  readonly #writer: ObjectWriter;
  readonly #now: () => Date;

  constructor(options: OperationsOptions) {
    const { registry, store, admissions = [], allocators = [], now = () => new Date() } = options;
    this.#store = store;
    this.#admissions = admissions;
    this.#now = now;
    this.#writer = new ObjectWriter({ registry, store, admissions, allocators, now });
  }

  async get(target: Target, _options: CallOptions): Promise<KubeObject> {
    const object = this.#live(target);
    return target.subresource === 'scale' ? scaleOf(target.resource, object) : object;
  }

  async list({ resource, namespace }: Target, options: ListOptions): Promise<ListResult> {
    return listPage(this.#store, resource, namespace, options);
  }

  async create(target: Target, object: KubeObject, options: WriteOptions): Promise<KubeObject> {
    if (target.subresource) throw methodNotAllowed();
    return this.#writer.create(target, jsonClone(object), options);
  }

  async update(target: Target, object: KubeObject, options: WriteOptions): Promise<KubeObject> {
    const { resource, subresource = '' } = target;
    if (subresource === 'scale') {
      return this.#save(target, options, 'patch', (live) => this.#scaled(target, live, object));
    }
    const mayCreate = subresource === '' && createsOnUpdate(resource);
    const next = jsonClone(object);
    if (!next.metadata?.name) {
      throw badRequest(
        `the name of the object (${target.name} based on URL) was undeterminable: name must be provided`,
      );
    }
    addressBody(next, target);
    return this.#save(target, options, 'replace', () => jsonClone(next), mayCreate);
  }

  async patch(target: Target, patch: PatchBody, options: WriteOptions): Promise<KubeObject> {
    const { resource, subresource = '' } = target;
    checkPatchType(resource, patch.type);
    if (patch.type === 'apply' && subresource !== 'scale') {
      const make = (live: KubeObject | undefined): KubeObject => {
        const context = { resource, subresource, options, now: this.#now() };
        const applied = applyConfiguration(context, live, patch);
        return applied === live ? applied : jsonClone(applied);
      };
      return this.#save(target, options, 'apply', make, subresource === '');
    }
    return this.#save(target, options, 'patch', (live) => {
      if (subresource === 'scale') {
        const type = patch.type === 'apply' ? 'merge' : patch.type;
        const scale = patchedObject({}, scaleOf(resource, present(target, live)), { ...patch, type });
        return this.#scaled(target, live, scale);
      }
      const current = present(target, live);
      const next = jsonClone(patchedObject(resource.schema, current, patch));
      // A patch that does not name a version is made against whatever is stored.
      if (next.metadata?.resourceVersion === current.metadata.resourceVersion)
        delete next.metadata.resourceVersion;
      return next;
    });
  }

  async delete(target: Target, options: DeleteOptions): Promise<KubeObject> {
    return this.#attempts(target, async () => {
      const { resource, namespace, name } = target;
      const stored = this.#stored(target);
      const live = servedObject(stored, resource);
      checkPreconditions(resource, live, options.preconditions);
      await this.#validateDeletion(target, live, options);
      const plan = planDeletion(resource, live, options, this.#now());
      if (plan.action === 'keep') return live;
      if (options.dryRun) return plan.action === 'remove' ? deletedAnswer(resource, live) : plan.object;
      const written = await this.#store.write({
        type: plan.action === 'remove' ? 'delete' : 'update',
        storageKey: resource.storageKey,
        namespace,
        name,
        object: storableObject(plan.object, resource),
        expected: stored.metadata.resourceVersion ?? '',
      });
      return plan.action === 'remove' ? deletedAnswer(resource, live) : servedObject(written, resource);
    });
  }

  async deleteCollection(target: Target, options: ListOptions & DeleteOptions): Promise<ListResult> {
    const page = await this.list(target, options);
    for (let from = 0; from < page.items.length; from += deletedTogether) {
      options.signal?.throwIfAborted();
      const some = page.items.slice(from, from + deletedTogether);
      await Promise.all(some.map(({ metadata }) => this.#deleteIfThere(target, metadata, options)));
    }
    return page;
  }

  async #deleteIfThere(target: Target, metadata: ObjectMeta, options: DeleteOptions): Promise<void> {
    const { namespace = '', name = '' } = metadata;
    try {
      await this.delete({ ...target, namespace, name }, options);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  /** The stored object in its stored version. Throws the 404. */
  #stored({ resource, namespace, name }: Target): KubeObject {
    const stored = this.#store.get(resource.storageKey, namespace, name);
    if (!stored) throw notFound(groupResource(resource), name);
    return stored;
  }

  #live(target: Target): KubeObject {
    return servedObject(this.#stored(target), target.resource);
  }

  #scaled(target: Target, live: KubeObject | undefined, scale: KubeObject): KubeObject {
    return withScale(target.resource, present(target, live), scale);
  }

  /** Reads, makes the next state from what was read, and writes it; again when somebody else was faster. */
  async #save(
    target: Target,
    options: WriteOptions,
    how: Change['how'],
    make: (live: KubeObject | undefined) => KubeObject,
    mayCreate = false,
  ): Promise<KubeObject> {
    const { resource, namespace, name } = target;
    return this.#attempts(target, async () => {
      const stored = this.#store.get(resource.storageKey, namespace, name);
      if (!stored && !mayCreate) throw notFound(groupResource(resource), name);
      const live = stored && servedObject(stored, resource);
      const next = make(live);
      if (stored && live) {
        const written = await this.#writer.update(target, { stored, live, next, how }, options);
        return target.subresource === 'scale' ? scaleOf(resource, written) : written;
      }
      refuseExpected(target, next, how);
      return this.#writer.create(target, next, options, how);
    });
  }

  async #attempts(target: Target, attempt: () => Promise<KubeObject>): Promise<KubeObject> {
    for (let i = 0; i < maxAttempts; i++) {
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof StaleWrite)) throw error;
      }
    }
    throw conflict(
      groupResource(target.resource),
      target.name,
      'too many writers change it at the same time',
    );
  }

  async #validateDeletion(target: Target, live: KubeObject, options: DeleteOptions): Promise<void> {
    const request: AdmissionRequest = {
      operation: 'DELETE',
      user: options.user,
      resource: target.resource,
      subresource: '',
      namespace: target.namespace,
      name: target.name,
      oldObject: live,
      options: { kind: 'DeleteOptions', apiVersion: 'meta.k8s.io/v1' },
      dryRun: options.dryRun ?? false,
      warn: options.warn ?? (() => {}),
      ...(options.signal ? { signal: options.signal } : {}),
    };
    for (const admission of this.#admissions) await admission.validate?.(request);
  }
}

/** A version or uid in the body says that the object was expected to be there. */
function refuseExpected({ resource, name }: Target, next: KubeObject, how: Change['how']): void {
  const version = expectedVersion(next);
  const uid = next.metadata.uid;
  if (version === undefined && !uid) return;
  if (how !== 'apply') throw notFound(groupResource(resource), name);
  const what = uid ? `uid ${uid}` : `resourceVersion ${version}`;
  throw conflict(
    groupResource(resource),
    name,
    `the provided object specified ${what}, and no existing object was found`,
  );
}

function present({ resource, name }: Target, live: KubeObject | undefined): KubeObject {
  if (!live) throw notFound(groupResource(resource), name);
  return live;
}

const isNotFound = (error: unknown): boolean =>
  error instanceof Error && 'status' in error && (error.status as { code?: number }).code === 404;

function deletedAnswer(resource: ServedResource, live: KubeObject): KubeObject {
  if (answersDeletedObject(resource)) return live;
  const { name = '', uid = '' } = live.metadata;
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name, ...(resource.group ? { group: resource.group } : {}), kind: resource.plural, uid },
  };
}
