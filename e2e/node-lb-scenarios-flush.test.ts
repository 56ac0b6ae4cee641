/** What others do to the rules of a node while clients are connected and connect. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canTryRules } from '../packages/node-lb/src/rules/testing/available.ts';
import { NodeLbCluster, patienceMs, type ClusterNode } from './testing/node-lb-cluster.ts';
import { Load, tell, type Seen } from './testing/node-lb-load.ts';
import { eventually } from './testing/process.ts';

const canRun = canTryRules('flushes under load');
const assets = process.env['KUBEBUILDER_ASSETS'];

/** Rules of a whole table, as somebody keeps them in a file, of before there was any cluster. */
const oldFile = '*nat\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\nCOMMIT\n';

type Harm = (cluster: NodeLbCluster, node: ClusterNode) => Promise<unknown>;

const flushes: readonly (readonly [string, Harm])[] = [
  ['iptables -t nat -F', (cluster, node) => cluster.run(node, 'iptables-nft', '-t', 'nat', '-F')],
  ['iptables -F', (cluster, node) => cluster.run(node, 'iptables-nft', '-F')],
  [
    'iptables-restore of a whole table',
    (cluster, node) => cluster.feed(node, oldFile, 'iptables-nft-restore'),
  ],
  ['nft flush ruleset', (cluster, node) => cluster.run(node, 'nft', 'flush', 'ruleset')],
  [
    'nft flush ruleset in the bounce namespace',
    (cluster, { link }) => cluster.lab.commands.inside(link.namespace).run('nft', ['flush', 'ruleset']),
  ],
  ['ip link delete', (cluster, node) => cluster.run(node, 'ip', 'link', 'delete', node.link.hostEnd)],
];

describe
  .skipIf(!canRun)
  .each([
    ['kube-proxy in shape', undefined],
    ...(assets === undefined ? [] : [['a real kube-proxy', assets] as const]),
  ] as const)('with %s, while clients are connected', (_, folder) => {
  let cluster: NodeLbCluster;
  let node: ClusterNode;
  let port: number;
  beforeAll(async () => {
    const kubeProxy =
      folder === undefined ? 'shape-iptables-nft' : ({ real: folder, backend: 'nft' } as const);
    const gates =
      folder === undefined ? {} : { kubeProxyGates: 'IPv6DualStack=true,EndpointSliceProxying=true' };
    cluster = await NodeLbCluster.start({ kubeProxy, ...gates }, folder);
    const target = await cluster.lab.target();
    node = target.node;
    port = target.ports.TCP;
  }, 600_000);
  afterAll(() => cluster?.stop());

  const clients = (): Promise<Load> =>
    Load.start(cluster.lab.resident(cluster.lab.layout.client), node.addresses.IPv4, port);

  /** Does harm under load and waits until all is as before; what clients saw meanwhile. */
  async function survive(what: string, harm: Harm): Promise<Seen & { quiet: string[] }> {
    const load = await clients();
    try {
      await load.goesOn();
      const before = await cluster.ownRules(node);
      expect(load.take()).toMatchObject({ failed: {}, broken: [] });
      const begin = performance.now();
      await harm(cluster, node);
      const isBack = async (): Promise<boolean> =>
        (await cluster.ownRules(node)).join('\n') === before.join('\n');
      await eventually('our rules to be back', isBack, patienceMs).catch(async (error: unknown) => {
        expect(await cluster.ownRules(node)).toEqual(before);
        throw error;
      });
      const backAfterMs = Math.round(performance.now() - begin);
      // What belongs to kube-proxy returns with kube-proxy.
      await cluster.othersReturn(node);
      await load.calls().catch(async (error: unknown) => {
        const claims = (await cluster.claims('lab')).map(({ metadata, status }) => [metadata.name, status]);
        const agent = cluster.lab.agents.get(node.name)?.lastWords;
        throw new Error(`${String(error)}\n${JSON.stringify(claims)}\n${agent}`, { cause: error });
      });
      const seen = { ...load.take(), quiet: await load.askQuiet() };
      tell(what, { backAfterMs, ...seen });
      return seen;
    } finally {
      await load.stop();
    }
  }

  test.each(flushes)(
    '%s: our rules are back, new connections work again, and open ones never break',
    async (what, harm) => {
      expect(await survive(what, harm)).toMatchObject({ broken: [], quiet: [] });
    },
    600_000,
  );

  test('ip netns delete: the way is made anew, with nothing of what the namespace knew', async () => {
    await survive('ip netns delete', () => cluster.run(node, 'ip', 'netns', 'delete', node.link.namespace));
  }, 600_000);

  test('forwarding that is switched off is said, and on again the node serves', async () => {
    const reasons = async (): Promise<unknown[]> =>
      (await cluster.claims('lab')).flatMap(
        ({ status }) => status?.conditions?.map(({ reason }) => reason) ?? [],
      );
    await cluster.run(node, 'sysctl', '-qw', 'net.ipv4.ip_forward=0');
    await eventually(
      'a claim to say so',
      async () => (await reasons()).includes('ForwardingOff'),
      patienceMs,
    );
    await cluster.run(node, 'sysctl', '-qw', 'net.ipv4.ip_forward=1');
    await cluster.programmed('lab', 2, node.name);
    const load = await clients();
    await load.goesOn();
    await load.stop();
  }, 600_000);
});
