import { fetchTrace, fingerprintOf } from '@armillary/notifications';
import { eventually } from './process.ts';

type Page = Awaited<ReturnType<typeof fetchTrace>>;

/** What became of an alert. */
export interface Outcome {
  /** The receivers that were told, by name. */
  told: string[];
  /** What was decided and done, in sentences. */
  words: string;
}

let alerts = 0;

/** The labels of an alert of a namespace that nobody has posted before. */
function newAlert(namespace: string): Record<string, string> {
  return { alertname: `Alert${++alerts}`, namespace, cluster: 'here' };
}

/** Posts a new alert about a namespace as Alertmanager does; its fingerprint. */
export async function postAlert(url: string, namespace: string): Promise<string> {
  const labels = newAlert(namespace);
  const response = await fetch(`${url}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      version: '4',
      alerts: [{ status: 'firing', labels, startsAt: new Date().toISOString() }],
    }),
  });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`an alert was answered with ${response.status}`);
  return fingerprintOf(labels);
}

/** What became of an alert, once everybody is told who is to be told now. */
export async function outcomeOf(url: string, fingerprint: string): Promise<Outcome> {
  return await eventually(`alert ${fingerprint} is decided and told`, async () => {
    const { alerts: found }: Page = await fetchTrace({ url, fingerprint, limit: 1 });
    const [trace] = found;
    if (!trace || trace.decisions.length === 0) return undefined;
    if (trace.deliveries.some(({ state }) => state === 'queued')) return undefined;
    const delivered = trace.deliveries.filter(({ state }) => state === 'delivered');
    const told = [...new Set(delivered.map(({ receiver }) => receiver))].toSorted();
    return { told, words: trace.words.join('\n') };
  });
}

/** Who is told of a new alert about a namespace. */
export async function whoIsTold(url: string, namespace: string): Promise<string[]> {
  return (await outcomeOf(url, await postAlert(url, namespace))).told;
}

/** Waits until the sources that the notification manager asks are those of these names. */
export async function sourcesAre(url: string, ...names: string[]): Promise<void> {
  const wanted = names.toSorted().join();
  await eventually(`the sources are: ${wanted}`, async () => {
    // Whoever asks for receivers has the objects of the cluster read.
    await (await fetch(`${url}/receivers`)).arrayBuffer();
    const metrics = await (await fetch(`${url}/metrics`)).text();
    const known = metrics.matchAll(/^armillary_notifications_source_down\{source="([^"]+)"\}/gmu);
    return (
      [...known]
        .map(([, name]) => name)
        .toSorted()
        .join() === wanted
    );
  });
}
