import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hostRules } from './host-rules.ts';
import { innerRules } from './inner-rules.ts';
import type { HostBackendName, RuleSet } from '../plan/rule-set.ts';
import { canTryRules } from './testing/available.ts';
import { addresses, NetworkWorld } from './testing/network-world.ts';
import { clusterPort, localPort, planOf } from './testing/plans.ts';

const backends: readonly HostBackendName[] = ['iptables-nft', 'iptables-legacy', 'nftables'];
const { signal } = new AbortController();
const families = ['IPv4', 'IPv6'] as const;

describe.skipIf(!canTryRules('packets through the rules')).each(backends)('packets through %s', (backend) => {
  const world = new NetworkWorld();
  let host: RuleSet;
  let inner: RuleSet;

  beforeAll(async () => {
    await world.build();
    await world.proxy(backend, 80);
    host = hostRules({
      backend,
      commands: world.node,
      link: world.link,
      forwardBackends: backend === 'nftables' ? ['iptables-nft'] : [backend],
    });
    inner = innerRules({ commands: world.bounce, link: world.link });
    const plan = planOf(clusterPort(80), clusterPort(80, 'UDP'), localPort(90), localPort(90, 'UDP'));
    await Promise.all([host.apply(plan, signal), inner.apply(plan, signal)]);
  });
  afterAll(() => world.remove());

  test.each(families)('go to the cluster IP under the policy Cluster, %s', async (family) => {
    for (const protocol of ['TCP', 'UDP'] as const) {
      for (const from of ['client', 'node', 'pod'] as const) {
        const answer = await world.ask(from, protocol, addresses.node[family], 80);
        const pod = addresses.pods[family][0];
        expect({ from, protocol, answer }).toEqual({
          from,
          protocol,
          answer: expect.stringContaining(` ${pod}`),
        });
      }
    }
  });

  test.each(families)(
    'go straight to endpoints of the node under Local and keep the client, %s',
    async (family) => {
      for (const protocol of ['TCP', 'UDP'] as const) {
        const asked = await world.ask('client', protocol, addresses.node[family], 90);
        expect(asked.split(' ')[0]).toBe(addresses.client[family]);
      }
    },
  );

  test.each(families)('are answered to a pod that asks itself through Local, %s', async (family) => {
    for (const from of ['pod', 'otherPod', 'node'] as const) {
      for (let round = 0; round < 8; round++) {
        const answer = await world.ask(from, 'TCP', addresses.node[family], 90);
        expect(addresses.pods[family]).toContain(answer.split(' ')[1]);
      }
    }
  });

  test.each(families)('are refused at ports and addresses that no rule names, %s', async (family) => {
    expect(await world.ask('client', 'TCP', addresses.node[family], 81)).toBe('refused');
    expect(await world.ask('client', 'TCP', addresses.nodeOther[family], 80)).toBe('refused');
  });

  test.each(families)('do not get into the namespace past the addresses of the node, %s', async (family) => {
    const way = backend === 'nftables' ? 'nft' : backend.slice('iptables-'.length);
    const program = `${family === 'IPv4' ? 'iptables' : 'ip6tables'}-${way}`;
    await world.node.run(program, ['-P', 'FORWARD', 'ACCEPT']);
    const inside = world.link.innerAddress[family];
    const asked = (['client', 'otherPod'] as const).flatMap((from) =>
      (['TCP', 'UDP'] as const).map((protocol) => world.ask(from, protocol, inside, 80, 2)),
    );
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['timeout']));
    const answer = await world.ask('client', 'TCP', addresses.node[family], 80);
    expect(answer).toContain(` ${addresses.pods[family][0]}`);
    await world.node.run(program, ['-P', 'FORWARD', 'DROP']);
  });

  test('are not taken at a cluster IP that is an address of the node, as all are with IPVS', async () => {
    await world.node.run('ip', ['addr', 'add', '10.96.0.99/32', 'dev', 'lo']);
    expect(await world.ask('client', 'TCP', '10.96.0.99', 80)).toBe('refused');
  });

  test.each(families)(
    'do not go round between node and namespace where that knows no way, %s',
    async (family) => {
      const address = { IPv4: '203.0.113.5', IPv6: '2001:db8::5' }[family];
      const inside = world.link.innerAddress[family];
      await world.node.run('ip', ['route', 'add', address, 'via', inside]);
      expect(await world.ask('node', 'TCP', address, 80)).toBe('refused');
      expect(await world.ask('node', 'UDP', address, 80)).toBe('refused');
      expect(await world.ask('node', 'TCP', inside, 443)).toBe('refused');
      expect(await world.ask('node', 'UDP', inside, 443)).toBe('refused');
    },
  );
});
