import { setImmediate } from 'node:timers/promises';
import type { KubeObject, OwnerReference } from '../../object.ts';
import type { ServedResource } from '../../served-resource.ts';
import type { DeleteOptions, Target } from '../../server/operation-types.ts';
import type { StoreEvent } from '../../storage/store-event.ts';
import {
  answered,
  storedResources,
  type Controller,
  type ControllerContext,
  controllerCaller,
} from '../controller.ts';
import { KeyedQueue } from '../keyed-queue.ts';
import { reportInvalidOwner } from './invalid-owner.ts';
import { keyPlace, placeKey } from './object-key.ts';
import { OwnerIndex } from './owner-index.ts';
import {
  deletesDependents,
  foregroundFinalizer,
  orphanFinalizer,
  ownerPlace,
  ownerState,
  type OwnerState,
} from './owner-state.ts';

const name = 'garbage-collector';
const caller = controllerCaller('generic-garbage-collector');
const goneSize = 500;

const referencesOf = (object: KubeObject | undefined): readonly OwnerReference[] =>
  object?.metadata.ownerReferences ?? [];

const sameReferences = (a: readonly OwnerReference[], b: readonly OwnerReference[]): boolean =>
  (a.length === 0 && b.length === 0) || JSON.stringify(a) === JSON.stringify(b);

/**
 * Deletes what nobody owns any more, and carries out the propagation policies: `Background` (dependents follow their
 * owner), `Foreground` (the owner waits for dependents that block it), `Orphan` (dependents lose their reference).
 * Behaviour follows kubernetes/pkg/controller/garbagecollector; the graph there is an index of owners here, since
 * the state of any object can be read at once.
 */
