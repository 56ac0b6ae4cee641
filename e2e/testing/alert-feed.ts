import { setTimeout as sleep } from 'node:timers/promises';

/** An alert that was answered with 200. */
export interface Acknowledged {
  name: string;
  namespace: string;
}

/** Between two posts of a connection, in milliseconds, so that the others of the machine get their turn. */
const pauseMs = 5;

/** Posts alerts, each with a name of its own, and notes which were acknowledged. */
export class AlertFeed {
  readonly acknowledged: Acknowledged[] = [];
  /** How often each other status was answered. */
  readonly refusals = new Map<number, number>();
  readonly #namespaces: readonly string[];
  #sent = 0;

  constructor(namespaces: readonly string[]) {
    this.#namespaces = namespaces;
  }

  /** Posts over several connections until `signal` aborts or nobody answers at `url`. What is refused is not posted again. */
  async run(url: string, signal: AbortSignal, connections = 10): Promise<void> {
    await Promise.all(Array.from({ length: connections }, async () => await this.#post(url, signal)));
  }

  /** Posts `count` alerts of a namespace at once; gives the status. */
  async post(url: string, namespace: string, count: number): Promise<number> {
    const names = Array.from({ length: count }, () => `alert-${this.#sent++}`);
    return await this.#send(
      url,
      names.map((name) => ({ name, namespace })),
    );
  }

  async #post(url: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const number = this.#sent++;
      const namespace = this.#namespaces[number % this.#namespaces.length] ?? '';
      const status = await this.#send(url, [{ name: `alert-${number}`, namespace }]).catch(() => undefined);
      if (status === undefined) return;
      await sleep(pauseMs);
    }
  }

  /** Rejects when there is no answer: then nobody knows whether the alerts were taken. */
  async #send(url: string, alerts: readonly Acknowledged[]): Promise<number> {
    const response = await fetch(`${url}/api/v2/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        version: '4',
        alerts: alerts.map(({ name, namespace }) => ({
          status: 'firing',
          // Those of one team are told together.
          labels: { alertname: name, namespace, team: String(Number(name.slice(-1))) },
          startsAt: '2026-01-02T03:04:05Z',
        })),
      }),
    });
    if (response.status === 200) this.acknowledged.push(...alerts);
    else this.refusals.set(response.status, (this.refusals.get(response.status) ?? 0) + 1);
    // An answer whose end never comes is an answer all the same.
    await response.arrayBuffer();
    return response.status;
  }
}
