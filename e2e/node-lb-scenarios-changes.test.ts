/** Services that change while clients are connected and connect. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { canTryRules } from '../packages/node-lb/src/rules/testing/available.ts';
import { NodeLbCluster, patienceMs, type ClusterNode } from './testing/node-lb-cluster.ts';
import { Load, tell } from './testing/node-lb-load.ts';
import { startIn, udpSenderProgram } from './testing/node-lb-stranger.ts';
import { eventually } from './testing/process.ts';

const canRun = canTryRules('Services that change');
const ranges = 'service.beta.kubernetes.io/load-balancer-source-ranges';

describe.skipIf(!canRun)('a Service that changes under load', { timeout: 600_000 }, () => {
  let cluster: NodeLbCluster;
  const loads: Load[] = [];
  beforeAll(async () => {
    cluster = await NodeLbCluster.start({ kubeProxy: 'shape-iptables-nft' });
    await cluster.lab.target();
  }, 300_000);
  afterEach(async () => void (await Promise.all(loads.splice(0).map((load) => load.stop()))));
  afterAll(() => cluster?.stop());

  const client = () => cluster.lab.resident(cluster.lab.layout.client);
  const call = async (address: string, port: number, protocol: 'TCP' | 'UDP' = 'TCP') =>
    (await client().call({ protocol, address, port, times: 1, timeoutMs: 2000 }))[0] ?? { error: 'silence' };
  const answers = async (node: ClusterNode, port: number, family: 'IPv4' | 'IPv6' = 'IPv4') =>
    eventually(
      `${node.name} to answer at ${port} over ${family}`,
      async () => 'name' in (await call(node.addresses[family], port)),
      patienceMs,
    );
  const refused = async (node: ClusterNode, port: number, family: 'IPv4' | 'IPv6' = 'IPv4') =>
    eventually(
      `${node.name} to refuse ${port} over ${family}`,
      async () => {
        const answer = await call(node.addresses[family], port);
        return 'error' in answer && answer.error === 'ECONNREFUSED';
      },
      patienceMs,
    );
  async function under(node: ClusterNode, port: number): Promise<Load> {
    await answers(node, port);
    const load = await Load.start(client(), node.addresses.IPv4, port);
    loads.push(load);
    await load.goesOn();
    load.take();
    return load;
  }
  /** All connections since the last time, and some more, worked. */
  async function unharmed(what: string, load: Load): Promise<void> {
    await load.goesOn();
    const seen = load.take();
    tell(what, seen);
    expect(seen).toMatchObject({ failed: {}, broken: [] });
  }

  test('its port: the old one closes, the new one opens, and nobody else notices', async () => {
    const bystander = await cluster.programmed('lab', 2);
    const load = await under(bystander, 80);
    await cluster.addService('moving', { ports: [{ port: 8000 }] });
    const node = await cluster.programmed('moving');
    await answers(node, 8000);
    await cluster.patchService('moving', {
      spec: { ports: [{ name: 'p0', port: 8001, protocol: 'TCP', targetPort: 8080 }] },
    });
    await eventually(
      'the claim to be of the new port',
      async () => (await cluster.claims('moving')).every(({ spec }) => spec.port === 8001),
      patienceMs,
    );
    const next = await cluster.programmed('moving');
    await answers(next, 8001);
    await refused(node, 8000);
    await cluster.deleteService('moving');
    await refused(next, 8001);
    await unharmed('a bystander of a changed port', load);
  });

  test('from one family to two and back: the first does not notice', async () => {
    await cluster.addService('families', {
      ports: [{ port: 8010 }],
      spec: { ipFamilyPolicy: 'SingleStack', ipFamilies: ['IPv4'] },
    });
    const node = await cluster.programmed('families');
    const load = await under(node, 8010);
    await refused(node, 8010, 'IPv6');
    await cluster.patchService('families', { spec: { ipFamilyPolicy: 'PreferDualStack' } });
    await answers(node, 8010, 'IPv6');
    const { clusterIP = '' } = (await cluster.service('families'))?.spec ?? {};
    await cluster.patchService('families', {
      spec: { ipFamilyPolicy: 'SingleStack', ipFamilies: ['IPv4'], clusterIPs: [clusterIP] },
    });
    await refused(node, 8010, 'IPv6');
    await unharmed('the first family', load);
  });

  test('from Cluster to Local and back: no connection is lost, and the address of clients is kept as promised', async () => {
    await cluster.addService('policy', { ports: [{ port: 8020 }] });
    const node = await cluster.programmed('policy');
    const load = await under(node, 8020);
    const from = cluster.lab.layout.client.addresses.IPv4;
    const seenAs = async (): Promise<string> => {
      const answer = await call(node.addresses.IPv4, 8020);
      return 'peer' in answer ? answer.peer : answer.error;
    };
    expect(await seenAs()).not.toBe(from);
    for (const [policy, isKept] of [
      ['Local', true],
      ['Cluster', false],
      ['Local', true],
    ] as const) {
      await cluster.patchService('policy', { spec: { externalTrafficPolicy: policy } });
      await cluster.programmed('policy', 1, node.name);
      await eventually(
        `clients to be seen as ${policy} promises`,
        async () => ((await seenAs()) === from) === isKept,
        patienceMs,
      );
    }
    await unharmed('between the policies', load);
  });

  test('its source ranges: also what is connected obeys at once, and goes on once it is allowed again', async () => {
    await cluster.addService('ranges', { ports: [{ port: 8030 }] });
    const node = await cluster.programmed('ranges');
    await answers(node, 8030);
    const open = await client().open(node.addresses.IPv4, 8030, patienceMs);
    expect(open.first).toHaveProperty('name');
    const silent = async (): Promise<boolean> => {
      const answer = await call(node.addresses.IPv4, 8030);
      return 'error' in answer && answer.error === 'timeout';
    };
    const { IPv4, IPv6 } = cluster.lab.layout.client.addresses;
    const allow = (text: string | null) =>
      cluster.patchService('ranges', { metadata: { annotations: { [ranges]: text } } });

    await allow('192.0.2.0/24');
    // An answer that only takes its time is silence, too, for a while.
    await eventually(
      'the claim to have the ranges',
      async () => (await cluster.claims('ranges')).every(({ spec }) => spec.sourceRanges !== undefined),
      patienceMs,
    );
    await cluster.programmed('ranges', 1, node.name);
    await eventually('others to be shut out', silent, patienceMs);
    expect(await open.ask(1000)).toEqual({ error: 'timeout' });
    expect(await call(node.addresses.IPv6, 8030)).toEqual({ error: 'timeout' });
    // Blanks and both families; of IPv4 the client only.
    await allow(` 192.0.2.0/24 ,${IPv4}/32, ${IPv6}/128 `);
    await answers(node, 8030);
    await answers(node, 8030, 'IPv6');
    await eventually('the open connection to go on', async () => 'name' in (await open.ask()), patienceMs);
    await allow(`${IPv4}/32`);
    await eventually(
      'the family without a range to be closed',
      async () => 'error' in (await call(node.addresses.IPv6, 8030)),
      patienceMs,
    );
    await answers(node, 8030);
    await allow(null);
    await answers(node, 8030, 'IPv6');
    await open.close();
  });

  test('deleted and made anew with its name: a UDP client that keeps its port gets the new one, and the old one never again', async () => {
    const [first, second] = cluster.lab.layout.pods.filter(({ role }) => role === 'backend');
    const names: string[] = [];
    const node = cluster.node('node-1');
    const wish = {
      ports: [{ port: 8040, protocol: 'UDP' as const }],
      annotations: { 'node.armillary.dev/nodes': node.name },
    };
    // It sends before there is any Service.
    const sender = startIn(
      cluster.lab.layout.client.namespace,
      udpSenderProgram(node.addresses.IPv4, 8040, 40_123),
      (line) => names.push((JSON.parse(line) as { name: string }).name),
    );
    try {
      await cluster.addService('udp', { ...wish, backends: [first?.name ?? ''] });
      await eventually('the first backend to answer', () => names.length > 5, patienceMs);
      expect(new Set(names)).toEqual(new Set([first?.name]));
      await cluster.deleteService('udp');
      await cluster.removeEndpoints('udp');
      await eventually('it to be gone', async () => !(await cluster.service('udp')), patienceMs);
      await cluster.addService('udp', { ...wish, backends: [second?.name ?? ''] });
      await eventually('the second backend to answer', () => names.includes(second?.name ?? ''), patienceMs);
      names.splice(0, names.indexOf(second?.name ?? ''));
      await eventually('more answers', () => names.length > 20, patienceMs);
      expect(new Set(names)).toEqual(new Set([second?.name]));
    } finally {
      await sender.stop('SIGKILL');
    }
  });

  test('two Services with one port are on two nodes; a third waits, says why, and comes in when one goes', async () => {
    await cluster.addService('one', { ports: [{ port: 8050 }] });
    const at = await cluster.programmed('one');
    await cluster.addService('two', { ports: [{ port: 8050 }] });
    const next = await cluster.programmed('two');
    expect(next.name).not.toBe(at.name);
    await cluster.addService('three', { ports: [{ port: 8050 }] });
    expect(await cluster.event('three', 'NoEligibleNode')).toContain('8050');
    await cluster.deleteService('one');
    await cluster.programmed('three', 1, at.name);
    await answers(at, 8050);
    await answers(next, 8050);
  });
});
