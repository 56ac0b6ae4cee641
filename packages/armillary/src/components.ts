import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ControllerManager, type KubeClient, type LeaderElectionOptions, type Logger } from '@armillary/kube';
import type { Jenkins } from '@armillary/jenkins-client';
import type { OperatorOptions } from '@armillary/notifications';
import {
  nodeLbKinds,
  nodeLoadBalancerControllers,
  endpointSliceType,
  serverVersionOf,
} from '@armillary/node-lb';
import { devopsKinds, pipelinesControllers, type Engine } from '@armillary/pipelines';
import { tektonKinds } from '@armillary/tekton';
import { tektonRunner, type TektonRunner } from '@armillary/tekton-runner';
import type { ComponentName } from './component-names.ts';
import { applyDefinitions } from './definitions.ts';

/** Where the kubelet endpoint of tekton-runner listens, and the PEM files it serves with. */
export interface KubeletFiles {
  host: string;
  /** 0 picks a free one. */
  port: number;
  /** The address the API server reaches it at; `host` when absent. */
  address?: string;
  certificate: string;
  key: string;
  /** Authority of the client certificates that may read logs; without it only bearer tokens open the endpoint. */
  clientCa?: string;
}

/** Options of `startComponents`. */
export interface ComponentsOptions {
  client: KubeClient;
  components: readonly ComponentName[];
  /** For pipelines: the Jenkins to run them on, beside Tekton. */
  jenkins?: Jenkins;
  /** For pipelines: what runs those that name no engine. */
  defaultEngine?: Engine;
  /** For node-lb: use nodes also where what serves cluster IPs was not proved. */
  acceptUnprovenProxy?: boolean;
  /** Required for notification-operator. */
  notifications?: OperatorOptions;
  /** For tekton-runner: pods, logs and volumes. */
  dataDir: string;
  /** Required for tekton-runner. */
  kubelet?: KubeletFiles;
  /** For tekton-runner: the node that it registers. */
  nodeName: string;
  /**
   * This process is all there is beside the API server: it brings the definitions up to date, needs no election, and
   * takes Tekton runs that name no manager. Otherwise the definitions are installed already, several processes elect
   * one, and upstream Tekton may be there too.
   */
  standalone: boolean;
  logger: Logger;
  signal: AbortSignal;
}

/** The definitions that a component works with; those of notifications come with the notification manager. */
const kindsOf: Readonly<Record<ComponentName, readonly { crd(): object }[]>> = {
  pipelines: [...devopsKinds, ...tektonKinds],
  'tekton-runner': tektonKinds,
  'node-lb': nodeLbKinds,
  'notification-operator': [],
};

/** Controllers at work. */
export interface RunningComponents {
  manager: ControllerManager;
  /** Settles when the controllers have ended; rejects when they failed. */
  ended: Promise<void>;
  /** Ends the runner's steps and the controllers gracefully. */
  stop(): Promise<void>;
}

/**
 * Starts the named components on a server. Resolves when every cache has
 * synced. Rejects when a definition is refused, an endpoint cannot listen, or the caches do not sync in time.
 */
export async function startComponents(options: ComponentsOptions): Promise<RunningComponents> {
  const { client, components, logger, signal } = options;
  if (options.standalone) {
    const kinds = new Set(components.flatMap((component) => kindsOf[component]));
    await applyDefinitions(
      client,
      Array.from(kinds, (kind) => kind.crd()),
      signal,
    );
  }
  const manager = new ControllerManager({
    client,
    logger,
    ...(options.standalone ? {} : { leaderElection: leaderElection(options) }),
  });
  if (components.includes('pipelines')) {
    const { jenkins, defaultEngine } = options;
    const controllers = pipelinesControllers({
      manager,
      ...(defaultEngine === undefined ? {} : { defaultEngine }),
      ...(jenkins === undefined ? {} : { jenkins: { jenkins } }),
    });
    for (const controller of controllers) manager.add(controller);
  }
  if (components.includes('node-lb')) await addNodeLoadBalancer(options, manager);
  if (components.includes('notification-operator')) await addOperator(options, manager);
  const runner = components.includes('tekton-runner') ? await createRunner(options, manager) : undefined;
  await runner?.start();
  const ended = manager.start();
  const stop = async (): Promise<void> => {
    // The runner first: its last statuses go through the caches of the manager.
    await runner?.stop();
    await manager.stop();
  };
  try {
    await Promise.race([ended, ready(manager, signal)]);
  } catch (error) {
    await stop();
    throw error;
  }
  return { manager, ended, stop };
}

function leaderElection({ client, components }: ComponentsOptions): LeaderElectionOptions {
  return {
    name: `armillary-${components.join('-')}`,
    namespace: client.namespace,
    identity: `${hostname()}_${randomUUID()}`,
  };
}

async function addNodeLoadBalancer(options: ComponentsOptions, manager: ControllerManager): Promise<void> {
  const { client, signal, acceptUnprovenProxy = false } = options;
  const controllers = nodeLoadBalancerControllers(manager, {
    leaseNamespace: client.namespace,
    serverVersion: await serverVersionOf(client, signal),
    sliceType: await endpointSliceType(client, signal),
    acceptUnprovenProxy,
  });
  for (const controller of controllers) manager.add(controller);
}

async function addOperator({ notifications }: ComponentsOptions, manager: ControllerManager): Promise<void> {
  if (!notifications) throw new Error('notification-operator needs an image and a namespace');
  // Loaded here: no other component needs it.
  const { notificationManagerController } = await import('@armillary/notifications');
  manager.add(notificationManagerController(manager, notifications));
}

async function createRunner(options: ComponentsOptions, manager: ControllerManager): Promise<TektonRunner> {
  const { kubelet, nodeName } = options;
  if (!kubelet) throw new Error('tekton-runner needs the settings of its kubelet endpoint');
  return tektonRunner({
    client: options.client,
    manager,
    dataDir: options.dataDir,
    logger: options.logger,
    takesUnmanaged: options.standalone,
    nodeName,
    kubelet: {
      host: kubelet.host,
      port: kubelet.port,
      ...(kubelet.address === undefined ? {} : { address: kubelet.address }),
      tls: {
        cert: await readFile(kubelet.certificate),
        key: await readFile(kubelet.key),
        ...(kubelet.clientCa === undefined ? {} : { clientCa: await readFile(kubelet.clientCa) }),
      },
    },
  });
}

async function ready(manager: ControllerManager, signal: AbortSignal): Promise<void> {
  while (!manager.readiness().ok) await sleep(10, undefined, { signal });
}
