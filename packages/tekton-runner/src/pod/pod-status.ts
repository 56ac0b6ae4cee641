import type { ContainerStatus, Pod, PodStatus } from '@armillary/kube';
import type { ContainerRecord, ExecutionState } from '../executor/plan.ts';

/** Tekton's number for its own entries in a termination message, which are not results. */
const internalEntry = 3;

/** Why a pod failed although none of its steps did. */
export const podFailure = {
  restarted: 'RunnerRestarted',
  stopped: 'RunnerStopped',
  deleted: 'PodDeleted',
  unusable: 'Error',
} as const;

/** The status of a pod from the state of its work. */
export function podStatus(pod: Pod, state: ExecutionState, hostIP: string): PodStatus {
  const images = new Map(pod.spec.containers.map(({ name, image }) => [name, image ?? '']));
  const statuses = state.containers.map((record) =>
    containerStatus(pod, record, images.get(record.name) ?? ''),
  );
  const started = state.containers.flatMap(({ startedAt }) => startedAt ?? []);
  const failed = state.reason !== undefined || state.containers.some(isFailed);
  const ready = state.phase === 'running';
  return {
    phase:
      state.phase === 'queued'
        ? 'Pending'
        : state.phase === 'running'
          ? 'Running'
          : failed
            ? 'Failed'
            : 'Succeeded',
    conditions: conditions(ready, state.phase !== 'queued', lastChange(state)),
    ...(state.reason !== undefined && { reason: state.reason }),
    ...(state.message !== undefined && { message: state.message }),
    hostIP,
    ...(started.length > 0 && { startTime: seconds(Math.min(...started)) }),
    containerStatuses: statuses,
  };
}

/** The status of a pod whose runner ended while it ran: what has ended stays as it is. */
export function lostPodStatus(pod: Pod, now: number, hostIP: string): PodStatus {
  const message = 'the runner was restarted while this ran; it is not started again';
  const known = new Map((pod.status?.containerStatuses ?? []).map((status) => [status.name, status]));
  return {
    phase: 'Failed',
    reason: podFailure.restarted,
    message,
    conditions: conditions(false, true, seconds(now)),
    hostIP,
    ...(pod.status?.startTime !== undefined && { startTime: pod.status.startTime }),
    containerStatuses: pod.spec.containers.map(({ name, image = '' }) => {
      const status = known.get(name);
      if (status?.state?.terminated !== undefined) return status;
      const record: ContainerRecord = {
        name,
        state: 'terminated',
        startedAt: Date.parse(status?.state?.running?.startedAt ?? '') || now,
        finishedAt: now,
        exitCode: 255,
        reason: podFailure.restarted,
        message,
      };
      return containerStatus(pod, record, image);
    }),
  };
}

/** Whether a pod has come to its end. */
export function isEnded(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

function isFailed({ exitCode, terminationReason }: ContainerRecord): boolean {
  return (exitCode ?? 0) !== 0 && terminationReason !== 'Continued';
}

function containerStatus(pod: Pod, record: ContainerRecord, image: string): ContainerStatus {
  const { name, state } = record;
  const containerID = `process://${pod.metadata.uid ?? ''}/${name}`;
  return {
    name,
    image,
    imageID: state === 'waiting' ? '' : `process://${pod.spec.nodeName ?? ''}`,
    ready: state === 'running',
    started: state === 'running',
    restartCount: 0,
    ...(state !== 'waiting' && { containerID }),
    state: containerState(record, containerID),
  };
}

function containerState(record: ContainerRecord, containerID: string): NonNullable<ContainerStatus['state']> {
  const { state, startedAt = 0, finishedAt = 0, exitCode = 0, reason = '' } = record;
  if (state === 'waiting') return { waiting: { reason: 'PodInitializing' } };
  if (state === 'running') return { running: { startedAt: seconds(startedAt) } };
  const message = messageOf(record);
  return {
    terminated: {
      exitCode,
      reason,
      ...(message !== undefined && { message }),
      startedAt: seconds(startedAt),
      finishedAt: seconds(finishedAt),
      containerID,
    },
  };
}

/** A termination reason that Kubernetes has no word for travels as an entry of the message, as with Tekton. */
function messageOf({ message, reason, terminationReason }: ContainerRecord): string | undefined {
  if (terminationReason === undefined || terminationReason === reason) return message;
  const entries = message === undefined ? [] : (JSON.parse(message) as unknown[]);
  return JSON.stringify([...entries, { key: 'Reason', value: terminationReason, type: internalEntry }]);
}

/** When the pod's own conditions changed: when it started, or when its last container ended. */
function lastChange({ phase, containers }: ExecutionState): string | undefined {
  const times = containers.flatMap(
    ({ startedAt, finishedAt }) => (phase === 'ended' ? finishedAt : startedAt) ?? [],
  );
  return times.length === 0 ? undefined : seconds(Math.max(...times));
}

function conditions(
  ready: boolean,
  initialized: boolean,
  time: string | undefined,
): NonNullable<PodStatus['conditions']> {
  const status = (value: boolean) => (value ? ('True' as const) : ('False' as const));
  const at = time === undefined ? {} : { lastTransitionTime: time };
  return [
    { type: 'Initialized', status: status(initialized), ...at },
    { type: 'Ready', status: status(ready), ...at },
    { type: 'ContainersReady', status: status(ready), ...at },
    { type: 'PodScheduled', status: 'True', ...at },
  ];
}

/** Kubernetes' times have no fractions. */
export function seconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
