import {
  type ControllerDefinition,
  controllerOf,
  coreV1,
  type EventRecorder,
  type Informer,
  hasCode,
  isAlreadyExists,
  isNotFound,
  type KubeClient,
  type Pod,
  type ReconcileContext,
  type ReconcileResult,
  watchOf,
} from '@armillary/kube';
import { type PipelineRun, type Refusal, type Step, type TaskRun, taskRunKind } from '@armillary/tekton';
import type { Executor } from '../executor/executor.ts';
import { machineImage } from '../executor/images.ts';
import { podFor } from '../pod/pod-for.ts';
import { isEnded, lostPodStatus, seconds } from '../pod/pod-status.ts';
import type { PodStatusWriter } from '../pod/pod-status-writer.ts';
import { isDone, withVerdict } from './condition.ts';
import { isOurs } from './ownership.ts';
import { OwnWrites } from './own-writes.ts';
import { decideTaskRun, finishedStatus, type PodView } from './task-run-decision.ts';
import { prepareTaskRun, TaskRefusedError } from './task-run-preparation.ts';
import { writeStatus } from './write-status.ts';

/** What the controller works with. */
export interface TaskRunControllerOptions {
  client: KubeClient;
  taskRuns: Informer<TaskRun>;
  pipelineRuns: Informer<PipelineRun>;
  /** The pods of our node. */
  pods: Informer<Pod>;
  podSelector: { fieldSelector: string };
  executor: Executor;
  writer: PodStatusWriter;
  events: EventRecorder;
  nodeName: string;
  hostIP: string;
  takesUnmanaged: boolean;
  maps: (image: string) => boolean;
  /** Called before a pod's work is given to the executor. */
  starting: (pod: Pod) => void;
}

interface Tools extends TaskRunControllerOptions {
  /** The UIDs of PipelineRuns that were told that their images are not used. */
  imagesReported: Set<string>;
  writes: OwnWrites<TaskRun>;
}

/** How long to wait when the executor's queue is full, milliseconds. */
const fullQueueMs = 2000;

/** Brings TaskRuns to their end: a Pod object per attempt, its work in the executor, its outcome in the status. */
export function taskRunController(options: TaskRunControllerOptions): ControllerDefinition<TaskRun> {
  const { taskRuns, pipelineRuns, takesUnmanaged } = options;
  const writes = new OwnWrites<TaskRun>();
  const imagesReported = new Set<string>();
  pipelineRuns.onEvent({ deleted: ({ metadata }) => imagesReported.delete(metadata.uid ?? '') });
  taskRuns.onEvent({ deleted: ({ metadata }) => writes.forget(metadata.uid ?? '') });
  return {
    name: 'tekton-task-runs',
    for: taskRunKind,
    workers: 8,
    watches: [
      watchOf({
        type: coreV1.pods,
        select: options.podSelector,
        map: (pod) => {
          const owner = controllerOf(pod);
          if (owner?.kind !== taskRunKind.kind) return [];
          return [{ namespace: pod.metadata.namespace ?? '', name: owner.name }];
        },
      }),
    ],
    async reconcile({ name, namespace }, context) {
      const cached = taskRuns.get(name, namespace);
      const run = cached && writes.newest(cached);
      if (run === undefined || run.metadata.deletionTimestamp !== undefined) return;
      if (!isOurs(run.spec, takesUnmanaged) || isDone(run.status?.conditions)) return;
      return reconcile({ ...options, writes, imagesReported }, run, context);
    },
  };
}

async function reconcile(
  options: Tools,
  run: TaskRun,
  context: ReconcileContext,
): Promise<ReconcileResult | void> {
  const now = Date.now();
  const pod = await podOf(options, run, context.signal);
  const decision = decideTaskRun(run, pod, now);
  switch (decision.kind) {
    case 'nothing':
      return;
    case 'start':
      return start(options, run, decision.attempt, context);
    case 'stop': {
      const { uid = '' } = decision.pod.metadata;
      if (options.executor.stateOf(uid) === undefined)
        options.writer.write(decision.pod, lost(options, decision.pod));
      // The pod's end brings the TaskRun here again.
      else void options.executor.stop(uid, decision.reason);
      return;
    }
    case 'status': {
      if (
        typeof pod === 'object' &&
        !isEnded(pod) &&
        options.executor.stateOf(pod.metadata.uid ?? '') === undefined
      ) {
        // Made, and not begun in this life of the runner.
        await begin(options, run, pod, run.status?.retriesStatus?.length ?? 0, context);
      }
      await writeStatus(options, taskRunKind, run, decision.status, context.signal);
      return decision.lookAgainAt === undefined
        ? undefined
        : { requeueAfterMs: Math.max(0, decision.lookAgainAt - now) };
    }
  }
}

