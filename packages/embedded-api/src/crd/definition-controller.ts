import { apiserverUser } from '../authn/system-users.ts';
import { answered, builtinTarget } from '../controllers/controller.ts';
import type { Controller, ControllerContext } from '../controllers/controller.ts';
import { KeyedQueue } from '../controllers/keyed-queue.ts';
import type { KubeObject } from '../object.ts';
import type { Target } from '../server/operation-types.ts';
import { timestamp } from '../server/timestamp.ts';
import { acceptNames } from './accept-names.ts';
import { approvalCondition } from './api-approval.ts';
import { customResources } from './custom-resources.ts';
import { cleanupFinalizer, conditionOf, definitionStorageKey, isTrue, withCondition } from './definition.ts';
import type { Definition, DefinitionCondition, DefinitionStatus } from './definition.ts';

/**
 * Turns stored CustomResourceDefinitions into served resources: accepts their names, puts their versions into the
 * registry, reports `NamesAccepted` and `Established`, and on deletion empties them before they go. Once `settled()`
 * resolves after the start, everything stored is served.
 */
export class DefinitionController implements Controller {
  readonly #context: ControllerContext;
  readonly #queue: KeyedQueue;
  /** What is registered for a definition, so that it is rebuilt only when it differs. */
  readonly #served = new Map<string, string>();
  readonly #stopping = new AbortController();
  readonly #unsubscribe: () => void;

  constructor(context: ControllerContext) {
    this.#context = context;
    this.#queue = new KeyedQueue({
      process: (name) => this.#sync(name),
      onError: (error) => context.onError('custom resource definitions', error),
      // Names are given first come, first served.
      concurrency: 1,
    });
    this.#unsubscribe = context.store.subscribe((events) => {
      for (const event of events) {
        if (event.storageKey === definitionStorageKey) this.#queue.add(event.name);
        else if (event.type === 'DELETED') this.#instanceGone(event.storageKey);
      }
    });
    for (const definition of this.#definitions()) this.#add(definition);
  }

  settled(): Promise<void> {
    return this.#queue.settled();
  }

  async stop(): Promise<void> {
    this.#unsubscribe();
    this.#stopping.abort();
    await this.#queue.stop();
  }

  #definitions(): Definition[] {
    return this.#context.store.list(definitionStorageKey) as Definition[];
  }

  #add({ metadata }: KubeObject): void {
    this.#queue.add(metadata.name ?? '');
  }

  async #sync(name: string): Promise<void> {
    try {
      await this.#handle(name);
    } catch (error) {
      // Changed or gone in the meantime: that brings an event of its own.
      if (!answered(error, 409) && !answered(error, 404)) throw error;
    }
  }

  async #handle(name: string): Promise<void> {
    const definition = this.#context.store.get(definitionStorageKey, '', name) as Definition | undefined;
    if (!definition) return this.#forget(name);
    const status = this.#statusOf(definition);
    const next: Definition = { ...definition, status };
    // Served before it is reported: who waits for the condition may go on at once.
    this.#serve(next);
    if (definition.metadata.deletionTimestamp !== undefined) return this.#terminate(next);
    if (JSON.stringify(status) !== JSON.stringify(definition.status))
      await this.#writeStatus(definition, status);
    this.#namesMayBeFree(definition, status);
  }

  #statusOf(definition: Definition): DefinitionStatus {
    const now = timestamp(this.#context.now());
    const others = this.#definitions().filter(({ metadata }) => metadata.name !== definition.metadata.name);
    const approval = approvalCondition(definition.spec.group, definition.metadata.annotations);
    const status = acceptNames(definition, others, now);
    return approval ? withCondition(status, approval, now) : status;
  }

  #serve(definition: Definition): void {
    const { metadata, spec, status } = definition;
    const name = metadata.name ?? '';
    if (!isTrue(status, 'Established')) return this.#unregister(name);
    const served = JSON.stringify([metadata.uid, metadata.deletionTimestamp, spec, status?.acceptedNames]);
    if (this.#served.get(name) === served) return;
    this.#context.registry.replaceCustom(name, customResources(definition));
    this.#served.set(name, served);
  }

  #unregister(name: string): void {
    if (this.#served.delete(name)) this.#context.registry.replaceCustom(name, []);
  }

  #forget(name: string): void {
    this.#unregister(name);
    for (const other of this.#definitions()) if (!isTrue(other.status, 'NamesAccepted')) this.#add(other);
  }

  /** A change of names gives others up, which a definition of the group may be waiting for. */
  #namesMayBeFree(before: Definition, status: DefinitionStatus): void {
    if (JSON.stringify(before.status?.acceptedNames) === JSON.stringify(status.acceptedNames)) return;
    for (const other of this.#definitions()) {
      const waits = other.spec.group === before.spec.group && !isTrue(other.status, 'NamesAccepted');
      if (waits && other.metadata.name !== before.metadata.name) this.#add(other);
    }
  }

  #instanceGone(storageKey: string): void {
    // The store of a definition's instances is called as the definition is.
    const definition = this.#context.store.get(definitionStorageKey, '', storageKey);
    if (definition?.metadata.deletionTimestamp !== undefined) this.#queue.add(storageKey);
  }

  async #terminate(definition: Definition): Promise<void> {
    const { finalizers = [], name = '' } = definition.metadata;
    if (!finalizers.includes(cleanupFinalizer)) return;
    const [instance] = this.#context.store.list(name);
    if (instance === undefined) return this.#release(definition);
    const condition: DefinitionCondition = {
      type: 'Terminating',
      status: 'True',
      reason: 'InstanceDeletionInProgress',
      message: 'CustomResource deletion is in progress',
    };
    const status = withCondition(definition.status, condition, timestamp(this.#context.now()));
    if (conditionOf(definition.status, 'Terminating')?.reason !== condition.reason) {
      await this.#writeStatus(definition, status);
    }
    await this.#deleteInstances(definition);
    // Those with finalizers come back through #instanceGone.
    if (this.#context.store.list(name).length === 0) this.#queue.add(name);
  }

  async #deleteInstances(definition: Definition): Promise<void> {
    const [resource] = customResources({
      ...definition,
      spec: {
        ...definition.spec,
        versions: definition.spec.versions
          .filter((version) => version.storage)
          .map((v) => ({ ...v, served: true })),
      },
    });
    if (!resource) return;
    const { verbs } = this.#context;
    await verbs.deleteCollection(
      { resource, namespace: '', name: '' },
      { user: apiserverUser, signal: this.#stopping.signal },
    );
  }

  async #release(definition: Definition): Promise<void> {
    const finalizers =
      definition.metadata.finalizers?.filter((finalizer) => finalizer !== cleanupFinalizer) ?? [];
    const next: KubeObject = { ...definition, metadata: { ...definition.metadata, finalizers } };
    await this.#context.verbs.update(this.#target(definition), next, { user: apiserverUser });
  }

  async #writeStatus(definition: Definition, status: DefinitionStatus): Promise<void> {
    const target: Target = { ...this.#target(definition), subresource: 'status' };
    const options = { user: apiserverUser, fieldManager: 'kube-apiserver' };
    await this.#context.verbs.update(target, { ...definition, status }, options);
  }

  #target({ metadata }: Definition): Target {
    const kind = ['apiextensions.k8s.io', 'v1', 'customresourcedefinitions'] as const;
    return builtinTarget(this.#context.registry, kind, '', metadata.name ?? '');
  }
}
