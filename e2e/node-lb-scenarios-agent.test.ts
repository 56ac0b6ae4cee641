/** The agent of a node ends, comes back, and finds what happened meanwhile. */
import { coordinationV1 } from '@armillary/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canTryRules } from '../packages/node-lb/src/rules/testing/available.ts';
import { NodeLbCluster, patienceMs, type ClusterNode } from './testing/node-lb-cluster.ts';
import { Load, tell } from './testing/node-lb-load.ts';
import { startIn, strangerProgram } from './testing/node-lb-stranger.ts';
import { eventually } from './testing/process.ts';

const canRun = canTryRules('agents that end and come back');

describe.skipIf(!canRun)('an agent that ends', { timeout: 600_000 }, () => {
  let cluster: NodeLbCluster;
  beforeAll(async () => {
    cluster = await NodeLbCluster.start({ kubeProxy: 'shape-iptables-nft' });
    await cluster.lab.target();
  }, 300_000);
  afterAll(() => cluster?.stop());

  const client = () => cluster.lab.resident(cluster.lab.layout.client);
  const kill = async (node: ClusterNode): Promise<void> => cluster.lab.agents.get(node.name)?.stop('SIGKILL');
  const other = (node: ClusterNode): ClusterNode =>
    cluster.node(node.name === 'node-1' ? 'node-2' : 'node-1');
  const call = async (node: ClusterNode, port: number): Promise<string> => {
    const order = { protocol: 'TCP', address: node.addresses.IPv4, port, times: 1, timeoutMs: 2000 } as const;
    const [answer] = await client().call(order);
    return answer && 'name' in answer ? answer.name : (answer?.error ?? '');
  };
  /** As soon as anybody answers: a kube-proxy may write its rules after the agent. */
  const answers = (node: ClusterNode, port: number): Promise<string> =>
    eventually(
      `${node.name} to answer at ${port}`,
      async () => {
        const said = await call(node, port);
        return (said.includes('backend') || said === 'stranger') && said;
      },
      patienceMs,
    );

  /** Starts the agent of a node anew; resolves when it has looked at the node, after which it renews its lease. */
  async function startAgent(node: ClusterNode): Promise<void> {
    const leases = cluster.api.resource(coordinationV1.leases);
    const renewed = async (): Promise<string> =>
      (await leases.get(`node-agent.${node.name}`, { namespace: 'default' })).spec?.renewTime ?? '';
    const before = await renewed();
    cluster.lab.startAgent(node);
    await eventually('the lease to be renewed', async () => (await renewed()) !== before, patienceMs);
  }

  test('by SIGKILL under load: not one connection fails, and the next one writes no rule', async () => {
    const node = await cluster.programmed('lab', 2);
    const load = await Load.start(client(), node.addresses.IPv4, 80);
    const before = await cluster.ownRules(node);
    const written: string[] = [];
    const monitors = [node.namespace, node.link.namespace].map((namespace) =>
      startIn(namespace, ['nft', 'monitor'], (line) => written.push(line)),
    );
    await load.goesOn();
    load.take();
    await kill(node);
    await load.goesOn();
    tell('while there is no agent', load.take());
    await startAgent(node);
    await load.goesOn();
    await load.stop();
    await Promise.all(monitors.map((monitor) => monitor.stop()));
    const seen = load.take();
    tell('with its successor', seen);
    expect(seen).toMatchObject({ failed: {}, broken: [] });
    // But for the table that goes and comes with the process which listens.
    expect(written.filter((line) => /armillary(?!-hooks)/i.test(line))).toEqual([]);
    expect(await cluster.ownRules(node)).toEqual(before);
  });

  test('a port that a process has before there is a Service is left to it, and who has it is said', async () => {
    const busy = other(await cluster.programmed('lab', 2));
    const stranger = startIn(busy.namespace, strangerProgram(8443));
    await eventually('the stranger to answer', async () => (await call(busy, 8443)).includes('stranger'));
    // That node has fewer claims, and so is asked first.
    await cluster.addService('late', { ports: [{ port: 8443 }] });
    await cluster.programmed('late', 1, other(busy).name);
    expect(await cluster.event('late', 'PortConflict')).toContain('python3');
    expect(await answers(busy, 8443)).toBe('stranger');
    expect(await answers(other(busy), 8443)).toContain('backend');
    await stranger.stop('SIGKILL');
  });

  test('a port that a process takes meanwhile is withdrawn and never hijacked; after, none can take it', async () => {
    const node = await cluster.programmed('lab', 2);
    await kill(node);
    const stranger = startIn(node.namespace, strangerProgram(80));
    await eventually('the stranger to listen', async () =>
      (await cluster.run(node, 'ss', '-Hltn', 'sport = 80')).includes(':80'),
    );
    await startAgent(node);
    const next = await cluster.programmed('lab', 2, other(node).name);
    expect(await cluster.event('lab', 'PortConflict')).toContain('python3');
    await eventually(
      'the stranger to get its own connections',
      async () => (await call(node, 80)) === 'stranger',
      patienceMs,
    );
    expect(await answers(next, 80)).toContain('backend');
    const late = startIn(next.namespace, strangerProgram(80));
    await eventually('another stranger to be refused', () =>
      late.lastWords.includes('Address already in use'),
    );
    expect(await answers(next, 80)).toContain('backend');
    await stranger.stop('SIGKILL');
    await late.stop('SIGKILL');
  });

  test('while its node loses all rules and has no API server: others serve what it had, and it keeps nothing', async () => {
    await cluster.settle({ grace: { agent: '15s', return: '0s' } });
    await cluster.addService('rebooted', { ports: [{ port: 9000 }] });
    const node = await cluster.programmed('rebooted');
    const server = cluster.lab.layout.root.address;
    await kill(node);
    await cluster.run(node, 'ip', 'route', 'add', 'unreachable', `${server}/32`);
    await cluster.run(node, 'ip', 'netns', 'delete', node.link.namespace);
    await cluster.run(node, 'nft', 'flush', 'ruleset');
    await cluster.run(node, 'ipset', 'destroy');
    const agent = cluster.lab.startAgent(node);
    await cluster.programmed('rebooted', 1, other(node).name);
    expect(await answers(other(node), 9000)).toContain('backend');
    // It lives, and waits.
    agent.check();
    await cluster.run(node, 'ip', 'route', 'delete', 'unreachable', `${server}/32`);
    await cluster.othersReturn(node);
    await eventually(
      'the claims of the node to be gone, and their rules',
      async () => {
        const left = (await cluster.claims('rebooted')).filter(({ spec }) => spec.nodeName === node.name);
        return left.length === 0 && !(await cluster.ownRules(node)).some((line) => line.includes('tcp:9000'));
      },
      patienceMs,
    );
    await cluster.deleteService('rebooted');
  });
});
