import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { discoveryV1, type EndpointSlice, type KubeClient, type ResourceType } from '@armillary/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canTryRules } from '../packages/node-lb/src/rules/testing/available.ts';
import { addresses, podPort } from '../packages/node-lb/src/rules/testing/network-world.ts';
import { AgentWorld } from './testing/agent-world.ts';
import { eventually } from './testing/process.ts';

const canRun = canTryRules('the agent of a node under traffic');
/** So that nothing is found by looking now and then: what is repaired was noticed. */
const never = { verifyIntervalMs: 3_600_000 };

describe.skipIf(!canRun)('traffic through a node', { timeout: 240_000 }, () => {
  let world: AgentWorld;
  beforeAll(async () => {
    world = await AgentWorld.start();
    await world.network.proxy('iptables-nft', 80);
    await world.startAgent(never);
  });
  afterAll(() => world?.stop());

  test('a client that sends UDP from one port before the Service is there gets answers once it is', async () => {
    const client = world.network.start('client', udpSender, addresses.node.IPv4, '80');
    const answered = once(createInterface({ input: client.stdout! }), 'line');
    await eventually('packets that nobody wanted are tracked', async () => {
      const { stdout } = await world.network.node.run('conntrack', ['-L', '-p', 'udp']);
      return stdout.includes(`dst=${addresses.node.IPv4}`);
    });
    await world.claimPort(80, { protocol: 'UDP' });
    await answered;
    await world.claims.delete('worker-1.udp.80');
  });

  test('an open connection outlives the agent and a flush of the rules', async () => {
    await world.claimPort(80);
    await world.told(80, 'Programmed');
    const client = world.network.start('client', talker, addresses.node.IPv4, '80');
    const lines = createInterface({ input: client.stdout! });
    const talk = async (): Promise<string> => {
      const line = once(lines, 'line');
      client.stdin?.write('\n');
      return String((await line)[0]);
    };
    expect(await talk()).toBe('heard');
    await world.endAgent('SIGKILL');
    expect(await talk()).toBe('heard');
    await world.network.node.run('iptables-nft', ['-t', 'nat', '-F']);
    expect(await talk()).toBe('heard');
    await world.startAgent(never);
    // The pod gives up who is silent for half a minute.
    expect(await talk()).toBe('heard');
    await world.network.proxy('iptables-nft', 80);
    await world.reached(80);
    expect(await talk()).toBe('heard');
  });

  test('Local goes straight to the endpoint of this node and keeps the address of the client', async () => {
    await world.claimPort(82, { externalTrafficPolicy: 'Local' });
    await world.told(82, 'NoLocalEndpoint');
    const slices = world.client.resource(await sliceType(world.client));
    const created = await slices.create(slice('worker-1', slices.type));
    await world.told(82, 'Programmed');
    expect(await world.answer(82)).toBe(`${addresses.client.IPv4} ${addresses.pods.IPv4[0]}`);
    await slices.delete(created.metadata.name!, { namespace: 'shop' });
    await world.told(82, 'NoLocalEndpoint');
    const leaks = () => world.metric('armillary_node_lb_agent_leaks_total{protocol="TCP"}');
    const before = await leaks();
    expect(await world.answer(82)).toContain('reset');
    // Nothing is broken: there are meant to be no rules.
    expect(await leaks()).toBe(before);
  });

  test('a port that is changed closes at its old place, and no other is touched', async () => {
    await world.claims.delete('worker-1.tcp.82');
    await world.claimPort(8080);
    await world.told(8080, 'Programmed');
    await world.claims.delete('worker-1.tcp.8080');
    await eventually('the port is let go', async () => !(await world.holds(8080)));
    expect(await world.answer(8080)).toBe('refused');
    await world.reached(80);
  });

  test('hundreds of claims at once are few runs, and all are served', async () => {
    const runs = await world.metric('armillary_node_lb_agent_sync_seconds_count');
    const ports = Array.from({ length: 300 }, (_, index) => 9000 + index);
    // However long it takes to make them: the agent hears of all of them at once.
    await world.whileAgentStands(() => Promise.all(ports.map((port) => world.claimPort(port))));
    await eventually(
      'all are programmed',
      async () => {
        const { items } = await world.claims.list();
        return items.every(({ status }) => status?.conditions?.[0]?.status === 'True');
      },
      120_000,
    );
    expect(await world.metric('armillary_node_lb_agent_sync_seconds_count')).toBeLessThan(runs + 30);
    await Promise.all(ports.map((port) => world.claims.delete(`worker-1.tcp.${port}`)));
    await eventually('all are let go', async () => !(await world.holds(9299)) && !(await world.holds(9000)));
  });
});

describe.skipIf(!canRun)('a lock on the rules that somebody holds', { timeout: 240_000 }, () => {
  let world: AgentWorld;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'xtables-lock-'));
    world = await AgentWorld.start();
    await world.network.proxy('iptables-legacy', 80);
  });
  afterAll(async () => {
    await world?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test('is waited for, said of the claim, and leads to no pile of programs', async () => {
    const lock = join(folder, 'lock');
    const holder = spawn('flock', [lock, 'sh', '-c', 'echo held; exec cat'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await once(holder.stdout, 'data');
    await world.startAgent(never, lock);
    await world.claimPort(80);
    const claim = await world.told(80, 'RulesFailed');
    expect(claim.status?.conditions?.[0]?.message).toContain('iptables-legacy');
    const children = ['-P', String(world.agentPid), '-c', 'iptables'];
    const { stdout } = await world.network.node.run('pgrep', children, { acceptable: [1] });
    expect(Number(stdout)).toBeLessThan(4);
    holder.stdin.end();
    await world.told(80, 'Programmed');
    await world.reached(80);
  });
});

/** Before Kubernetes 1.21 there is only v1beta1. */
async function sliceType(client: KubeClient): Promise<ResourceType<EndpointSlice>> {
  const v1 = discoveryV1.endpointSlices;
  return client.discover('discovery.k8s.io/v1', v1.kind).then(
    () => v1,
    () => ({ ...v1, version: 'v1beta1' }),
  );
}

/** A slice with one endpoint on the node; in v1beta1 that is said otherwise. */
function slice(nodeName: string, { version }: ResourceType): EndpointSlice {
  const where = version === 'v1' ? { nodeName } : { topology: { 'kubernetes.io/hostname': nodeName } };
  return {
    apiVersion: `discovery.k8s.io/${version}`,
    kind: 'EndpointSlice',
    metadata: {
      name: 'front-1',
      namespace: 'shop',
      labels: { 'kubernetes.io/service-name': 'front' },
    },
    addressType: 'IPv4',
    endpoints: [{ addresses: [addresses.pods.IPv4[0]], conditions: { ready: true }, ...where }],
    ports: [{ name: '', protocol: 'TCP', port: podPort }],
  };
}

const udpSender = `
import socket, sys, time
one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
one.bind(('', 40000))
one.settimeout(0.1)
while True:
    try:
        one.sendto(b'?', (sys.argv[1], int(sys.argv[2])))
        print(one.recv(1000).decode(), flush=True)
        break
    except OSError: time.sleep(0.05)
`;

const talker = `
import socket, sys
one = socket.create_connection((sys.argv[1], int(sys.argv[2])), 60)
one.recv(1000)
for line in sys.stdin:
    one.sendall(b'x')
    print('heard' if one.recv(10) == b'x' else 'nothing', flush=True)
`;
