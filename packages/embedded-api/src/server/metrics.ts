import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** One answered request, for the metrics. */
export interface RequestObservation {
  verb: string;
  group: string;
  version: string;
  resource: string;
  subresource: string;
  code: number;
  seconds: number;
}

/** Prometheus metrics under kube-apiserver's names. */
export class ApiMetrics {
  readonly #registry = new Registry();
  readonly #requests: Counter;
  readonly #durations: Histogram;

  /** The functions are read at each scrape. */
  constructor(current: Record<'watchers' | 'resourceVersion' | 'inFlight', () => number>) {
    const registers = [this.#registry];
    this.#requests = new Counter({
      name: 'apiserver_request_total',
      help: 'Answered requests.',
      labelNames: ['verb', 'group', 'version', 'resource', 'subresource', 'code'],
      registers,
    });
    this.#durations = new Histogram({
      name: 'apiserver_request_duration_seconds',
      help: 'Time from request to answer, watches and logs left out.',
      labelNames: ['verb', 'group', 'version', 'resource', 'subresource'],
      buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    });
    const gauge = (name: string, help: string, read: () => number): void => {
      const metric: Gauge = new Gauge({ name, help, registers: [], collect: () => metric.set(read()) });
      this.#registry.registerMetric(metric);
    };
    gauge('apiserver_longrunning_requests', 'Watches being served.', current.watchers);
    gauge('apiserver_current_inflight_requests', 'Requests being answered.', current.inFlight);
    gauge('apiserver_storage_resource_version', 'Newest resource version.', current.resourceVersion);
    gauge('process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss());
  }

  observe({ code, seconds, ...labels }: RequestObservation): void {
    this.#requests.inc({ ...labels, code });
    if (labels.verb !== 'watch' && labels.subresource !== 'log') this.#durations.observe(labels, seconds);
  }

  /** The exposition text and its content type. */
  async text(): Promise<{ text: string; contentType: string }> {
    return { text: await this.#registry.metrics(), contentType: this.#registry.contentType };
  }
}
