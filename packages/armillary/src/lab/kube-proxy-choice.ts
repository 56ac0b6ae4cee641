import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { KubeProxyChoice } from '@armillary/node-lb';
import { CommandError } from '../command-error.ts';

/** What `--kube-proxy` takes. */
export const kubeProxyKinds = [
  'shape-iptables-nft',
  'shape-iptables-legacy',
  'shape-nftables',
  'real-iptables-nft',
  'real-iptables-legacy',
] as const;
/** One of {@link kubeProxyKinds}. */
export type KubeProxyKind = (typeof kubeProxyKinds)[number];

/** Kubernetes 1.21 is the first whose kube-proxy reads EndpointSlices as `discovery.k8s.io/v1`. */
const firstWithSlices = 21;
/** With these an older one does what later ones do without asking. */
const oldGates = 'IPv6DualStack=true,EndpointSliceProxying=true';

/** Who serves cluster IPs in a lab, and the feature gates of a program that is old. */
export interface ChosenProxy {
  kubeProxy: KubeProxyChoice;
  kubeProxyGates?: string;
}

/**
 * The kube-proxy of a lab: what was asked for, else the program of the folder when the API server has what it reads,
 * else rules of its shape.
 *
 * @throws {CommandError} `usage` when a real one was asked for that is not there, or does not fit to the API server.
 */
export async function chooseKubeProxy(
  kind: KubeProxyKind | undefined,
  folder: string | undefined,
  ownApi: boolean,
): Promise<ChosenProxy> {
  if (kind?.startsWith('shape-')) return { kubeProxy: kind as Extract<KubeProxyKind, `shape-${string}`> };
  const minor = folder === undefined ? undefined : await minorVersion(folder);
  const fits = minor !== undefined && (minor >= firstWithSlices || !ownApi);
  if (kind === undefined && !fits) return { kubeProxy: 'shape-iptables-nft' };
  if (folder === undefined || minor === undefined) {
    throw new CommandError('usage', `${kind}: give the folder of a kube-proxy by --kube-proxy-folder`);
  }
  if (!fits) {
    throw new CommandError(
      'usage',
      `kube-proxy 1.${minor} reads EndpointSlices in a version that the lab's own API server does not serve: give a real one by --kubeconfig, or a kube-proxy of 1.${firstWithSlices} or later`,
    );
  }
  const backend = kind === 'real-iptables-legacy' ? 'legacy' : 'nft';
  return {
    kubeProxy: { real: folder, backend },
    ...(minor < firstWithSlices ? { kubeProxyGates: oldGates } : {}),
  };
}

/** The minor version of the folder's kube-proxy; undefined when there is none that answers. */
async function minorVersion(folder: string): Promise<number | undefined> {
  const program = join(folder, 'kube-proxy');
  try {
    await access(program);
  } catch {
    return undefined;
  }
  const { stdout } = await promisify(execFile)(program, ['--version'], { timeout: 10_000 });
  const [, minor] = /v1\.(\d+)/.exec(stdout) ?? [];
  if (minor === undefined) {
    throw new CommandError(
      'failure',
      `${program} --version says nothing that could be read: ${stdout.trim()}`,
    );
  }
  return Number(minor);
}