async function start(
  options: Tools,
  run: TaskRun,
  attempt: number,
  { signal }: ReconcileContext,
): Promise<ReconcileResult | void> {
  const { client, executor, events, nodeName } = options;
  const now = Date.now();
  try {
    const prepared = await prepareTaskRun(client, run, attempt, options.maps, signal);
    const pod = await createPod(options, run, podFor(run, prepared.steps, { nodeName, attempt }), signal);
    options.starting(pod);
    const submission = executor.submit(
      prepared.plan({ uid: pod.metadata.uid ?? '', name: pod.metadata.name ?? '' }),
    );
    if (submission === 'lost') options.writer.write(pod, lost(options, pod));
    if (attempt === 0) events.event(run, 'Normal', 'Started', 'the TaskRun has started');
    reportImages(options, run, prepared.steps);
    const verdict = { status: 'Unknown', reason: 'Pending', message: 'Pending' } as const;
    await writeStatus(
      options,
      taskRunKind,
      run,
      {
        ...run.status,
        conditions: withVerdict(run.status?.conditions, verdict, now),
        startTime: run.status?.startTime ?? seconds(now),
        podName: pod.metadata.name ?? '',
        taskSpec: prepared.applied,
      },
      signal,
    );
    return submission === 'full' ? { requeueAfterMs: fullQueueMs } : undefined;
  } catch (error) {
    if (!(error instanceof TaskRefusedError)) throw error;
    const status = finishedStatus(run, { status: 'False', ...error.refusal }, now);
    await writeStatus(options, taskRunKind, run, status, signal);
    return undefined;
  }
}

/** Gives the work of a pod that exists to the executor, after a restart or a full queue. */
async function begin(
  options: Tools,
  run: TaskRun,
  pod: Pod,
  attempt: number,
  { signal }: ReconcileContext,
): Promise<void> {
  const { uid = '', name = '' } = pod.metadata;
  try {
    const prepared = await prepareTaskRun(options.client, run, attempt, options.maps, signal);
    options.starting(pod);
    const submission = options.executor.submit(prepared.plan({ uid, name }));
    if (submission === 'lost') options.writer.write(pod, lost(options, pod));
    if (submission === 'full') throw new Error('the queue of the runner is full');
  } catch (error) {
    if (!(error instanceof TaskRefusedError)) throw error;
    options.writer.write(pod, { ...lost(options, pod), reason: 'Error', message: error.message });
  }
}

async function createPod(options: Tools, run: TaskRun, pod: Pod, signal: AbortSignal): Promise<Pod> {
  const pods = options.client.resource(coreV1.pods);
  try {
    return await pods.create(pod, { signal });
  } catch (error) {
    if (hasCode(error, 'Forbidden', 'Invalid')) {
      // A service account that is missing, a quota, a policy: for a person to put right.
      throw new TaskRefusedError(
        podCreationFailed(run, error instanceof Error ? error.message : String(error)),
      );
    }
    if (!isAlreadyExists(error)) throw error;
    const existing = await pods.get(pod.metadata.name ?? '', { namespace: pod.metadata.namespace, signal });
    if (controllerOf(existing)?.uid === run.metadata.uid) return existing;
    throw new TaskRefusedError(podCreationFailed(run, `pods "${pod.metadata.name ?? ''}" already exists`));
  }
}

function podCreationFailed(run: TaskRun, why: string): Refusal {
  const message = `failed to create task run pod "${run.metadata.name ?? ''}": ${why}`;
  return { reason: 'PodCreationFailed', message };
}

/** The pod of the present attempt; the cache may not know it yet, so absence is confirmed by the server. */
async function podOf(options: Tools, run: TaskRun, signal: AbortSignal): Promise<PodView> {
  const name = run.status?.podName;
  const { namespace, uid } = run.metadata;
  if (name === undefined || name === '') return 'absent';
  const cached = options.pods.get(name, namespace);
  if (cached !== undefined && controllerOf(cached)?.uid === uid) return cached;
  try {
    const pod = await options.client.resource(coreV1.pods).get(name, { namespace, signal });
    return controllerOf(pod)?.uid === uid ? pod : 'gone';
  } catch (error) {
    if (isNotFound(error)) return 'gone';
    throw error;
  }
}

/** Says once per run, at the PipelineRun where there is one, that steps do not run in their images. */
function reportImages(
  { events, pipelineRuns, imagesReported }: Tools,
  run: TaskRun,
  steps: readonly Step[],
): void {
  const image = steps.find((step) => step.image !== machineImage)?.image;
  if (image === undefined) return;
  const message = `steps run as processes of this machine, not in images such as ${JSON.stringify(image)}`;
  const uid = controllerOf(run)?.uid;
  if (uid === undefined) return events.event(run, 'Normal', 'ImageMapped', message);
  const owner = pipelineRuns.get(controllerOf(run)?.name ?? '', run.metadata.namespace);
  if (owner?.metadata.uid !== uid || imagesReported.has(uid)) return;
  imagesReported.add(uid);
  events.event(owner, 'Normal', 'ImageMapped', message);
}

function lost({ hostIP }: TaskRunControllerOptions, pod: Pod) {
  return lostPodStatus(pod, Date.now(), hostIP);
}
