import { coordinationV1, coreV1 } from '@armillary/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canTryRules } from '../packages/node-lb/src/rules/testing/available.ts';
import { AgentWorld } from './testing/agent-world.ts';
import { ended, eventually } from './testing/process.ts';

const canRun = canTryRules('the agent of a node');
/** So that nothing is found by looking now and then: what is repaired was noticed. */
const never = { verifyIntervalMs: 3_600_000 };

describe.skipIf(!canRun)('an agent on a node', { timeout: 240_000 }, () => {
  let world: AgentWorld;
  beforeAll(async () => {
    world = await AgentWorld.start();
    await world.network.proxy('iptables-nft', 80);
    await world.startAgent(never);
    await world.claimPort(80);
  });
  afterAll(() => world?.stop());

  test('serves a claim from its making, and says so', async () => {
    const claim = await world.told(80, 'Programmed');
    expect(claim.status?.addresses).toHaveLength(2);
    await world.reached(80);
  });

  test('killed without warning, it leaves traffic going; started again, it writes nothing', async () => {
    const before = await world.rules();
    await world.endAgent('SIGKILL');
    await world.reached(80);
    await world.startAgent(never);
    await eventually('the agent holds the port again', () => world.holds(80));
    await world.claimPort(81);
    await world.told(81, 'Programmed');
    await world.claims.delete('worker-1.tcp.81');
    await eventually('the port is let go', async () => !(await world.holds(81)));
    expect(await world.rules()).toBe(before);
    await world.reached(80);
  });

  describe('puts back what others remove, and says so', () => {
    const node = (program: string, ...args: string[]) => world.network.node.run(program, args);
    test.each([
      ['the rules of iptables', () => node('iptables-nft', '-t', 'nat', '-F')],
      ['all rules of nft', () => node('nft', 'flush', 'ruleset')],
      ['the link', () => node('ip', 'link', 'delete', world.network.link.hostEnd)],
    ])('%s', async (_, remove) => {
      const repairs = await world.metric('armillary_node_lb_agent_repairs_total');
      await remove();
      await eventually('rules were put back', async () => {
        return (await world.metric('armillary_node_lb_agent_repairs_total')) > repairs;
      });
      // What belongs to kube-proxy returns with kube-proxy.
      await world.network.proxy('iptables-nft', 80);
      await world.reached(80);
      await world.told(80, 'Programmed');
    });

    test('also while the API server is away', async () => {
      const repairs = await world.metric('armillary_node_lb_agent_repairs_total');
      world.apiSocket.close();
      await node('iptables-nft', '-t', 'nat', '-F');
      await eventually('rules were put back', async () => {
        return (await world.metric('armillary_node_lb_agent_repairs_total')) > repairs;
      });
      await world.apiSocket.open();
      await world.network.proxy('iptables-nft', 80);
      await world.reached(80);
      // It follows the server again.
      await world.claimPort(81);
      await world.told(81, 'Programmed');
      await world.claims.delete('worker-1.tcp.81');
      await eventually('the port is let go', async () => !(await world.holds(81)));
    });

    test('in an event on the node', async () => {
      // It is written after it is counted.
      const event = await eventually('the event', async () => {
        const { items } = await world.client.resource(coreV1.events).list({ namespace: 'default' });
        return items.find(({ reason }) => reason === 'RulesRepaired');
      });
      expect(event.involvedObject).toMatchObject({ kind: 'Node', name: 'worker-1' });
      expect(event.type).toBe('Warning');
    });
  });

  test('a second one on the node changes nothing: it would take the ports of the first for stolen', async () => {
    const before = await world.rules();
    const said = world.log.length;
    const second = await world.startSecondAgent();
    try {
      await eventually('it says that it waits', () =>
        world.log
          .slice(said)
          .some(({ message }) => String(message).includes('an agent runs on this node already')),
      );
      expect(await world.rules()).toBe(before);
      await world.told(80, 'Programmed');
      await world.reached(80);
    } finally {
      second.kill('SIGKILL');
      await ended(second);
    }
  });

  test('a namespace that lost its name carries traffic until the next look makes another one', async () => {
    const { namespace } = world.network.link;
    await world.network.commands.run('ip', ['netns', 'delete', namespace]);
    await world.reached(80);
    await world.endAgent('SIGKILL');
    await world.startAgent({ verifyIntervalMs: 500 });
    await eventually('there is a namespace of that name', async () => {
      return (await world.network.commands.run('ip', ['netns'])).stdout.includes(namespace);
    });
    await world.reached(80);
  });

  test('a node that forwards nothing is reported, and served again when it does', async () => {
    const forward = (value: 0 | 1) =>
      world.network.node.run('sysctl', ['-qw', `net.ipv4.ip_forward=${value}`]);
    await forward(0);
    await world.told(80, 'ForwardingOff');
    await forward(1);
    await world.told(80, 'Programmed');
    await world.reached(80);
  });

  test('a firewall that would drop the traffic is said on the lease, with what to add', async () => {
    const { node } = world.network;
    await node.run('nft', ['add', 'table', 'inet', 'strict']);
    const chain = ['{', 'type', 'filter', 'hook', 'forward', 'priority', '0;', 'policy', 'drop;', '}'];
    await node.run('nft', ['add', 'chain', 'inet', 'strict', 'passing', ...chain]);
    const problem = async (): Promise<string> => {
      const lease = await world.client
        .resource(coordinationV1.leases)
        .get('node-agent.worker-1', { namespace: 'default' });
      return lease.metadata.annotations?.['network.armillary.dev/problem'] ?? '';
    };
    await eventually('the problem is said', async () => (await problem()).includes('inet strict passing'));
    await node.run('nft', ['delete', 'table', 'inet', 'strict']);
    await eventually('the problem is gone', async () => (await problem()) === '');
  });

  test('a port that somebody took while it was away is withdrawn, and who has it is said', async () => {
    await world.endAgent('SIGKILL');
    const stranger = world.network.start('node', listener, '80');
    await eventually('the stranger listens', () => world.holds(80));
    await world.startAgent(never);
    const claim = await world.told(80, 'PortInUse');
    expect(claim.status?.owner).toContain(`pid ${stranger.pid}`);
    expect(await world.answer(80)).toBe('stranger');
  });
});

const listener = `
import socket, sys
server = socket.create_server(('::', int(sys.argv[1])), family=socket.AF_INET6, dualstack_ipv6=True)
while True:
    one, peer = server.accept()
    with one: one.sendall(b'stranger')
`;
