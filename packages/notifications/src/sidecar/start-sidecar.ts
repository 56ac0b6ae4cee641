import { ControllerManager, type KubeClient, type Logger } from '@armillary/kube';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { baseUrl } from '../server/base-url.ts';
import { RbacDirectory } from './rbac-directory.ts';
import { createSidecarServer } from './sidecar-server.ts';
import type { Authority } from './who-may.ts';

/** Options of `startSidecar`. */
export interface SidecarOptions {
  client: KubeClient;
  host: string;
  /** 0 picks a free one. */
  port: number;
  /** What somebody must be allowed to do in a namespace to be told of it. */
  authority: Authority;
  logger: Logger;
  signal: AbortSignal;
}

/** A sidecar at work. */
export interface RunningSidecar {
  url: string;
  /** Settles when it has ended; rejects when the cluster's roles cannot be read. */
  ended: Promise<void>;
  stop(): Promise<void>;
}

/** What KubeSphere's own sidecar asks for. */
export const usualAuthority: Authority = { verb: 'get', group: '', resource: 'pods' };

/** Starts the reference sidecar. Resolves when it listens; rejects when the port is taken. */
export async function startSidecar(options: SidecarOptions): Promise<RunningSidecar> {
  const { client, host, port, logger } = options;
  const manager = new ControllerManager({ client, logger });
  const directory = new RbacDirectory(manager, options.authority);
  const server = createSidecarServer({
    subjectsOf: (namespace) => directory.of(namespace),
    isReady: () => manager.readiness().ok,
  });
  await server.listen({ host, port });
  const ended = follow(manager, server, options.signal);
  return {
    url: baseUrl(host, (server.server.address() as AddressInfo).port),
    ended,
    async stop() {
      await manager.stop();
    },
  };
}

async function follow(
  manager: ControllerManager,
  server: FastifyInstance,
  signal: AbortSignal,
): Promise<void> {
  try {
    await manager.start(signal);
  } finally {
    await server.close();
  }
}
