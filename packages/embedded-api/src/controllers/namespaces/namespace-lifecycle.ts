import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../object.ts';
import type { Target } from '../../server/operation-types.ts';
import {
  answered,
  builtinTarget,
  storedResources,
  type Controller,
  type ControllerContext,
  controllerCaller,
} from '../controller.ts';
import { KeyedQueue } from '../keyed-queue.ts';
import { deletionConditions, type NamespaceCondition, type Remainder } from './conditions.ts';

const name = 'namespace-lifecycle';
const caller = controllerCaller('namespace-controller');
const contentFinalizer = 'kubernetes';
/** Deletions that wait for the same commits together. */
const batchSize = 200;

const finalizersOf = (namespace: KubeObject): string[] =>
  (namespace['spec'] as { finalizers?: string[] } | undefined)?.finalizers ?? [];

/**
 * Empties a namespace that is being deleted, of custom resources too, and lets it go when nothing is left. Until
 * then its conditions say what is.
 */
export class NamespaceLifecycle implements Controller {
  readonly #context: ControllerContext;
  readonly #queue: KeyedQueue;
  readonly #terminating = new Set<string>();
  readonly #unsubscribe: (() => void)[];

  constructor(context: ControllerContext) {
    this.#context = context;
    this.#queue = new KeyedQueue({
      process: (key) => this.#process(key),
      onError: (error) => context.onError(name, error),
    });
    const { store, registry } = context;
    this.#unsubscribe = [
      store.subscribe((events) => {
        for (const event of events) {
          if (event.storageKey === 'namespaces') this.#observe(event.object, event.type === 'DELETED');
          // Every change of content may be the one that was waited for.
          else if (this.#terminating.has(event.namespace)) this.#queue.add(event.namespace);
        }
      }),
      registry.onChange(() => {
        for (const namespace of this.#terminating) this.#queue.add(namespace);
      }),
    ];
    for (const namespace of store.list('namespaces')) this.#observe(namespace, false);
  }

  settled(): Promise<void> {
    return this.#queue.settled();
  }

  async stop(): Promise<void> {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    await this.#queue.stop();
  }

  #observe(namespace: KubeObject, deleted: boolean): void {
    const { name: namespaceName = '', deletionTimestamp } = namespace.metadata;
    if (deleted || !deletionTimestamp || !finalizersOf(namespace).includes(contentFinalizer)) {
      this.#terminating.delete(namespaceName);
      return;
    }
    this.#terminating.add(namespaceName);
    this.#queue.add(namespaceName);
  }

  #target(namespaceName: string, subresource: string): Target {
    const target = builtinTarget(this.#context.registry, ['', 'v1', 'namespaces'], '', namespaceName);
    return { ...target, subresource };
  }

  async #process(namespaceName: string): Promise<void> {
    const failures = await this.#deleteContent(namespaceName);
    const namespace = this.#context.store.get('namespaces', '', namespaceName);
    if (!namespace || !this.#terminating.has(namespaceName)) return;
    const remainders = this.#remaining(namespaceName);
    try {
      const explained = await this.#explain(namespaceName, namespace, remainders, failures);
      if (remainders.length === 0 && failures.length === 0) await this.#finalize(namespaceName, explained);
    } catch (error) {
      if (answered(error, 409)) this.#queue.add(namespaceName);
      else if (!answered(error, 404)) throw error;
    }
    if (failures.length > 0)
      throw new Error(`namespace ${namespaceName} is not empty yet: ${failures.join(', ')}`);
  }

  /** Starts the deletion of everything that is not being deleted yet; returns the messages of refusals. */
  async #deleteContent(namespace: string): Promise<string[]> {
    const failures = new Set<string>();
    for (const [storageKey, resource] of storedResources(this.#context.registry)) {
      if (!resource.namespaced) continue;
      const objects = this.#context.store
        .list(storageKey, namespace)
        .filter(({ metadata }) => !metadata.deletionTimestamp);
      for (let start = 0; start < objects.length; start += batchSize) {
        await Promise.all(
          objects.slice(start, start + batchSize).map(async ({ metadata }) => {
            const target = { resource, namespace, name: metadata.name ?? '' };
            try {
              await this.#context.verbs.delete(target, { ...caller, propagationPolicy: 'Background' });
            } catch (error) {
              if (!answered(error, 404)) failures.add(error instanceof Error ? error.message : String(error));
            }
          }),
        );
      }
    }
    return [...failures];
  }

  #remaining(namespace: string): Remainder[] {
    return [...storedResources(this.#context.registry)].flatMap(([storageKey, resource]) => {
      if (!resource.namespaced) return [];
      const objects = this.#context.store.list(storageKey, namespace);
      return objects.length > 0 ? [{ resource: `${resource.plural}.${resource.group}`, objects }] : [];
    });
  }

  async #finalize(namespaceName: string, namespace: KubeObject): Promise<void> {
    const finalizers = finalizersOf(namespace).filter((finalizer) => finalizer !== contentFinalizer);
    const { finalizers: _, ...spec } = namespace['spec'] as Record<string, unknown>;
    const next = { ...namespace, spec: finalizers.length > 0 ? { ...spec, finalizers } : spec };
    await this.#context.verbs.update(this.#target(namespaceName, 'finalize'), next, caller);
  }

  async #explain(
    namespaceName: string,
    namespace: KubeObject,
    remainders: Remainder[],
    failures: string[],
  ): Promise<KubeObject> {
    const status = (namespace['status'] ?? {}) as { conditions?: NamespaceCondition[] };
    const time = this.#context
      .now()
      .toISOString()
      .replace(/\.\d+Z/, 'Z');
    const conditions = deletionConditions(status.conditions ?? [], remainders, failures, time);
    if (isDeepStrictEqual(conditions, status.conditions)) return namespace;
    const next = { ...namespace, status: { ...status, phase: 'Terminating', conditions } };
    return this.#context.verbs.update(this.#target(namespaceName, 'status'), next, caller);
  }
}
