import { coreV1, hasCode, isNotFound, podLogs, type KubeClient, type Pod } from '@armillary/kube';
import { isPassing, PATIENCE, patiently, pause } from '../runs/passing-fault.ts';

/** Which log to read, and how. */
export interface ContainerLogOptions {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** Waits for the container to start, then goes on until it ends. */
  readonly follow: boolean;
  /** Whether the stage is known to be over, so that nothing more will start in it. */
  readonly over: () => boolean;
  readonly signal: AbortSignal;
}

/**
 * The log of a container, every byte once, through broken connections: what was read already is skipped when the log
 * is read again. A container that never ran has none.
 */
export async function* containerLog(
  client: KubeClient,
  options: ContainerLogOptions,
): AsyncGenerator<Uint8Array, void> {
  const { namespace, pod, container, follow, over, signal } = options;
  let read = 0;
  for (let failures = 0; ;) {
    // Before the look, so that what ended in between is not taken for what will never start.
    const last = !follow || over();
    const found = await findPod(client, options);
    if (found === undefined) return;
    if (hasStarted(found, container)) {
      try {
        let known = read;
        for await (const chunk of podLogs(client, { namespace, pod, container, follow, signal })) {
          failures = 0;
          const fresh = chunk.subarray(Math.min(known, chunk.length));
          known -= chunk.length - fresh.length;
          read += fresh.length;
          if (fresh.length > 0) yield fresh;
        }
        return;
      } catch (error) {
        signal.throwIfAborted();
        // It ended before it ran, or its pod was deleted.
        if (isNotFound(error)) return;
        // Its start is told before its log is there.
        const mayPass = isPassing(error) || hasCode(error, 'BadRequest');
        if (!mayPass || ++failures > PATIENCE) throw error;
      }
    } else if (last) return;
    await pause(failures, signal);
  }
}

/** The pod, or undefined when there is none. */
export async function findPod(
  client: KubeClient,
  { namespace, pod, signal }: Pick<ContainerLogOptions, 'namespace' | 'pod' | 'signal'>,
): Promise<Pod | undefined> {
  try {
    return await patiently(signal, () => client.resource<Pod>(coreV1.pods).get(pod, { namespace, signal }));
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

function hasStarted({ status }: Pod, container: string): boolean {
  const state = status?.containerStatuses?.find(({ name }) => name === container)?.state;
  return state?.running !== undefined || state?.terminated !== undefined;
}