export class GarbageCollector implements Controller {
  readonly #context: ControllerContext;
  readonly #queue: KeyedQueue;
  readonly #owners = new OwnerIndex();
  /** Dependents of kinds that are not served now; looked at again when that changes. */
  readonly #undecided = new Set<string>();
  readonly #scanned = new Set<string>();
  /** Uids seen deleted lately: their kind may be gone too, so that it can no longer be looked up. */
  readonly #gone = new Set<string>();
  readonly #unsubscribe: (() => void)[];
  #scanning: Promise<void> = Promise.resolve();
  #stopped = false;
  #resources: { generation: number; byKey: Map<string, ServedResource> } = {
    generation: -1,
    byKey: new Map(),
  };

  constructor(context: ControllerContext) {
    this.#context = context;
    this.#queue = new KeyedQueue({
      concurrency: 16,
      process: (key) => this.#process(key),
      onError: (error) => context.onError(name, error),
    });
    this.#unsubscribe = [
      context.store.subscribe((events) => {
        for (const event of events) this.#observe(event);
      }),
      context.registry.onChange(() => {
        this.#startScan();
        for (const key of this.#undecided) this.#queue.add(key);
        this.#undecided.clear();
      }),
    ];
    this.#startScan();
  }

  async settled(): Promise<void> {
    await this.#everythingKnown();
    await this.#queue.settled();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    await this.#queue.stop();
    // How it ends does not matter any more.
    await Promise.allSettled([this.#scanning]);
  }

  #startScan(): void {
    this.#everythingKnown().catch((error: unknown) => this.#context.onError(name, error));
  }

  /** Resolves when everything stored has been taken in; tries again what failed before. */
  #everythingKnown(): Promise<void> {
    const scan = (): Promise<void> => this.#scan();
    return (this.#scanning = this.#scanning.then(scan, scan));
  }

  /** Takes in what was stored before the start, one kind after the other; of later changes events tell. */
  async #scan(): Promise<void> {
    for (const storageKey of this.#byStorageKey().keys()) {
      if (this.#scanned.has(storageKey)) continue;
      // Reading a large collection takes a while, and requests are waiting.
      await setImmediate();
      if (this.#stopped) return;
      for (const object of this.#context.store.list(storageKey)) {
        const { namespace = '', name: objectName = '' } = object.metadata;
        const event = {
          type: 'ADDED',
          storageKey,
          namespace,
          name: objectName,
          object,
          resourceVersion: 0,
        } as const;
        this.#observe(event);
      }
      this.#scanned.add(storageKey);
    }
  }

  #byStorageKey(): Map<string, ServedResource> {
    const { registry } = this.#context;
    if (this.#resources.generation !== registry.generation)
      this.#resources = { generation: registry.generation, byKey: storedResources(registry) };
    return this.#resources.byKey;
  }

  #observe(event: StoreEvent): void {
    const { object, previous } = event;
    const key = placeKey(event);
    const references = referencesOf(object);
    if (event.type === 'DELETED') {
      this.#owners.set(key, []);
      this.#undecided.delete(key);
      this.#remember(object.metadata.uid ?? '');
      for (const dependent of this.#owners.dependents(object.metadata.uid ?? '')) this.#queue.add(dependent);
      this.#addOwners(references, event.namespace);
      return;
    }
    if (!sameReferences(references, referencesOf(previous))) {
      this.#owners.set(key, references);
      // An owner may wait for what no longer names it, or no longer blocks it.
      this.#addOwners(referencesOf(previous), event.namespace);
      this.#queue.add(key);
    }
    const { deletionTimestamp, finalizers = [] } = object.metadata;
    if (
      deletionTimestamp &&
      (finalizers.includes(orphanFinalizer) || finalizers.includes(foregroundFinalizer))
    ) {
      this.#queue.add(key);
      // Blocking dependents that themselves wait for this one must notice the cycle.
      this.#addOwners(references, event.namespace);
    }
  }

  #remember(uid: string): void {
    if (this.#gone.size >= goneSize) this.#gone.delete(this.#gone.values().next().value ?? '');
    this.#gone.add(uid);
  }

  #addOwners(references: readonly OwnerReference[], namespace: string): void {
    for (const reference of references) {
      if (!reference.blockOwnerDeletion) continue;
      const place = ownerPlace(this.#context.registry, reference, namespace);
      if (place) this.#queue.add(placeKey(place));
    }
  }

  async #process(key: string): Promise<void> {
    // Without knowing all dependents, an owner would be thought to have none.
    await this.#everythingKnown();
    if (this.#stopped) return;
    const place = keyPlace(key);
    const resource = this.#byStorageKey().get(place.storageKey);
    const object = this.#context.store.get(place.storageKey, place.namespace, place.name);
    if (!resource || !object) return;
    const target: Target = { resource, namespace: place.namespace, name: place.name };
    const { deletionTimestamp, finalizers = [] } = object.metadata;
    try {
      if (!deletionTimestamp) await this.#collect(key, target, object);
      else if (finalizers.includes(orphanFinalizer)) await this.#orphan(target, object);
      else if (finalizers.includes(foregroundFinalizer)) await this.#awaitDependents(target, object);
    } catch (error) {
      // Somebody changed the object meanwhile; what it is now decides.
      if (answered(error, 409)) this.#queue.add(key);
      else if (!answered(error, 404)) throw error;
    }
  }

  #state(reference: OwnerReference, namespace: string): OwnerState {
    if (this.#gone.has(reference.uid)) return 'dangling';
    return ownerState(this.#context.registry, this.#context.store, reference, namespace);
  }

  async #collect(key: string, target: Target, object: KubeObject): Promise<void> {
    const references = referencesOf(object);
    if (references.length === 0) return;
    const states = new Map(
      references.map((reference) => [reference, this.#state(reference, target.namespace)]),
    );
    const withState = (state: OwnerState): OwnerReference[] =>
      references.filter((reference) => states.get(reference) === state);
    for (const reference of references) await this.#report(target, object, reference, states.get(reference));
    if (withState('invalid').length > 0) return;
    if (withState('unknown').length > 0) {
      this.#undecided.add(key);
      return;
    }
    const solid = withState('solid');
    if (solid.length > 0) {
      if (solid.length < references.length) await this.#patch(target, object, { ownerReferences: solid });
      return;
    }
    const dependents = withState('waiting').length > 0 ? this.#dependents(object) : [];
    if (dependents.length > 0) {
      await this.#collectInForeground(target, object, dependents);
      return;
    }
    const { finalizers = [] } = object.metadata;
    const policy = finalizers.includes(orphanFinalizer)
      ? 'Orphan'
      : finalizers.includes(foregroundFinalizer)
        ? 'Foreground'
        : 'Background';
    await this.#delete(target, object, policy);
  }

  async #collectInForeground(target: Target, object: KubeObject, dependents: KubeObject[]): Promise<void> {
    let current = object;
    if (dependents.some(deletesDependents)) {
      // The object would wait for a dependent that waits for it.
      const ownerReferences = referencesOf(object).map((reference) => ({
        ...reference,
        blockOwnerDeletion: false,
      }));
      current = await this.#patch(target, object, { ownerReferences });
    }
    await this.#delete(target, current, 'Foreground');
  }

  async #awaitDependents(target: Target, object: KubeObject): Promise<void> {
    const uid = object.metadata.uid ?? '';
    const blocking = this.#dependents(object).filter((dependent) =>
      referencesOf(dependent).some((reference) => reference.uid === uid && reference.blockOwnerDeletion),
    );
    if (blocking.length === 0) {
      await this.#removeFinalizer(target, object, foregroundFinalizer);
      return;
    }
    const deleting = new Set(blocking.filter(deletesDependents).map(({ metadata }) => metadata.uid));
    for (const key of this.#owners.dependents(uid)) {
      const { storageKey, namespace, name: dependentName } = keyPlace(key);
      const dependent = this.#context.store.get(storageKey, namespace, dependentName);
      if (dependent && !deleting.has(dependent.metadata.uid)) this.#queue.add(key);
    }
  }

  async #orphan(target: Target, object: KubeObject): Promise<void> {
    const uid = object.metadata.uid ?? '';
    await Promise.all(
      this.#owners.dependents(uid).map(async (key) => {
        const { storageKey, namespace, name: dependentName } = keyPlace(key);
        const resource = this.#byStorageKey().get(storageKey);
        const dependent = this.#context.store.get(storageKey, namespace, dependentName);
        if (!resource || !dependent) return;
        const ownerReferences = referencesOf(dependent).filter((reference) => reference.uid !== uid);
        try {
          await this.#patch({ resource, namespace, name: dependentName }, dependent, { ownerReferences });
        } catch (error) {
          if (!answered(error, 404)) throw error;
        }
      }),
    );
    await this.#removeFinalizer(target, object, orphanFinalizer);
  }

  #dependents(owner: KubeObject): KubeObject[] {
    return this.#owners.dependents(owner.metadata.uid ?? '').flatMap((key) => {
      const { storageKey, namespace, name: dependentName } = keyPlace(key);
      return this.#context.store.get(storageKey, namespace, dependentName) ?? [];
    });
  }

  #removeFinalizer(target: Target, object: KubeObject, finalizer: string): Promise<KubeObject> {
    const finalizers = (object.metadata.finalizers ?? []).filter((other) => other !== finalizer);
    return this.#patch(target, object, { finalizers });
  }

  /** Changes metadata of exactly the state that the decision was made from. */
  #patch(target: Target, object: KubeObject, metadata: Partial<KubeObject['metadata']>): Promise<KubeObject> {
    const { uid, resourceVersion } = object.metadata;
    const body = { metadata: { ...metadata, uid, resourceVersion } };
    return this.#context.verbs.patch(target, { type: 'merge', body }, caller);
  }

  async #delete(
    target: Target,
    object: KubeObject,
    propagationPolicy: NonNullable<DeleteOptions['propagationPolicy']>,
  ): Promise<void> {
    const { uid = '', resourceVersion = '' } = object.metadata;
    await this.#context.verbs.delete(target, {
      ...caller,
      propagationPolicy,
      preconditions: { uid, resourceVersion },
    });
  }

  /** Tells the user about references that can never have worked. */
  async #report(
    target: Target,
    object: KubeObject,
    reference: OwnerReference,
    state: OwnerState | undefined,
  ): Promise<void> {
    if (state !== 'invalid' && (state !== 'dangling' || this.#gone.has(reference.uid))) return;
    await reportInvalidOwner(this.#context, caller, target, object, reference);
  }
}
