import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { startApiServer, type ApiServer } from '@armillary/embedded-api';
import { KubeClient, loadKubeconfig, silentLogger, type KubeObject } from '@armillary/kube';
import {
  notificationKinds,
  openAccess,
  startNotificationManager,
  type NotificationManagerOptions,
  type RunningNotificationManager,
} from '@armillary/notifications';
import { eventually } from './process.ts';
import { freePort } from './free-port.ts';
import { serveKinds } from './serve-kinds.ts';

/** One alert of a post, as far as tests write it. */
export interface PostedAlert {
  labels: Record<string, string>;
  annotations?: Record<string, string>;
  status?: 'firing' | 'resolved';
  startsAt?: string;
}

/** A post as a webhook receiver gets it. */
export interface ReceivedPost {
  path: string;
  body: { alerts: { labels: Record<string, string>; status: string }[] } & Record<string, unknown>;
}

/** An embedded API server with a notification manager beside it, in this process, and people to tell. */
export class NotificationWorld {
  readonly api: ApiServer;
  readonly client: KubeClient;
  readonly folder: string;
  readonly inbox: Inbox;
  manager: RunningNotificationManager;
  readonly #options: NotificationManagerOptions;

  private constructor(
    api: ApiServer,
    client: KubeClient,
    folder: string,
    inbox: Inbox,
    options: NotificationManagerOptions,
    manager: RunningNotificationManager,
  ) {
    this.api = api;
    this.client = client;
    this.folder = folder;
    this.inbox = inbox;
    this.#options = options;
    this.manager = manager;
  }

  static async start(overrides: Partial<NotificationManagerOptions> = {}): Promise<NotificationWorld> {
    const folder = await mkdtemp(join(tmpdir(), 'armillary-e2e-'));
    const api = await startApiServer({ dataDir: join(folder, 'api'), host: '127.0.0.1', port: 0 });
    const client = new KubeClient(await loadKubeconfig({ path: api.kubeconfig }));
    await serveKinds(client, notificationKinds);
    const options: NotificationManagerOptions = {
      client,
      logger: silentLogger,
      signal: new AbortController().signal,
      host: '127.0.0.1',
      // One that nobody else gets while it is down.
      port: await freePort(),
      access: openAccess,
      folder: join(folder, 'notifications'),
      storeUrl: undefined,
      name: undefined,
      namespace: 'default',
      tenantMatch: 'auto',
      apiUrls: {},
      sidecarUrl: 'http://127.0.0.1:1',
      sidecarPort: 0,
      userAgent: 'armillary-test',
      expireAfterMs: 3_600_000,
      ...overrides,
    };
    const manager = await startNotificationManager(options);
    return new NotificationWorld(api, client, folder, await Inbox.start(), options, manager);
  }

  /** Ends the notification manager gracefully and starts it again at its address; `meanwhile` it is down. */
  async restart(
    overrides: Partial<NotificationManagerOptions> = {},
    meanwhile?: () => Promise<void>,
  ): Promise<void> {
    await this.manager.stop();
    await meanwhile?.();
    this.manager = await startNotificationManager({ ...this.#options, ...overrides });
  }

  /** Starts a second one with the same settings, for worlds whose store can be shared; the caller stops it. */
  async startReplica(): Promise<RunningNotificationManager> {
    return await startNotificationManager({
      ...this.#options,
      port: 0,
      folder: join(this.folder, 'replica'),
    });
  }

  async close(): Promise<void> {
    await this.manager.stop();
    await this.client.close();
    await this.api.close();
    await this.inbox.close();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  /** Applies objects and waits until the notification manager knows them by name. */
  async apply(...objects: KubeObject[]): Promise<void> {
    for (const object of objects) await this.client.apply(object, { fieldManager: 'test', force: true });
    for (const [kind, path] of [
      ['Receiver', '/receivers'],
      ['Config', '/configs'],
    ] as const) {
      const named = objects.filter((object) => object.kind === kind).map(({ metadata }) => metadata.name!);
      await eventually(`every ${kind} is known`, async () => {
        const known = Object.keys(await this.get<object>(path));
        return named.every((name) => known.some((key) => key.endsWith(`/${name}`)));
      });
    }
  }

  async delete(kind: 'receivers' | 'silences' | 'routers' | 'receiversources', name: string): Promise<void> {
    const type = notificationKinds.find(({ plural }) => plural === kind)!;
    await this.client.resource<KubeObject>({ ...type, namespaced: false }).delete(name);
  }

  /** Posts alerts as Alertmanager does; gives the status. */
  async post(...alerts: PostedAlert[]): Promise<number> {
    const body = {
      version: '4',
      alerts: alerts.map((alert) => ({ status: 'firing', startsAt: '2026-01-02T03:04:05Z', ...alert })),
    };
    const response = await fetch(`${this.manager.url}/api/v2/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    await response.arrayBuffer();
    return response.status;
  }

  async get<T>(path: string): Promise<T> {
    const response = await fetch(`${this.manager.url}${path}`);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  /** A Receiver that posts to the inbox, below `/NAME`. */
  webhook(name: string, labels: Record<string, string>, spec: object = {}): KubeObject {
    return notification('Receiver', name, labels, {
      webhook: { url: `${this.inbox.url}/${name}`, ...spec },
    });
  }
}

/** An object of notification.kubesphere.io/v2beta2. */
export function notification(
  kind: string,
  name: string,
  labels: Record<string, string>,
  spec: object,
): KubeObject & { spec: object } {
  return { apiVersion: 'notification.kubesphere.io/v2beta2', kind, metadata: { name, labels }, spec };
}

/** A server that takes what people are told. */
export class Inbox {
  readonly posts: ReceivedPost[] = [];
  readonly #server: Server;
  /** Set to answer otherwise than with 200; returning false leaves the answer to it. */
  answer: (request: IncomingMessage, response: ServerResponse) => boolean = () => true;

  private constructor() {
    this.#server = createServer((request, response) => void this.#take(request, response));
  }

  static async start(): Promise<Inbox> {
    const inbox = new Inbox();
    await new Promise<void>((listening) => inbox.#server.listen(0, '127.0.0.1', listening));
    return inbox;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }

  /** The names of alerts that were told below `/NAME`, in order. */
  told(name: string): string[] {
    return this.posts
      .filter(({ path }) => path === `/${name}`)
      .flatMap(({ body }) => body.alerts.map(({ labels }) => labels['alertname'] ?? ''));
  }

  /** Waits until somebody was told of an alert. */
  async tells(name: string, alertname: string): Promise<void> {
    await eventually(`${name} is told of ${alertname}`, () => this.told(name).includes(alertname));
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await textOf(request).catch(() => undefined);
    // Who is stopped in the middle of a request comes again.
    if (text === undefined) return;
    const body = JSON.parse(text) as ReceivedPost['body'];
    if (!this.answer(request, response)) return;
    this.posts.push({ path: request.url ?? '', body });
    response.end('{}');
  }
}
