import { fingerprintOf } from '@armillary/notifications';
import { Pool } from 'undici';
import { latencies, type Latencies } from './measure.ts';

/** An alert as Prometheus would send it, and as Alertmanager passes it on. */
export interface BenchAlert {
  status: 'firing';
  labels: Record<string, string>;
  annotations: Record<string, string>;
  startsAt: string;
  endsAt: string;
  generatorURL: string;
  fingerprint: string;
}

/** How many namespaces the alerts are of, each with people of its own. */
export const namespaces = 100;

const startsAt = new Date().toISOString();

/**
 * Alerts of about 1 KB, each with an `instance` of its own. A run of `perGroup` is of one namespace and has one value of
 * the label `group`, by which both sides put alerts together: each group is complete with one post, so that nobody has to
 * tell its first alerts a second time.
 */
export function benchAlerts(run: string, count: number, perGroup: number): BenchAlert[] {
  return Array.from({ length: count }, (_, number) => {
    const group = Math.floor(number / perGroup);
    const namespace = `team-${group % namespaces}`;
    const labels = {
      alertname: 'KubePodCrashLooping',
      cluster: 'production',
      container: 'app',
      group: `${run}-${group}`,
      instance: `${run}-${number}`,
      job: 'kube-state-metrics',
      namespace,
      pod: `checkout-${number}`,
      severity: 'warning',
    };
    return {
      status: 'firing',
      labels,
      annotations: {
        summary: `Pod ${namespace}/checkout-${number} is crash looping`,
        message: `Pod ${namespace}/checkout-${number} (container app) is restarting 1.26 times every 5 minutes and has not become ready.`,
        runbook_url: 'https://runbooks.example.com/kubernetes/kubepodcrashlooping',
      },
      startsAt,
      endsAt: '0001-01-01T00:00:00Z',
      generatorURL: 'http://prometheus:9090/graph?g0.expr=rate%28restarts_total%5B5m%5D%29+%3E+0&g0.tab=1',
      fingerprint: fingerprintOf(labels),
    };
  });
}

/** Posts of `size` alerts each, as one of the two programs takes them. Made before the clock runs. */
export function posts(
  alerts: readonly BenchAlert[],
  size: number,
  bodyOf: (alerts: BenchAlert[]) => object,
): Buffer[] {
  return Array.from({ length: Math.ceil(alerts.length / size) }, (_, index) =>
    Buffer.from(JSON.stringify(bodyOf(alerts.slice(index * size, (index + 1) * size)))),
  );
}

/** Posts everything over so many connections, one request at a time on each. Throws unless all are accepted. */
export async function postAll(
  url: string,
  bodies: readonly Buffer[],
  connections: number,
): Promise<Latencies> {
  const pool = new Pool(url, { connections });
  const durations: number[] = [];
  let next = 0;
  const started = performance.now();
  try {
    await Promise.all(
      Array.from({ length: connections }, async () => {
        for (let body = bodies[next++]; body; body = bodies[next++]) {
          const before = performance.now();
          const { statusCode, body: answer } = await pool.request({
            method: 'POST',
            path: '/api/v2/alerts',
            headers: { 'content-type': 'application/json' },
            body,
          });
          const text = await answer.text();
          if (statusCode !== 200) throw new Error(`a post was answered with ${statusCode}: ${text}`);
          durations.push(performance.now() - before);
        }
      }),
    );
    return latencies(durations, performance.now() - started);
  } finally {
    await pool.destroy();
  }
}
