import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabLayout, LabNode } from './layout.ts';
import type { IptablesBackend } from './node-firewall.ts';
import { NodeProcess } from './node-process.ts';

/** A kube-proxy program and how to run it. */
export interface RealKubeProxy {
  /** The folder with the program `kube-proxy`, such as that of `KUBEBUILDER_ASSETS`. */
  readonly real: string;
  readonly backend: IptablesBackend;
}

/** Where Debian has the programs that a kube-proxy calls. */
const systemFolders = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/**
 * A folder to put before the PATH of a program, in which `iptables` and its companions are those of one backend, however
 * the machine's alternatives are set.
 */
export async function backendFolder(folder: string, backend: IptablesBackend): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (const tool of ['iptables', 'ip6tables']) {
    for (const end of ['', '-save', '-restore']) {
      await symlink(`/usr/sbin/${tool}-${backend}${end}`, join(folder, `${tool}${end}`));
    }
  }
  return folder;
}

/**
 * Starts a real kube-proxy in iptables mode on a node. It changes nothing of conntrack's limits, and listens within the
 * node's namespace only. 1.20 is given the gates for dual stack, which later versions know no more: see `gates`.
 */
export function startKubeProxy(options: {
  layout: LabLayout;
  node: LabNode;
  program: string;
  kubeconfig: string;
  /** See {@link backendFolder}. */
  pathFolder: string;
  /** Feature gates, such as `IPv6DualStack=true`. */
  gates?: string | undefined;
  onLine?: ((line: string) => void) | undefined;
}): NodeProcess {
  const { layout, node, program, kubeconfig, pathFolder, gates, onLine } = options;
  return new NodeProcess({
    namespace: node.namespace,
    env: { PATH: [pathFolder, ...systemFolders].join(':') },
    onLine,
    argv: [
      program,
      `--kubeconfig=${kubeconfig}`,
      `--hostname-override=${node.name}`,
      '--proxy-mode=iptables',
      `--cluster-cidr=${layout.clusterCidr.IPv4},${layout.clusterCidr.IPv6}`,
      '--conntrack-max-per-core=0',
      '--conntrack-min=0',
      '--conntrack-tcp-timeout-established=0',
      '--conntrack-tcp-timeout-close-wait=0',
      '--healthz-bind-address=127.0.0.1:10256',
      '--metrics-bind-address=127.0.0.1:10249',
      '--iptables-min-sync-period=0s',
      ...(gates === undefined ? [] : [`--feature-gates=${gates}`]),
    ],
  });
}
