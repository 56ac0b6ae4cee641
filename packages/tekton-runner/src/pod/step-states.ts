import type { ContainerStatus, Pod } from '@armillary/kube';
import type { StepState } from '@armillary/tekton';

/** The steps of a TaskRun as its status shows them, read from the pod. */
export function stepStates(pod: Pod): StepState[] {
  const statuses = new Map((pod.status?.containerStatuses ?? []).map((status) => [status.name, status]));
  return pod.spec.containers.map(({ name }) => stepState(name, statuses.get(name)));
}

function stepState(container: string, status: ContainerStatus | undefined): StepState {
  const name = container.replace(/^step-/, '');
  const state = status?.state ?? { waiting: { reason: 'PodInitializing' } };
  const base = { container, name, ...(status?.imageID && { imageID: status.imageID }) };
  const { terminated, running, waiting } = state;
  if (terminated === undefined) return { ...base, ...(running ? { running } : { waiting: waiting ?? {} }) };
  const { message: raw, ...rest } = terminated;
  const { message, reason } = withoutInternal(raw);
  return {
    ...base,
    terminated: { ...rest, ...(message !== undefined && { message }) },
    terminationReason: reason ?? terminated.reason ?? '',
  };
}

/** Takes the runner's own entries out of a termination message. */
function withoutInternal(message: string | undefined): { message?: string; reason?: string } {
  if (message === undefined) return {};
  if (!message.startsWith('[')) return { message };
  const entries = JSON.parse(message) as { key: string; value: string; type: number }[];
  const reason = entries.find(({ key, type }) => type === 3 && key === 'Reason')?.value;
  const results = entries.filter(({ type }) => type !== 3);
  return {
    ...(results.length > 0 && { message: JSON.stringify(results) }),
    ...(reason !== undefined && { reason }),
  };
}
