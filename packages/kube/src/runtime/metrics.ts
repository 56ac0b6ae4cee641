import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { RequestSample } from '../client/transport.ts';
import type { WorkQueueObserver } from './work-queue.ts';

const reconcileSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const queueSeconds = [0.000_01, 0.000_1, 0.001, 0.01, 0.1, 1, 10, 100, 1000];

/** How a reconcile ended, as the label `result` says it. */
export type ReconcileOutcome = 'success' | 'error' | 'requeue_after';

/**
 * The Prometheus metrics of clients and controllers, under the names that controller-runtime and client-go
 * use, so that existing dashboards and alerts fit. One per process: give it to each manager.
 */
export class RuntimeMetrics {
  readonly registry: Registry;
  readonly #queues = new Map<string, WorkQueueObserver>();
  readonly #reconciles;
  readonly #reconcileErrors;
  readonly #terminalErrors;
  readonly #reconcileTime;
  readonly #workers;
  readonly #activeWorkers;
  readonly #depth;
  readonly #adds;
  readonly #retries;
  readonly #queueTime;
  readonly #workTime;
  readonly #leader;
  readonly #requests;
  readonly #handlerErrors;

  constructor(registry: Registry = new Registry()) {
    this.registry = registry;
    const registers = [registry];
    const ofController = { registers, labelNames: ['controller'] as const };
    const ofQueue = { registers, labelNames: ['name', 'controller'] as const };
    this.#reconciles = new Counter({
      name: 'controller_runtime_reconcile_total',
      help: 'Reconciles per controller and result',
      labelNames: ['controller', 'result'] as const,
      registers,
    });
    this.#reconcileErrors = new Counter({
      name: 'controller_runtime_reconcile_errors_total',
      help: 'Failed reconciles per controller',
      ...ofController,
    });
    this.#terminalErrors = new Counter({
      name: 'controller_runtime_terminal_reconcile_errors_total',
      help: 'Reconciles per controller that failed with a terminal error',
      ...ofController,
    });
    this.#reconcileTime = new Histogram({
      name: 'controller_runtime_reconcile_time_seconds',
      help: 'Length of a reconcile per controller',
      buckets: reconcileSeconds,
      ...ofController,
    });
    this.#workers = new Gauge({
      name: 'controller_runtime_max_concurrent_reconciles',
      help: 'Workers per controller',
      ...ofController,
    });
    this.#activeWorkers = new Gauge({
      name: 'controller_runtime_active_workers',
      help: 'Workers per controller that reconcile now',
      ...ofController,
    });
    this.#depth = new Gauge({ name: 'workqueue_depth', help: 'Keys that wait in the queue', ...ofQueue });
    this.#adds = new Counter({
      name: 'workqueue_adds_total',
      help: 'Keys that were added to the queue',
      ...ofQueue,
    });
    this.#retries = new Counter({
      name: 'workqueue_retries_total',
      help: 'Keys that were added again after a failure',
      ...ofQueue,
    });
    this.#queueTime = new Histogram({
      name: 'workqueue_queue_duration_seconds',
      help: 'How long a key waits in the queue',
      buckets: queueSeconds,
      ...ofQueue,
    });
    this.#workTime = new Histogram({
      name: 'workqueue_work_duration_seconds',
      help: 'How long a key is worked on',
      buckets: queueSeconds,
      ...ofQueue,
    });
    this.#reportUnfinished(
      'workqueue_unfinished_work_seconds',
      'Sum of the times of the keys that are worked on now',
      (times) => times.reduce((total, each) => total + each, 0),
    );
    this.#reportUnfinished(
      'workqueue_longest_running_processor_seconds',
      'How long the oldest work has been under way',
      (times) => Math.max(0, ...times),
    );
    this.#leader = new Gauge({
      name: 'leader_election_master_status',
      help: '1 while this process leads',
      labelNames: ['name'] as const,
      registers,
    });
    this.#requests = new Counter({
      name: 'rest_client_requests_total',
      help: 'Requests to the API server per status code, method and host',
      labelNames: ['code', 'method', 'host'] as const,
      registers,
    });
    this.#handlerErrors = new Counter({
      name: 'informer_handler_errors_total',
      help: 'Exceptions of informer handlers per kind',
      labelNames: ['kind'] as const,
      registers,
    });
  }

  /** Counts a finished reconcile. */
  reconciled(controller: string, outcome: ReconcileOutcome, durationMs: number): void {
    this.#reconciles.inc({ controller, result: outcome });
    if (outcome === 'error') this.#reconcileErrors.inc({ controller });
    this.#reconcileTime.observe({ controller }, durationMs / 1000);
  }

  /** Counts a failure that is not retried. */
  failedForGood(controller: string): void {
    this.#terminalErrors.inc({ controller });
  }

  /** States how many workers a controller has. */
  setWorkers(controller: string, workers: number): void {
    this.#workers.set({ controller }, workers);
    this.#activeWorkers.set({ controller }, 0);
    for (const result of ['success', 'error', 'requeue_after']) {
      this.#reconciles.inc({ controller, result }, 0);
    }
  }

  /** A worker started (1) or finished (-1) a reconcile. */
  moveActiveWorkers(controller: string, by: 1 | -1): void {
    this.#activeWorkers.inc({ controller }, by);
  }

  /** Makes the queue of the controller report here. */
  observeQueue(controller: string, queue: WorkQueueObserver): void {
    const labels = { name: controller, controller };
    this.#queues.set(controller, queue);
    this.#depth.set(labels, 0);
    queue.onAdd = () => this.#adds.inc(labels);
    queue.onRetry = () => this.#retries.inc(labels);
    queue.onDepth = (depth) => this.#depth.set(labels, depth);
    queue.onTake = (waitedMs) => this.#queueTime.observe(labels, waitedMs / 1000);
    queue.onDone = (workedMs) => this.#workTime.observe(labels, workedMs / 1000);
  }

  /** States whether this process holds the lease. */
  setLeader(name: string, leads: boolean): void {
    this.#leader.set({ name }, leads ? 1 : 0);
  }

  /** Counts a request; fits the client's `onRequest`. */
  readonly countRequest = (sample: RequestSample): void => {
    this.#requests.inc({ code: sample.code, method: sample.method, host: sample.host });
  };

  /** Counts an exception of an informer's handler. */
  handlerFailed(kind: string): void {
    this.#handlerErrors.inc({ kind });
  }

  #reportUnfinished(name: string, help: string, combine: (times: number[]) => number): void {
    const queues = this.#queues;
    const gauge = new Gauge({
      name,
      help,
      labelNames: ['name', 'controller'] as const,
      registers: [],
      collect() {
        for (const [controller, queue] of queues) {
          this.set({ name: controller, controller }, combine(queue.unfinishedMs()) / 1000);
        }
      },
    });
    this.registry.registerMetric(gauge);
  }
}
