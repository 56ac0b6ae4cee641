import type { EndpointSlice, Service } from '@armillary/kube';
import type { Commands } from '../host/commands.ts';
import { iptablesShape } from './iptables-shape.ts';
import type { LabLayout, LabNode } from './layout.ts';
import { nftablesShape } from './nftables-shape.ts';
import { restoreProgram } from './node-firewall.ts';
import { servedPorts } from './served-ports.ts';
import { families, type PerFamily } from '../address/protocol.ts';

/** The ways of a kube-proxy whose rule shape the lab knows. */
export type ShapeMode = 'iptables-nft' | 'iptables-legacy' | 'nftables';

/** Networks that a cluster of this project's own API server takes its cluster IPs from. */
export const defaultServiceCidr: PerFamily<string> = { IPv4: '10.96.0.0/12', IPv6: 'fd00:10:96::/108' };

/**
 * Stands in for the kube-proxy of one node: installs the rules that a real one would have for the Services and endpoint
 * slices it is given, complete and atomically.
 */
export class ProxyShape {
  readonly #options: { layout: LabLayout; node: LabNode; mode: ShapeMode; serviceCidr: PerFamily<string> };
  readonly #commands: Commands;

  constructor(
    options: { layout: LabLayout; node: LabNode; mode: ShapeMode; serviceCidr: PerFamily<string> },
    commands: Commands,
  ) {
    this.#options = options;
    this.#commands = commands.inside(options.node.namespace);
  }

  /** Brings the node's rules to these objects. Call it again for each change, one call after the other. */
  async sync(services: readonly Service[], slices: readonly EndpointSlice[]): Promise<void> {
    const { layout, node, mode, serviceCidr } = this.#options;
    await Promise.all(
      families.map(async (family) => {
        const ports = servedPorts(services, slices, family, node.name);
        const input = { family, clusterCidr: layout.clusterCidr[family], ports };
        if (mode === 'nftables') {
          await this.#commands.run('nft', ['-f', '-'], { input: nftablesShape(input, serviceCidr[family]) });
          return;
        }
        const restore = restoreProgram(family, mode === 'iptables-nft' ? 'nft' : 'legacy');
        const { stdout } = await this.#commands.run(restore.replace(/restore$/, 'save'), []);
        await this.#commands.run(restore, ['--noflush', '-w', '5'], { input: iptablesShape(input, stdout) });
      }),
    );
  }
}
