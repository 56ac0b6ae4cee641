import type { KubeClient } from '../client/kube-client.ts';
import type { KubeObject, ObjectKey } from '../objects/kube-object.ts';
import type { ResourceType } from '../objects/resource-type.ts';
import type { ApplyOptions, SelectorOptions } from '../client/resource-client.ts';
import type { Logger } from './logger.ts';
import type { Predicate } from './predicate.ts';

/** What a reconcile is given beside its key. */
export interface ReconcileContext {
  /** Aborts on the reconcile timeout, on lost leadership, and when a stop has waited long enough. */
  signal: AbortSignal;
  logger: Logger;
  client: KubeClient;
  /** Server-side apply with the controller's name as field manager; conflicts are taken over. */
  apply: <T extends KubeObject>(manifest: T, options?: Partial<ApplyOptions>) => Promise<T>;
}

/** What a reconcile may ask for. Nothing means: until something changes. */
export interface ReconcileResult {
  /** Run again after so many milliseconds, unless something changes before. */
  requeueAfterMs?: number;
}

/** A reconcile must not be retried: the object has to change first. Everything else that is thrown is retried. */
export class TerminalError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TerminalError';
  }
}

/** Another resource whose changes lead to reconciles. */
export interface WatchDefinition<T extends KubeObject = KubeObject> {
  type: ResourceType<T>;
  /** The keys of the controller's own objects that a change of this one concerns. */
  map: (object: T) => ObjectKey[];
  select?: SelectorOptions;
  predicates?: Predicate<T>[];
}

/**
 * A controller: which objects it brings to their wanted state, and how.
 * Reconcile is level-triggered: it is told a name, never what changed, and it must be safe to repeat. Calls
 * for one key never overlap.
 */
export interface ControllerDefinition<T extends KubeObject = KubeObject> {
  /** Names the queue, log lines and metrics; unique in the manager. */
  name: string;
  /** The objects that are reconciled. */
  for: ResourceType<T>;
  /** Which of them; all unless told. */
  select?: SelectorOptions;
  /** A change of the object is worth a reconcile only when all of these agree. */
  predicates?: Predicate<T>[];
  /** Dependents: a change leads to the reconcile of their controller (by owner reference), if it is of `for`. */
  owns?: ResourceType[];
  /** Other resources; make each with {@link watchOf}. */
  watches?: WatchDefinition[];
  /**
   * What leads to reconciles beside objects of the API, such as news from another server: called once, with the way to
   * ask for a key. Asking before the controller runs, or after it stopped, is allowed.
   */
  sources?: ((enqueue: (key: ObjectKey) => void) => void)[];
  /** Reconciles at the same time, of different keys: 1 unless told. */
  workers?: number;
  /** Then the reconcile's signal aborts: after 60,000 ms unless told. */
  reconcileTimeoutMs?: number;
  reconcile: (key: ObjectKey, context: ReconcileContext) => Promise<ReconcileResult | void>;
}

/** A watch definition with the type of its objects checked. */
export function watchOf<T extends KubeObject>(definition: WatchDefinition<T>): WatchDefinition {
  return definition as unknown as WatchDefinition;
}
