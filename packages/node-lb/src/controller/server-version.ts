import type { KubeClient } from '@armillary/kube';

/** The first minor version of Kubernetes 1 whose API server keeps `ipMode` unless told otherwise (KEP-1860). */
const IP_MODE_MINOR = 30;

/**
 * Whether an API server of this version, such as `v1.34.2+k3s1`, keeps `ipMode` in the status of Services. Before 1.30
 * it drops the field, and then every kube-proxy takes the traffic for the address itself.
 */
export function keepsIpMode(gitVersion: string): boolean {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(gitVersion) ?? [];
  return Number(major) > 1 || (Number(major) === 1 && Number(minor) >= IP_MODE_MINOR);
}

/** Asks the server for its version. Rejects with a `KubeError`. */
export async function serverVersionOf(client: KubeClient, signal?: AbortSignal): Promise<string> {
  const answer = await client.json<{ gitVersion?: unknown }>({ path: '/version', signal });
  return typeof answer.gitVersion === 'string' ? answer.gitVersion : '';
}
