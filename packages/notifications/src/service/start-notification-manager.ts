import type { AddressInfo } from 'node:net';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ControllerManager } from '@armillary/kube';
import type { Access } from '../server/access.ts';
import { baseUrl } from '../server/base-url.ts';
import { createServer } from '../server/server.ts';
import { startSidecar, usualAuthority } from '../sidecar/start-sidecar.ts';
import type { NotificationStore } from '../store/notification-store.ts';
import { SqliteStore } from '../store/sqlite/sqlite-store.ts';
import { NotificationService, type NotificationServiceOptions } from './notification-service.ts';

/** Options of `startNotificationManager`. */
export interface NotificationManagerOptions extends Omit<
  NotificationServiceOptions,
  'manager' | 'store' | 'sourcesFolder'
> {
  host: string;
  /** 0 picks a free one. */
  port: number;
  /** Who may use the HTTP interface. */
  access: Access;
  /** Where everything is kept that must not be forgotten. */
  folder: string;
  /** A PostgreSQL for the alerts, `postgres://…`; SQLite in `folder` when absent. */
  storeUrl: string | undefined;
  /** Also answers who may act in a namespace, as a sidecar would, on this port of this machine (0 picks a free one). */
  sidecarPort: number | undefined;
  signal: AbortSignal;
}

/** A notification manager at work. */
export interface RunningNotificationManager {
  /** The base address of the HTTP interface. */
  url: string;
  /** The base address of its own sidecar, if it has one. */
  sidecarUrl: string | undefined;
  /** Settles when it has ended; rejects when it failed. */
  ended: Promise<void>;
  /** Takes no more alerts, finishes what is under way, and closes the store. */
  stop(): Promise<void>;
}

/** A sidecar tells everybody who asks who may do what: it is for this process alone, as one in a pod is for its pod. */
const sidecarHost = '127.0.0.1';

/** The caches may take as long as the cluster needs to come up: until then alerts are answered with 503. */
const cacheSyncTimeoutMs = 24 * 3_600_000;

/**
 * Starts the notification manager. Resolves when it takes alerts. Rejects when the port is taken, when the store cannot
 * be opened, and with the signal's reason.
 */
export async function startNotificationManager(
  options: NotificationManagerOptions,
): Promise<RunningNotificationManager> {
  const { client, logger, signal, host, folder, sidecarPort } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const store = await openStore(options);
  const sidecar =
    sidecarPort === undefined
      ? undefined
      : await startSidecar({
          client,
          host: sidecarHost,
          port: sidecarPort,
          authority: usualAuthority,
          logger,
          signal,
        });
  const manager = new ControllerManager({ client, logger, cacheSyncTimeoutMs });
  const service = new NotificationService({
    ...options,
    manager,
    store,
    sourcesFolder: join(folder, 'sources'),
    sidecarUrl: sidecar?.url ?? options.sidecarUrl,
  });
  const server = createServer({ api: service, access: options.access, logger });
  const stopped = Promise.withResolvers<void>();
  const running: RunningNotificationManager = {
    url: '',
    sidecarUrl: sidecar?.url,
    ended: stopped.promise,
    async stop() {
      await server.close();
      await service.stop();
      await manager.stop();
      await sidecar?.stop();
      await store.close();
      stopped.resolve();
    },
  };
  stopped.promise.catch(() => {});
  try {
    await server.listen({ host, port: options.port });
    running.url = baseUrl(host, (server.server.address() as AddressInfo).port);
    const following = manager.start();
    following.catch((error: unknown) => stopped.reject(error));
    (sidecar?.ended ?? Promise.resolve()).catch((error: unknown) => stopped.reject(error));
    await Promise.race([service.start(signal), stopped.promise]);
    return running;
  } catch (error) {
    await running.stop();
    throw error;
  }
}

async function openStore({
  storeUrl,
  folder,
  clock,
}: NotificationManagerOptions): Promise<NotificationStore> {
  const time = clock && { clock };
  if (storeUrl === undefined) return new SqliteStore({ file: join(folder, 'alerts.db'), ...time });
  // Loaded here: most installations have one process and no PostgreSQL.
  const { PostgresStore } = await import('../store/postgres/postgres-store.ts');
  return await PostgresStore.open({ url: storeUrl, ...time });
}
