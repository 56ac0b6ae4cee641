import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import {
  type ControllerManager,
  coreV1,
  type KubeClient,
  type Logger,
  type Pod,
  silentLogger,
} from '@armillary/kube';
import { pipelineRunKind, taskRunKind } from '@armillary/tekton';
import { pipelineRunController } from './controllers/pipeline-run-controller.ts';
import { podController } from './controllers/pod-controller.ts';
import { taskRunController } from './controllers/task-run-controller.ts';
import { Executor } from './executor/executor.ts';
import { imageMap } from './executor/images.ts';
import { KubeletAccess } from './node/kubelet-access.ts';
import { type KubeletOptions, KubeletServer } from './node/kubelet-server.ts';
import { VirtualNode } from './node/virtual-node.ts';
import { podStatus } from './pod/pod-status.ts';
import { PodStatusWriter } from './pod/pod-status-writer.ts';

/** How long a stop waits for the last statuses to be written, milliseconds. */
const flushMs = 5000;

/** Settings of the runner. */
export interface TektonRunnerOptions {
  client: KubeClient;
  /** Gets the runner's controllers; start it after the runner. */
  manager: ControllerManager;
  /** Where pods, logs and volumes are kept. One runner per folder. */
  dataDir: string;
  /** The name of the node that it registers. */
  nodeName: string;
  /** The endpoint that `kubectl logs` reads from. */
  kubelet: KubeletOptions & {
    /** The address that the API server reaches it at; `host` unless told. */
    address?: string;
  };
  /** Also takes runs that name no `managedBy`: for a server without an upstream Tekton. Off unless told. */
  takesUnmanaged?: boolean;
  /** How many TaskRuns run at the same time: 16 unless told. */
  concurrency?: number;
  /** Images, beside the well-known shells, that this machine stands in for. */
  mappedImages?: readonly string[];
  /** Between SIGTERM and SIGKILL of a step, milliseconds: 10,000 unless told. */
  killGraceMs?: number;
  logger?: Logger;
}

/** A runner: its controllers are in the manager, the rest lives between `start` and `stop`. */
export interface TektonRunner {
  readonly nodeName: string;
  /** Cleans up after an earlier life, listens, registers the node. Call it before the manager is started. */
  start(): Promise<{ kubeletPort: number }>;
  /** Ends what runs, reports it, takes the node back. Call it before the manager is stopped. */
  stop(): Promise<void>;
}

/** Runs Tekton's TaskRuns and PipelineRuns on this machine. */
export function tektonRunner(options: TektonRunnerOptions): TektonRunner {
  const { client, manager, kubelet, nodeName, concurrency = 16 } = options;
  const logger = options.logger ?? silentLogger;
  const address = kubelet.address ?? kubelet.host;
  const podSelector = { fieldSelector: `spec.nodeName=${nodeName}` };
  const started = new Map<string, Pod>();
  const writer = new PodStatusWriter(client, logger);
  const executor = new Executor({
    dataFolder: join(options.dataDir, 'tekton-runner'),
    concurrency,
    ...(options.killGraceMs !== undefined && { graceMs: options.killGraceMs }),
    changed: ({ uid }, state) => {
      const pod = started.get(uid);
      if (pod === undefined) return;
      writer.write(pod, podStatus(pod, state, address));
      if (state.phase === 'ended') started.delete(uid);
    },
    problem: (error, what) => logger.warn({ err: error }, what),
  });

  const pods = manager.informer(coreV1.pods, podSelector);
  const taskRuns = manager.informer(taskRunKind);
  const pipelineRuns = manager.informer(pipelineRunKind);
  const events = manager.recorder('tekton-runner');
  const takesUnmanaged = options.takesUnmanaged ?? false;
  manager.add(pipelineRunController({ client, pipelineRuns, taskRuns, events, takesUnmanaged }));
  manager.add(
    taskRunController({
      client,
      taskRuns,
      pipelineRuns,
      pods,
      podSelector,
      executor,
      writer,
      events,
      nodeName,
      hostIP: address,
      takesUnmanaged,
      maps: imageMap(options.mappedImages),
      starting: (pod) => started.set(pod.metadata.uid ?? '', pod),
    }),
  );
  manager.add(podController({ client, pods, podSelector, executor }));
  const forget = (what: string, work: Promise<void>) =>
    void work.catch((error: unknown) => logger.warn({ err: error }, `${what} could not be removed`));
  pods.onEvent({
    deleted: ({ metadata }) => {
      const uid = metadata.uid ?? '';
      started.delete(uid);
      // A pod that was taken away without asking us still has to be ended.
      forget(
        'the files of a pod',
        executor.stop(uid, 'PodDeleted').then(() => executor.forget(uid)),
      );
    },
  });
  pipelineRuns.onEvent({
    deleted: ({ metadata }) => forget('the volumes of a run', executor.forgetRun(metadata.uid ?? '')),
  });

  const server = new KubeletServer(kubelet, {
    pod: (name, namespace) => pods.get(name, namespace),
    pods: () => pods.list(),
    executor,
    access: new KubeletAccess(client, nodeName),
    logger,
  });
  let node: VirtualNode | undefined;
  return {
    nodeName,
    async start() {
      const killed = await executor.killLeftovers();
      if (killed > 0) logger.warn({ killed }, 'processes of an earlier life of the runner were killed');
      await sweep(client, executor, podSelector);
      const port = await server.start();
      node = new VirtualNode({ client, logger, nodeName, address, port, capacity: concurrency });
      await node.start();
      return { kubeletPort: port };
    },
    async stop() {
      await executor.close();
      await Promise.race([writer.flush(), setTimeout(flushMs, undefined, { ref: false })]);
      writer.close();
      await node?.stop();
      await server.stop();
    },
  };
}

/** Removes the files of pods and runs that were deleted while nobody looked. */
async function sweep(
  client: KubeClient,
  executor: Executor,
  podSelector: { fieldSelector: string },
): Promise<void> {
  const uids = executor.podUids();
  if (uids.length > 0) {
    const alive = new Set<string | undefined>();
    for await (const { metadata } of client.resource(coreV1.pods).listAll(podSelector))
      alive.add(metadata.uid);
    await Promise.all(uids.filter((uid) => !alive.has(uid)).map((uid) => executor.forget(uid)));
  }
  const runs = executor.runUids();
  if (runs.length === 0) return;
  const alive = new Set<string | undefined>();
  for await (const { metadata } of client.resource(pipelineRunKind).listAll()) alive.add(metadata.uid);
  await Promise.all(runs.filter((uid) => !alive.has(uid)).map((uid) => executor.forgetRun(uid)));
}
