import { coreV1 } from '../objects/core-v1.ts';
import { resourcePath } from '../objects/resource-type.ts';
import type { KubeClient } from './kube-client.ts';

/** Which log, and which part of it. */
export interface PodLogOptions {
  namespace: string;
  pod: string;
  /** Required when the pod has more than one container. */
  container?: string | undefined;
  /** Goes on until the container ends. */
  follow?: boolean;
  /** The log of the container's previous life. */
  previous?: boolean;
  tailLines?: number;
  sinceSeconds?: number;
  /** RFC 3339. */
  sinceTime?: string;
  /** Each line starts with its time. */
  timestamps?: boolean;
  limitBytes?: number;
  signal?: AbortSignal | undefined;
}

/**
 * The bytes of a container's log as the server sends them, in constant memory. Leaving the loop closes the
 * connection. Throws a {@link KubeError}, or the signal's reason.
 */
export async function* podLogs(client: KubeClient, options: PodLogOptions): AsyncGenerator<Uint8Array, void> {
  const { namespace, pod, signal, ...query } = options;
  const response = await client.stream({
    path: resourcePath(coreV1.pods, { namespace, name: pod, subresource: 'log' }),
    query,
    accept: '*/*',
    signal,
  });
  yield* response.body;
}
