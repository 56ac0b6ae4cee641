import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startApiServer, type ApiServer } from '@armillary/embedded-api';
import { KubeClient, loadKubeconfig, type KubeObject } from '@armillary/kube';
import { notificationKinds } from '@armillary/notifications';
import { expect } from 'vitest';
import type { AlertFeed } from './alert-feed.ts';
import { armillary, startArmillary, temporaryFolder, type Running } from './armillary.ts';
import { notification } from './notification-world.ts';
import { ended, eventually } from './process.ts';
import { serveKinds } from './serve-kinds.ts';
import { Tally } from './tally.ts';

/** How a notification manager of the cluster is started. */
export interface ManagerOptions {
  /** Its folder below the cluster's; `manager` when absent. */
  data?: string;
  /** The address of a PostgreSQL; SQLite when absent. */
  storeUrl?: string;
  /** More arguments. */
  args?: string[];
}

/**
 * A cluster with people who keep a tally: some are told of everything, and each namespace has somebody. Notification
 * managers are processes of their own, which may be killed.
 */
export class ToldCluster {
  readonly folder: string;
  readonly tally: Tally;
  readonly everybody: readonly string[];
  readonly namespaces: readonly string[];
  readonly api: ApiServer;
  readonly #client: KubeClient;
  readonly #managers: Running[] = [];
  readonly #remove: () => Promise<void>;

  private constructor(
    api: ApiServer,
    client: KubeClient,
    folder: { path: string; remove: () => Promise<void> },
    tally: Tally,
    people: { everybody: readonly string[]; namespaces: readonly string[] },
  ) {
    this.api = api;
    this.#client = client;
    this.folder = folder.path;
    this.#remove = folder.remove;
    this.tally = tally;
    this.everybody = people.everybody;
    this.namespaces = people.namespaces;
  }

  static async start(people: {
    everybody: readonly string[];
    namespaces: readonly string[];
  }): Promise<ToldCluster> {
    const folder = await temporaryFolder();
    const api = await startApiServer({ dataDir: join(folder.path, 'api'), host: '127.0.0.1', port: 0 });
    const tally = await Tally.start();
    const client = new KubeClient(await loadKubeconfig({ path: api.kubeconfig }));
    await serveKinds(client, notificationKinds);
    const cluster = new ToldCluster(api, client, folder, tally, people);
    await cluster.apply(
      settings,
      ...people.everybody.map((name) => cluster.webhook(name, { type: 'global' })),
      ...people.namespaces.map((name) => cluster.webhook(name, { type: 'tenant', user: name })),
    );
    return cluster;
  }

  /** Applies objects; a notification manager that is started later knows them. */
  async apply(...objects: KubeObject[]): Promise<void> {
    for (const object of objects) await this.#client.apply(object, { fieldManager: 'test', force: true });
  }

  /** A Receiver for somebody of the tally. */
  webhook(name: string, labels: Record<string, string>): KubeObject {
    return notification('Receiver', name, labels, { webhook: { url: this.tally.urlOf(name) } });
  }

  /** Starts a notification manager; resolves when it takes alerts. */
  async startManager(options: ManagerOptions = {}): Promise<Running> {
    const manager = await startArmillary(this.#arguments(options), environment(options));
    this.#managers.push(manager);
    return manager;
  }

  /** Starts a notification manager and kills it after so many milliseconds, wherever it may be by then. */
  async startAndKill(afterMs: number, options: ManagerOptions = {}): Promise<void> {
    const child = spawn(process.execPath, [armillary, ...this.#arguments(options)], {
      env: { ...process.env, ...environment(options) },
      stdio: 'ignore',
    });
    await sleep(afterMs);
    child.kill('SIGKILL');
    await ended(child);
  }

  /** Waits until everybody knows of all that was acknowledged. */
  async allTold(feed: AlertFeed, timeoutMs = 60_000): Promise<void> {
    try {
      await eventually('everybody is told', () => this.missing(feed).length === 0, timeoutMs);
    } catch {
      expect(this.missing(feed)).toEqual([]);
    }
  }

  /** What was acknowledged and not told, `PERSON ALERT`. */
  missing({ acknowledged }: AlertFeed): string[] {
    return acknowledged.flatMap(({ name, namespace }) =>
      [...this.everybody, ...this.namespaces.filter((known) => known === namespace)]
        .filter((person) => !this.tally.toldOf(person).has(name))
        .map((person) => `${person} ${name}`),
    );
  }

  /** Ends everything, also what a test that failed left running. */
  async close(): Promise<void> {
    for (const { process: child } of this.#managers) {
      child.kill('SIGKILL');
      await ended(child);
    }
    await this.#client.close();
    await this.api.close();
    await this.tally.close();
    await this.#remove();
  }

  #arguments({ data = 'manager', args = [] }: ManagerOptions): string[] {
    const kubeconfig = this.api.kubeconfig;
    const folder = join(this.folder, data);
    return ['notification-manager', '--kubeconfig', kubeconfig, '--data', folder, '--port', '0', ...args];
  }
}

function environment({ storeUrl }: ManagerOptions): NodeJS.ProcessEnv {
  return storeUrl === undefined ? {} : { ARMILLARY_NOTIFICATION_STORE_URL: storeUrl };
}

/** Alerts wait for no others, and those of a batch are told in several deliveries. */
const settings = notification(
  'NotificationManager',
  'settings',
  {},
  {
    receivers: {
      tenantKey: 'user',
      globalReceiverSelector: { matchLabels: { type: 'global' } },
      tenantReceiverSelector: { matchLabels: { type: 'tenant' } },
      // In seconds: whoever does not answer is waited for as long as a test takes.
      options: { webhook: { notificationTimeout: 100 }, discord: { notificationTimeout: 100 } },
    },
    defaultConfigSelector: { matchLabels: { type: 'default' } },
    batchMaxWait: '50ms',
    batchMaxSize: 1000,
    groupLabels: ['team'],
  },
);
