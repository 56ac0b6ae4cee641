import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fingerprintOf } from '@armillary/notifications';
import { temporaryFolder } from './armillary.ts';
import { startServerProgram, type ServerProgram } from './server-program.ts';

/** How an Alertmanager is set up. */
export interface AlertmanagerOptions {
  /** The entry of `webhook_configs` to which it sends everything. */
  webhook: { url: string } & Record<string, unknown>;
  /** What the route has beside its defaults: a group for each alert name, sent at once and every second. */
  route?: Record<string, unknown>;
  /** Whether it may have peers. */
  clustered?: boolean;
  /** One of its peers, started before. */
  peer?: Alertmanager;
}

/** Labels or annotations. */
export type Pairs = Record<string, string>;

/** When each alert began. One Prometheus tells all its Alertmanagers the same, and an end repeats it. */
const beginnings = new Map<string, string>();

/** Debian's Alertmanager, in a folder of its own that it finds again after a restart. */
export class Alertmanager implements AsyncDisposable {
  readonly #folder: Awaited<ReturnType<typeof temporaryFolder>>;
  readonly #options: AlertmanagerOptions;
  #program: ServerProgram | undefined;

  private constructor(folder: Awaited<ReturnType<typeof temporaryFolder>>, options: AlertmanagerOptions) {
    this.#folder = folder;
    this.#options = options;
  }

  static async start(options: AlertmanagerOptions): Promise<Alertmanager> {
    const alertmanager = new Alertmanager(await temporaryFolder(), options);
    await alertmanager.startAgain();
    return alertmanager;
  }

  get url(): string {
    return this.#running.url;
  }

  /** Starts it on the data of before. */
  async startAgain(): Promise<void> {
    const { webhook, route, clustered = false, peer } = this.#options;
    const config = {
      route: {
        receiver: 'armillary',
        group_by: ['alertname'],
        group_wait: '100ms',
        group_interval: '1s',
        repeat_interval: '1h',
        ...route,
      },
      receivers: [{ name: 'armillary', webhook_configs: [webhook] }],
    };
    const file = join(this.#folder.path, 'alertmanager.yml');
    // JSON is YAML.
    await writeFile(file, JSON.stringify(config));
    this.#program = await startServerProgram({
      command: 'prometheus-alertmanager',
      ports: 2,
      readyPath: '/-/ready',
      args: ([port, clusterPort]) => [
        `--config.file=${file}`,
        `--storage.path=${join(this.#folder.path, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        `--cluster.listen-address=${clustered ? `127.0.0.1:${clusterPort}` : ''}`,
        ...(peer ? [`--cluster.peer=127.0.0.1:${peer.#running.ports[1]}`] : []),
        '--cluster.settle-timeout=1s',
        '--cluster.peer-timeout=1s',
      ],
    });
  }

  /** Ends it by SIGTERM, as a service manager does, or by SIGKILL, as a crash does. */
  async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    await this.#running.stop(signal);
  }

  /** Takes alerts that fire, as Prometheus posts those of one evaluation. */
  async fire(...alerts: { labels: Pairs; annotations?: Pairs }[]): Promise<void> {
    const now = new Date().toISOString();
    for (const { labels } of alerts) beginnings.set(fingerprintOf(labels), beginningOf(labels) ?? now);
    await this.#post(alerts.map((alert) => ({ ...alert, startsAt: beginningOf(alert.labels) })));
  }

  /** Takes the end of alerts. */
  async resolve(...alerts: Pairs[]): Promise<void> {
    const endsAt = new Date().toISOString();
    await this.#post(alerts.map((labels) => ({ labels, startsAt: beginningOf(labels), endsAt })));
  }

  /** A figure of its metrics, summed over all labels; 0 when there is none. */
  async metric(name: string): Promise<number> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    const samples = text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (.+)$`, 'gm'));
    return [...samples].reduce((sum, [, value]) => sum + Number(value), 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop('SIGKILL');
    await this.#folder.remove();
  }

  get #running(): ServerProgram {
    if (!this.#program) throw new Error('Alertmanager was not started');
    return this.#program;
  }

  async #post(alerts: object[]): Promise<void> {
    const response = await fetch(`${this.url}/api/v2/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(alerts),
    });
    if (!response.ok) throw new Error(`Alertmanager: ${response.status} ${await response.text()}`);
  }
}

const beginningOf = (labels: Pairs): string | undefined => beginnings.get(fingerprintOf(labels));
