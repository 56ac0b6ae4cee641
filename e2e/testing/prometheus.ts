import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { temporaryFolder } from './armillary.ts';
import type { Alertmanager } from './alertmanager.ts';
import { eventually } from './process.ts';
import { startServerProgram, type ServerProgram } from './server-program.ts';

/** A rule as Prometheus's rule files have it. */
export interface AlertingRule {
  alert: string;
  expr: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

/** Debian's Prometheus, which watches figures that the test sets and tells an Alertmanager. */
export class Prometheus implements AsyncDisposable {
  /** What it scrapes every second: `shop_stock{item="tea"}` to its value. */
  readonly figures = new Map<string, number>();
  readonly #folder: Awaited<ReturnType<typeof temporaryFolder>>;
  readonly #exporter = createServer((_request, response) => {
    const lines = [...this.figures].map(([series, value]) => `${series} ${value}\n`);
    response.setHeader('content-type', 'text/plain; version=0.0.4').end(lines.join(''));
  });
  #program: ServerProgram | undefined;

  private constructor(folder: Awaited<ReturnType<typeof temporaryFolder>>) {
    this.#folder = folder;
  }

  /** Resolves once it has found the Alertmanager: what fires before that would be told a minute later. */
  static async start(alertmanager: Alertmanager, rules: AlertingRule[]): Promise<Prometheus> {
    const prometheus = new Prometheus(await temporaryFolder());
    prometheus.#exporter.listen(0, '127.0.0.1');
    await once(prometheus.#exporter, 'listening');
    const { port } = prometheus.#exporter.address() as AddressInfo;
    await prometheus.#write('rules.yml', { groups: [{ name: 'shop', rules }] });
    await prometheus.#write('prometheus.yml', {
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: ['rules.yml'],
      alerting: { alertmanagers: [{ static_configs: [{ targets: [new URL(alertmanager.url).host] }] }] },
      scrape_configs: [{ job_name: 'shop', static_configs: [{ targets: [`127.0.0.1:${port}`] }] }],
    });
    await prometheus.startAgain();
    return prometheus;
  }

  /** Starts it on the data of before. */
  async startAgain(): Promise<void> {
    const { path } = this.#folder;
    const program = await startServerProgram({
      command: 'prometheus',
      readyPath: '/-/ready',
      args: ([port]) => [
        `--config.file=${join(path, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(path, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        // What is not sent again within four times as long has ended, for Alertmanager: no restart is to take longer.
        '--rules.alert.resend-delay=15s',
      ],
    });
    this.#program = program;
    await eventually(
      'Prometheus finds Alertmanager',
      async () => {
        const response = await fetch(`${program.url}/api/v1/alertmanagers`);
        const { data } = (await response.json()) as { data: { activeAlertmanagers: object[] } };
        return data.activeAlertmanagers.length > 0;
      },
      60_000,
    );
  }

  async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    await this.#program?.stop(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop('SIGKILL');
    this.#exporter.closeAllConnections();
    await new Promise((closed) => this.#exporter.close(closed));
    await this.#folder.remove();
  }

  async #write(file: string, content: object): Promise<void> {
    // JSON is YAML.
    await writeFile(join(this.#folder.path, file), JSON.stringify(content));
  }
}
