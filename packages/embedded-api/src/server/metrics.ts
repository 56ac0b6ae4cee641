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

interface Durations {
  /** Requests up to each bound of `bounds`, not cumulative; the last is for those beyond. */
  buckets: number[];
  sum: number;
}

// Seconds.
const bounds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * Prometheus metrics under kube-apiserver's names, in the text exposition format. Written by hand: a metrics library
 * takes a sixth of the memory that this server is allowed when idle.
 */
export class ApiMetrics {
  readonly #requests = new Map<string, number>();
  readonly #durations = new Map<string, Durations>();
  readonly #current: Record<'watchers' | 'resourceVersion' | 'inFlight', () => number>;

  /** The functions are read at each scrape. */
  constructor(current: Record<'watchers' | 'resourceVersion' | 'inFlight', () => number>) {
    this.#current = current;
  }

  observe({ verb, group, version, resource, subresource, code, seconds }: RequestObservation): void {
    // All of them are names of the API, never text of the client, so nothing needs escaping.
    const labels = `verb="${verb}",group="${group}",version="${version}",resource="${resource}",subresource="${subresource}"`;
    const counted = `${labels},code="${code}"`;
    this.#requests.set(counted, (this.#requests.get(counted) ?? 0) + 1);
    if (verb === 'watch' || subresource === 'log') return;
    let durations = this.#durations.get(labels);
    if (!durations)
      this.#durations.set(labels, (durations = { buckets: bounds.map(() => 0).concat(0), sum: 0 }));
    // -1, for what is beyond all bounds, is the last bucket.
    const bucket = bounds.findIndex((bound) => seconds <= bound);
    durations.buckets.splice(bucket, 1, (durations.buckets.at(bucket) ?? 0) + 1);
    durations.sum += seconds;
  }

  /** The exposition text and its content type. */
  text(): { text: string; contentType: string } {
    const { watchers, inFlight, resourceVersion } = this.#current;
    const requests = [...this.#requests].map(
      ([labels, count]) => `apiserver_request_total{${labels}} ${count}`,
    );
    const lines = [
      ...head('apiserver_request_total', 'counter', 'Answered requests.'),
      ...requests,
      ...head(
        'apiserver_request_duration_seconds',
        'histogram',
        'Time to the answer, without watches and logs.',
      ),
      ...[...this.#durations].flatMap(([labels, durations]) => histogram(labels, durations)),
      ...gauge('apiserver_longrunning_requests', 'Watches being served.', watchers()),
      ...gauge('apiserver_current_inflight_requests', 'Requests being answered.', inFlight()),
      ...gauge('apiserver_storage_resource_version', 'Newest resource version.', resourceVersion()),
      ...gauge('process_resident_memory_bytes', 'Resident memory.', process.memoryUsage.rss()),
    ];
    return { text: `${lines.join('\n')}\n`, contentType: 'text/plain; version=0.0.4; charset=utf-8' };
  }
}

const head = (name: string, type: string, help: string): string[] => [
  `# HELP ${name} ${help}`,
  `# TYPE ${name} ${type}`,
];

const gauge = (name: string, help: string, value: number): string[] => [
  ...head(name, 'gauge', help),
  `${name} ${value}`,
];

function histogram(labels: string, { buckets, sum }: Durations): string[] {
  const name = 'apiserver_request_duration_seconds';
  let count = 0;
  const lines = buckets.map((requests, index) => {
    count += requests;
    return `${name}_bucket{${labels},le="${bounds[index] ?? '+Inf'}"} ${count}`;
  });
  return [...lines, `${name}_sum{${labels}} ${sum}`, `${name}_count{${labels}} ${count}`];
}
