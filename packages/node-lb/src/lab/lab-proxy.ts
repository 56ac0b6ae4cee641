import { silentLogger, type KubeClient } from '@armillary/kube';
import { join } from 'node:path';
import type { Commands } from '../host/commands.ts';
import type { KubeProxyChoice, LabOptions } from './lab-options.ts';
import type { LabLayout } from './layout.ts';
import type { IptablesBackend } from './node-firewall.ts';
import { defaultServiceCidr, ProxyShape } from './proxy-shape.ts';
import type { ShapeMode } from './proxy-shape.ts';
import { backendFolder, startKubeProxy } from './real-kube-proxy.ts';
import { ShapeFollower } from './shape-follower.ts';

/** Who serves cluster IPs on all nodes of a lab. */
export interface LabProxy {
  /** Throws `NodeLbError` with its last words when one of its programs ended. */
  check(): void;
  /** The last lines that its programs printed. */
  lastWords(): string;
  stop(): Promise<void>;
}

/** Where such a kube-proxy leaves the node's other rules, those of a CNI plugin and a kubelet. */
export function firewallOf(choice: KubeProxyChoice): IptablesBackend {
  if (typeof choice !== 'string') return choice.backend;
  return choice === 'shape-iptables-legacy' ? 'legacy' : 'nft';
}

/** What a proxy works with. */
export interface LabProxyInput {
  readonly choice: KubeProxyChoice;
  readonly layout: LabLayout;
  readonly commands: Commands;
  readonly api: KubeClient;
  /** For programs in the nodes' namespaces. */
  readonly kubeconfig: string;
  /** For what has to be written to disk. */
  readonly folder: string;
  readonly options: Pick<LabOptions, 'serviceCidr' | 'kubeProxyGates' | 'logger'>;
  readonly signal: AbortSignal;
}

/** Starts a kube-proxy, real or in shape, for each node. */
export async function startLabProxy(input: LabProxyInput): Promise<LabProxy> {
  const { choice, layout, commands, api, kubeconfig, folder, options, signal } = input;
  const logger = options.logger ?? silentLogger;
  if (typeof choice === 'string') {
    const mode = choice.slice('shape-'.length) as ShapeMode;
    const serviceCidr = options.serviceCidr ?? defaultServiceCidr;
    const shapes = layout.nodes.map((node) => new ProxyShape({ layout, node, mode, serviceCidr }, commands));
    const follower = await ShapeFollower.start(shapes, { api, logger, signal });
    return { check: () => {}, lastWords: () => '', stop: () => follower.stop() };
  }
  const pathFolder = await backendFolder(join(folder, 'bin'), choice.backend);
  const proxies = layout.nodes.map((node) =>
    startKubeProxy({
      layout,
      node,
      program: join(choice.real, 'kube-proxy'),
      kubeconfig,
      pathFolder,
      gates: options.kubeProxyGates,
      onLine: (line) => logger.debug({ node: node.name, line }, 'kube-proxy'),
    }),
  );
  return {
    check: () => {
      for (const proxy of proxies) proxy.check();
    },
    lastWords: () => proxies.map((proxy) => proxy.lastWords).join('\n'),
    stop: async () => void (await Promise.all(proxies.map((proxy) => proxy.stop()))),
  };
}
