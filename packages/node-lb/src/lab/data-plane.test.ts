import { describe, expect, test } from 'vitest';
import type { HostBackendName } from '../plan/rule-set.ts';
import { runMatrix } from './matrix.ts';
import { clusterIPsOf, installDataPlane } from './testing/data-plane.ts';
import { canMakeLabs, failing, patience, patientMatrix, withLab } from './testing/lab-world.ts';

const backends: readonly HostBackendName[] = ['iptables-nft', 'iptables-legacy', 'nftables'];
const proxies = ['shape-iptables-nft', 'shape-iptables-legacy', 'shape-nftables'] as const;

describe.skipIf(!canMakeLabs('the data plane in the lab'))('the data plane', patience, () => {
  for (const kubeProxy of proxies) {
    for (const backend of backends) {
      test(`brings Cluster through the bounce namespace on all 24 paths: ${kubeProxy}, own rules in ${backend}`, async () => {
        await withLab({ kubeProxy, publishStatus: false }, async (lab) => {
          const target = await installDataPlane(lab, backend, 'Cluster');
          expect(failing(await patientMatrix(lab, target))).toEqual([]);
        });
      });
    }
  }

  for (const backend of backends) {
    test(`keeps the client's address on all 24 paths of Local, own rules in ${backend}`, async () => {
      const options = { kubeProxy: 'shape-iptables-nft', policy: 'Local', publishStatus: false } as const;
      await withLab(options, async (lab) => {
        const target = await installDataPlane(lab, backend, 'Local');
        expect(failing(await patientMatrix(lab, target))).toEqual([]);
      });
    });
  }

  test('is needed: a DNAT of the node to the cluster IP works on no path, since kube-proxy never sees it', async () => {
    await withLab({ kubeProxy: 'shape-nftables', publishStatus: false }, async (lab) => {
      const { node, ports } = await lab.target();
      const clusterIPs = await clusterIPsOf(lab);
      const rules = (['prerouting', 'output'] as const).map(
        (hook) => `chain ${hook} {
          type nat hook ${hook} priority -110
          ip daddr ${node.addresses.IPv4} meta l4proto { tcp, udp } dnat ip to ${clusterIPs.IPv4}
          ip6 daddr ${node.addresses.IPv6} meta l4proto { tcp, udp } dnat ip6 to ${clusterIPs.IPv6}
        }`,
      );
      const input = `table inet plain {\n${rules.join('\n')}\n}\n`;
      await lab.commands.inside(node.namespace).run('nft', ['-f', '-'], { input });
      const target = { node, ports, path: 'kube-proxy' } as const;
      const matrix = await runMatrix(lab, { target, connections: 1, timeoutMs: 300 });
      expect(failing(matrix)).toHaveLength(24);
    });
  });

  test('needs FORWARD opened in each backend that drops: an accept in one does not overrule a drop in another', async () => {
    await withLab({ kubeProxy: 'shape-iptables-legacy', publishStatus: false }, async (lab) => {
      const target = await installDataPlane(lab, 'iptables-nft', 'Cluster', []);
      const { cells } = await runMatrix(lab, { target, connections: 1, timeoutMs: 300 });
      const outside = cells.filter(({ client }) => client === 'external');
      expect(outside.map(({ answered }) => answered)).toEqual([0, 0, 0, 0]);
      await installDataPlane(lab, 'iptables-nft', 'Cluster');
      expect(failing(await patientMatrix(lab, target))).toEqual([]);
    });
  });

  test('does without br_netfilter on the nodes', async () => {
    await withLab({ kubeProxy: 'shape-iptables-nft', publishStatus: false }, async (lab) => {
      const target = await installDataPlane(lab, 'iptables-nft', 'Cluster');
      const off = ['iptables', 'ip6tables'].map((name) => `net.bridge.bridge-nf-call-${name}=0`);
      for (const node of lab.layout.nodes)
        await lab.commands.inside(node.namespace).run('sysctl', ['-q', '-e', '-w', ...off]);
      expect(failing(await patientMatrix(lab, target))).toEqual([]);
    });
  });

  test('is what the cells count: answers by the short cut of a kube-proxy before 1.30 do not pass', async () => {
    await withLab({ kubeProxy: 'shape-iptables-nft', publishStatus: true }, async (lab) => {
      const target = await installDataPlane(lab, 'iptables-nft', 'Cluster');
      // In front of the agent's, as whoever came last would be: kube-proxy takes the published address for its own.
      const node = lab.commands.inside(target.node.namespace);
      for (const program of ['iptables-nft', 'ip6tables-nft']) {
        for (const chain of ['PREROUTING', 'OUTPUT']) {
          await node.run(program, ['-t', 'nat', '-I', chain, '-j', 'KUBE-SERVICES']);
        }
      }
      const { cells } = await patientMatrix(lab, target);
      expect(cells.map(({ answered }) => answered)).toEqual(cells.map(({ of }) => of));
      expect(cells.map(({ passed }) => passed)).toEqual(cells.map(() => 0));
    });
  });
});
