import type { ApplyOptions } from '../client/resource-client.ts';
import type { KubeClient } from '../client/kube-client.ts';
import { formatKey, keyOf, parseKey } from '../objects/kube-object.ts';
import type { KubeObject, ObjectKey } from '../objects/kube-object.ts';
import { controllerOf } from '../objects/owner-reference.ts';
import { parseApiVersion } from '../objects/resource-type.ts';
import { delay } from '../time/clock.ts';
import type { Clock } from '../time/clock.ts';
import { Deadline } from '../time/deadline.ts';
import { TerminalError } from './controller-definition.ts';
import type { ControllerDefinition, ReconcileContext, ReconcileResult } from './controller-definition.ts';
import type { Informer } from './informer.ts';
import type { InformerSet } from './informer-set.ts';
import type { Logger } from './logger.ts';
import type { ReconcileOutcome, RuntimeMetrics } from './metrics.ts';
import type { Change, Predicate } from './predicate.ts';
import { WorkQueue } from './work-queue.ts';

/** What a controller runs with. */
export interface ControllerEnvironment {
  client: KubeClient;
  clock: Clock;
  logger: Logger;
  metrics: RuntimeMetrics;
}

/** How long a reconcile may go on after its signal aborted before its worker turns to other keys. */
const abandonAfterMs = 30_000;

/** A running controller: its sources fill the queue, its workers empty it. */
export class Controller<T extends KubeObject> {
  readonly #definition: ControllerDefinition<T>;
  readonly #environment: ControllerEnvironment;
  readonly #queue: WorkQueue;
  readonly #logger: Logger;

  constructor(definition: ControllerDefinition<T>, environment: ControllerEnvironment) {
    this.#definition = definition;
    this.#environment = environment;
    this.#logger = environment.logger.child({ controller: definition.name });
    this.#queue = new WorkQueue({ clock: environment.clock });
    environment.metrics.observeQueue(definition.name, this.#queue);
    environment.metrics.setWorkers(definition.name, definition.workers ?? 1);
  }

  /** Connects the queue to the informers of everything that leads to reconciles. */
  watch(informers: InformerSet): void {
    const { for: type, select, predicates, owns = [], watches = [], sources = [] } = this.#definition;
    this.#source(informers.get(type, select), predicates, (object) => [keyOf(object)]);
    for (const owned of owns) {
      this.#source(informers.get(owned), undefined, (object) => this.#keyOfController(object));
    }
    for (const watch of watches) {
      this.#source(informers.get(watch.type, watch.select), watch.predicates, watch.map);
    }
    for (const source of sources) source((key) => this.#queue.add(formatKey(key)));
  }

  /** Runs the workers until `stop` aborts and what they do is finished; `abort` interrupts also that. */
  async run(stop: AbortSignal, abort: AbortSignal): Promise<void> {
    const shutDown = (): void => this.#queue.shutDown();
    if (stop.aborted) return shutDown();
    stop.addEventListener('abort', shutDown, { once: true });
    const workers = Array.from({ length: this.#definition.workers ?? 1 }, () => this.#work(abort));
    await Promise.all(workers);
    stop.removeEventListener('abort', shutDown);
  }

  #source<S extends KubeObject>(
    informer: Informer<S>,
    predicates: Predicate<S>[] | undefined,
    map: (object: S) => ObjectKey[],
  ): void {
    const enqueue = (change: Change<S>): void => {
      if (predicates?.some((predicate) => !predicate(change))) return;
      // What an object pointed at before the change may need work as much as what it points at now.
      const objects = [change.before, change.after].filter((object) => object !== undefined);
      const keys = new Set(objects.flatMap((object) => map(object)).map(formatKey));
      for (const key of keys) this.#queue.add(key);
    };
    informer.onEvent({
      added: (after) => enqueue({ after }),
      updated: (before, after) => enqueue({ before, after }),
      deleted: (before) => enqueue({ before }),
    });
  }

  #keyOfController(object: KubeObject): ObjectKey[] {
    const owner = controllerOf(object);
    const { kind, group, namespaced } = this.#definition.for;
    if (owner?.kind !== kind || parseApiVersion(owner.apiVersion).group !== group) return [];
    return [{ namespace: namespaced ? (object.metadata.namespace ?? '') : '', name: owner.name }];
  }

  async #work(abort: AbortSignal): Promise<void> {
    const { metrics, clock } = this.#environment;
    const { name } = this.#definition;
    for (let key = await this.#queue.take(); key !== undefined; key = await this.#queue.take()) {
      const startedAt = clock.now();
      metrics.moveActiveWorkers(name, 1);
      const outcome = await this.#reconcile(key, abort);
      metrics.moveActiveWorkers(name, -1);
      metrics.reconciled(name, outcome, clock.now() - startedAt);
    }
  }

  /** One reconcile of a taken key, and what follows from it. Never rejects. */
  async #reconcile(key: string, abort: AbortSignal): Promise<ReconcileOutcome> {
    const { clock } = this.#environment;
    const { reconcileTimeoutMs = 60_000 } = this.#definition;
    const logger = this.#logger.child({ object: key });
    const deadline = new Deadline(clock, abort);
    deadline.start(reconcileTimeoutMs, () => new Error(`not reconciled within ${reconcileTimeoutMs} ms`));
    const running = this.#call(key, logger, deadline.signal);
    // Until it really ends, the key is not given out again.
    const settled = running.finally(() => this.#queue.done(key));
    const over = new AbortController();
    try {
      const result = await Promise.race([settled, this.#abandoned(deadline.signal, over.signal)]);
      const requeueAfterMs = result?.requeueAfterMs;
      // A timer would take it for no time at all, again and again.
      if (Number.isNaN(requeueAfterMs)) throw new TypeError('requeueAfterMs is not a number');
      this.#queue.forget(key);
      if (requeueAfterMs === undefined) return 'success';
      this.#queue.addAfter(key, requeueAfterMs);
      return 'requeue_after';
    } catch (error) {
      this.#noteFailure(key, error, logger);
      return 'error';
    } finally {
      over.abort();
      deadline.end();
    }
  }

  async #call(key: string, logger: Logger, signal: AbortSignal): Promise<ReconcileResult | void> {
    const { client } = this.#environment;
    const { name, reconcile } = this.#definition;
    const context: ReconcileContext = {
      signal,
      logger,
      client,
      apply: <O extends KubeObject>(manifest: O, options?: Partial<ApplyOptions>): Promise<O> =>
        client.apply(manifest, { fieldManager: name, force: true, signal, ...options }),
    };
    return reconcile(parseKey(key), context);
  }

  /** Rejects when the reconcile goes on long after it was told to end. */
  #abandoned(signal: AbortSignal, over: AbortSignal): Promise<never> {
    return new Promise((_resolve, reject) => {
      const wait = async (): Promise<void> => {
        await delay(this.#environment.clock, abandonAfterMs, over);
        const message = 'the reconcile does not heed its signal; its key waits until it ends';
        reject(new Error(message, { cause: signal.reason }));
      };
      if (signal.aborted) void wait();
      else signal.addEventListener('abort', () => void wait(), { once: true });
    });
  }

  #noteFailure(key: string, error: unknown, logger: Logger): void {
    if (error instanceof TerminalError) {
      this.#environment.metrics.failedForGood(this.#definition.name);
      this.#queue.forget(key);
      logger.error({ err: error }, 'the reconcile failed; it is not retried until the object changes');
      return;
    }
    this.#queue.addRateLimited(key);
    logger.error({ err: error }, 'the reconcile failed; it is retried');
  }
}
