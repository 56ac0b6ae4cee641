import { describe, expect, test } from 'vitest';
import { canMakeLabs, failing, patience, patientMatrix, withLab } from './testing/lab-world.ts';

describe.skipIf(!canMakeLabs('the lab'))('a lab with kube-proxy alone', patience, () => {
  for (const kubeProxy of ['shape-iptables-nft', 'shape-iptables-legacy', 'shape-nftables'] as const) {
    test(`is reached over all 24 paths with ${kubeProxy}`, async () => {
      await withLab({ kubeProxy }, async (lab) => {
        expect(failing(await patientMatrix(lab))).toEqual([]);
      });
    });
  }

  test('may have one node, one family and ports of its own: the paths that there are', async () => {
    const options = {
      kubeProxy: 'shape-nftables',
      families: ['IPv6'],
      nodes: [{ backends: 1, callers: 0 }],
      ports: { TCP: 443, UDP: 53 },
    } as const;
    await withLab(options, async (lab) => {
      const { cells } = await patientMatrix(lab);
      expect(cells.map(({ client, protocol, family }) => `${client} ${protocol} ${family}`)).toEqual([
        'external TCP IPv6',
        'external UDP IPv6',
        'node TCP IPv6',
        'node UDP IPv6',
        'hairpin-pod TCP IPv6',
        'hairpin-pod UDP IPv6',
      ]);
      expect(cells.filter(({ passed, of }) => passed < of)).toEqual([]);
    });
  });

  test('shows pods whom they talk to, and keeps connections open', async () => {
    await withLab({ kubeProxy: 'shape-iptables-nft' }, async (lab) => {
      const { node, ports } = await lab.target();
      const connection = await lab.resident(lab.layout.client).open(node.addresses.IPv4, ports.TCP, 10_000);
      // kube-proxy masquerades what comes from outside.
      expect(connection.first).toEqual({
        name: expect.stringMatching(/^backend-/),
        peer: expect.any(String),
      });
      expect(connection.first).not.toMatchObject({ peer: lab.layout.client.addresses.IPv4 });
      expect(await connection.ask(10_000)).toEqual(connection.first);
      await connection.close();
      expect(await connection.ask()).toEqual({ error: 'closed' });
    });
  });

  test('lets a test end the agent of a node and start it anew', async () => {
    const agentCommand = () => ['sleep', '600'];
    await withLab({ kubeProxy: 'shape-nftables', agentCommand }, async (lab) => {
      const [node] = lab.layout.nodes;
      const agent = node && lab.agents.get(node.name);
      if (!node || !agent) throw new Error('the lab has no agent');
      await agent.stop('SIGKILL');
      expect(() => agent.check()).not.toThrow();
      const next = lab.startAgent(node);
      expect(next.pid).not.toBe(agent.pid);
      expect(lab.agents.get(node.name)).toBe(next);
    });
  });
});
