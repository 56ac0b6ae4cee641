/** What the node load balancer gives to Services, against the embedded API server, with agents that only say what they did. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { NodeLbWorld } from './testing/node-lb-world.ts';

let world: NodeLbWorld;

beforeEach(async () => {
  world = await NodeLbWorld.start();
});

afterEach(async () => {
  await world.close();
});

async function withNodes(...names: string[]): Promise<void> {
  for (const name of names) await world.addNode(name);
  await world.control();
}

describe('two Services with the same port', () => {
  test('go to two nodes; a third waits and says why, and takes the place of one that goes', async () => {
    await withNodes('n1', 'n2');
    await world.addService('a');
    await world.addService('b');
    await world.hasCondition('a', 'Programmed', 'True');
    await world.hasCondition('b', 'Programmed', 'True');
    const [a, b] = [await world.addressesOf('a'), await world.addressesOf('b')];
    expect([...a, ...b].sort()).toEqual(['10.0.0.1', '10.0.0.2']);
    await world.addService('c');
    const why = await world.hasCondition('c', 'NoEligibleNode', 'True');
    expect(why).toMatch(
      /has 0 of 1 node: 2 nodes: port TCP\/80 is taken \(service default\/a, service default\/b\)/,
    );
    expect(await world.hasCondition('c', 'PortConflict', 'True')).toMatch(/TCP\/80/);
    expect(await world.addressesOf('c')).toEqual([]);
    await world.deleteService('a');
    await world.answersAt('c', ...a);
    await world.hasCondition('c', 'PortConflict', 'False');
  });

  test('of different protocols share a node', async () => {
    await withNodes('n1');
    await world.addService('tcp', { ports: [{ port: 53_000 }] });
    await world.addService('udp', { ports: [{ port: 53_000, protocol: 'UDP' }] });
    await world.answersAt('tcp', '10.0.0.1');
    await world.answersAt('udp', '10.0.0.1');
  });

  test('and the same name in different namespaces are two', async () => {
    await withNodes('n1', 'n2');
    await world.addNamespace('other');
    await world.addService('web');
    await world.addService('web', { namespace: 'other' });
    const both = await world.eventually('both to be served', async () => {
      const found = [...(await world.addressesOf('web')), ...(await world.addressesOf('web', 'other'))];
      return found.length === 2 && found;
    });
    expect(both.sort()).toEqual(['10.0.0.1', '10.0.0.2']);
  });
});

test('200 Services compete for a port of 5 nodes: exactly 5 win, 195 say why, and one that goes lets exactly one in: the oldest', async () => {
  for (const number of [1, 2, 3, 4, 5]) await world.addNode(`n${number}`);
  await world.control();
  const names = Array.from({ length: 200 }, (_, at) => `s${String(at).padStart(3, '0')}`);
  for (const name of names) await world.addService(name);
  const verdicts = await world.eventually('all to have a verdict', async () => {
    const services = await world.services();
    const won = services.filter(({ status }) => status?.loadBalancer?.ingress?.length === 1);
    const waiting = services.filter(({ status }) =>
      status?.conditions?.some(({ type, status: value }) => type === 'NoEligibleNode' && value === 'True'),
    );
    return won.length + waiting.length === 200 && { won, waiting };
  });
  expect(verdicts.won.map(({ metadata }) => metadata.name)).toEqual(names.slice(0, 5));
  expect(await world.claims()).toHaveLength(5);
  const [first] = verdicts.won;
  const [freed = ''] = await world.addressesOf(first?.metadata.name ?? '');
  await world.deleteService(first?.metadata.name ?? '');
  await world.answersAt('s005', freed);
  expect(await world.claims()).toHaveLength(5);
});

test('a controller that starts with settings that cannot be gives nobody anything until they are corrected', async () => {
  const allow = [{ namespaces: ['other'], ports: ['80'] }];
  await world.configure({ allow, reservedPorts: ['ssh'] });
  await world.addService('web');
  await withNodes('n1');
  expect(await world.hasEvent('default', 'Invalid')).toMatch(/Services stay as they are/);
  await world.pass(1000);
  expect(await world.claims()).toEqual([]);
  await world.configure({ allow, reservedPorts: ['22'] });
  await world.hasCondition('web', 'Programmed', 'False', 'NotAllowed');
  await world.configure({ allow: [{ namespaces: ['*'], ports: ['80'] }] });
  await world.answersAt('web', '10.0.0.1');
  expect((await world.eventsOf('web')).map(({ reason }) => reason)).not.toContain('Withdrawn');
});

test('metrics count claims by node, Services that wait, and nodes', async () => {
  await world.addNode('n1');
  const { manager } = await world.control();
  await world.addService('web');
  await world.hasCondition('web', 'Programmed', 'True');
  await world.addService('next');
  await world.hasCondition('next', 'NoEligibleNode', 'True');
  const metrics = await manager.metrics.registry.metrics();
  expect(metrics).toMatch(/^armillary_node_lb_claims\{node="n1"\} 1$/m);
  expect(metrics).toMatch(/^armillary_node_lb_waiting_services 1$/m);
  expect(metrics).toMatch(/^armillary_node_lb_nodes\{standing="use"\} 1$/m);
  expect(metrics).toMatch(/^armillary_node_lb_held 0$/m);
});

describe('all ports of a Service', () => {
  test('go to the same node, where all of them are free', async () => {
    await withNodes('n1', 'n2');
    await world.addService('a', {
      ports: [{ port: 443 }],
      annotations: { 'node.armillary.dev/nodes': 'n1' },
    });
    await world.isAt('a', 'n1:443');
    await world.addService('b', { ports: [{ port: 80 }, { port: 443 }] });
    await world.isAt('b', 'n2:80', 'n2:443');
    await world.addService('c', { ports: [{ port: 80 }, { port: 443 }] });
    await world.hasCondition('c', 'NoEligibleNode', 'True');
    // It would be waiting for 443 with 80 in its hands otherwise.
    expect(await world.placesOf('c')).toEqual([]);
  });

  test('need not be had when it says so, and the status tells which is missing', async () => {
    await withNodes('n1');
    await world.addService('a', { ports: [{ port: 443 }] });
    await world.isAt('a', 'n1:443');
    await world.addService('b', {
      ports: [{ port: 80 }, { port: 443 }],
      annotations: { 'node.armillary.dev/partial': 'true' },
    });
    await world.answersAt('b', '10.0.0.1');
    expect((await world.service('b'))?.status?.loadBalancer?.ingress).toEqual([
      {
        ip: '10.0.0.1',
        ipMode: 'Proxy',
        ports: [
          { port: 80, protocol: 'TCP' },
          { port: 443, protocol: 'TCP', error: 'node.armillary.dev/NotExposed' },
        ],
      },
    ]);
  });
});

describe('the status', () => {
  test('tells a node only when its agent has done everything', async () => {
    const agent = await world.addNode('n1');
    agent.slow.add('TCP/443');
    await world.control();
    await world.addService('web', { ports: [{ port: 80 }, { port: 443 }] });
    await world.isAt('web', 'n1:80', 'n1:443');
    const why = await world.hasCondition('web', 'Programmed', 'False', 'Pending');
    expect(why).toMatch(/n1\.tcp\.443/);
    expect(await world.addressesOf('web')).toEqual([]);
    agent.slow.clear();
    world.agents.look();
    await world.answersAt('web', '10.0.0.1');
  });

  test('settles: nothing is written when nothing changes', async () => {
    await withNodes('n1', 'n2');
    await world.addService('web', { annotations: { 'node.armillary.dev/count': 'all' } });
    await world.answersAt('web', '10.0.0.1', '10.0.0.2');
    await world.hasCondition('web', 'Programmed', 'True');
    const before = await world.service('web');
    await world.pass(60_000);
    await world.addService('other', { ports: [{ port: 81 }] });
    await world.hasCondition('other', 'Programmed', 'True');
    expect((await world.service('web'))?.metadata.resourceVersion).toBe(before?.metadata.resourceVersion);
  });

  test('keeps conditions of others, and the time of a condition while it stays', async () => {
    await withNodes('n1');
    await world.addService('web');
    await world.hasCondition('web', 'Programmed', 'True');
    const conditions = (await world.service('web'))?.status?.conditions ?? [];
    const other = {
      type: 'example.com/Seen',
      status: 'True' as const,
      reason: 'Seen',
      message: '',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    };
    await world.patchStatus('web', { conditions: [...conditions, other] });
    world.clock.advance(3000);
    await world.patchService('web', { spec: { ports: [{ name: 'p0', port: 8080 }] } });
    await world.eventually('the new port', async () =>
      (await world.service('web'))?.status?.loadBalancer?.ingress?.[0]?.ports?.some(
        ({ port }) => port === 8080,
      ),
    );
    await world.hasCondition('web', 'Programmed', 'True');
    const after = (await world.service('web'))?.status?.conditions ?? [];
    expect(after).toContainEqual(other);
    const timeOf = (list: typeof after) =>
      list.find(({ type }) => type === 'PortConflict')?.lastTransitionTime;
    expect(timeOf(after)).toBe(timeOf(conditions));
  });

  test('comes back when somebody empties it', async () => {
    await withNodes('n1');
    await world.addService('web');
    await world.answersAt('web', '10.0.0.1');
    await world.patchStatus('web', { loadBalancer: null });
    await world.answersAt('web', '10.0.0.1');
  });

  test('and the ports survive somebody who takes the finalizer away', async () => {
    await withNodes('n1');
    await world.addService('web');
    await world.hasCondition('web', 'Programmed', 'True');
    const before = await world.claims();
    await world.patchService('web', { metadata: { finalizers: null } });
    await world.eventually('the finalizer to be back', async () =>
      (await world.service('web'))?.metadata.finalizers?.includes('node.armillary.dev/release'),
    );
    expect(await world.claims()).toEqual(before);
    expect(await world.addressesOf('web')).toEqual(['10.0.0.1']);
  });

  test('is withheld when the settings say so, and then the condition has the addresses', async () => {
    await world.configure({ publishStatus: false });
    await withNodes('n1');
    await world.addService('web');
    expect(await world.hasCondition('web', 'Programmed', 'True', 'StatusWithheld')).toMatch(/10\.0\.0\.1/);
    expect(await world.addressesOf('web')).toEqual([]);
    await world.configure({ publishStatus: true });
    await world.answersAt('web', '10.0.0.1');
    await world.configure({ publishStatus: false });
    await world.answersAt('web');
  });

  test('before Kubernetes 1.30 has no ipMode, and nothing at all where kube-proxy would take the address for its own', async () => {
    const agent = await world.addNode('n1');
    await world.control({}, { serverVersion: 'v1.29.4', acceptUnprovenProxy: true });
    await world.addService('web');
    await world.answersAt('web', '10.0.0.1');
    expect((await world.service('web'))?.status?.loadBalancer?.ingress?.[0]).not.toHaveProperty('ipMode');
    agent.annotations['network.armillary.dev/proxy'] = 'ipvs';
    await world.pass(1000);
    await world.answersAt('web');
    expect(await world.hasCondition('web', 'Programmed', 'False', 'ProxyWouldTakeAddress')).toMatch(/IPVS/);
    await world.hasEvent('web', 'ProxyWouldTakeAddress');
  });
});

describe('a Service that changes', () => {
  test('its port: the old one closes, the new one opens, and nobody else is touched', async () => {
    await withNodes('n1');
    await world.addService('other', { ports: [{ port: 81 }] });
    await world.answersAt('other', '10.0.0.1');
    const before = (await world.claims()).find(({ spec }) => spec.port === 81);
    await world.addService('web');
    await world.answersAt('web', '10.0.0.1');
    await world.patchService('web', { spec: { ports: [{ name: 'p0', port: 8080 }] } });
    await world.isAt('web', 'n1:8080');
    await world.eventually('the status to have the new port alone', async () => {
      const [entry] = (await world.service('web'))?.status?.loadBalancer?.ingress ?? [];
      return entry?.ports?.length === 1 && entry.ports[0]?.port === 8080 && !entry.ports[0].error;
    });
    expect((await world.claims()).find(({ spec }) => spec.port === 81)).toEqual(before);
  });

  test('its source ranges: the claim follows, and the address stays published meanwhile', async () => {
    const agent = await world.addNode('n1');
    await world.control();
    await world.addService('web');
    await world.answersAt('web', '10.0.0.1');
    agent.slow.add('TCP/80');
    await world.patchService('web', { spec: { loadBalancerSourceRanges: ['10.1.2.3/8', ' fd00::/8 '] } });
    await world.eventually('the claim to follow', async () =>
      (await world.claims())[0]?.spec.sourceRanges?.includes('10.0.0.0/8'),
    );
    expect((await world.claims())[0]?.spec.sourceRanges).toEqual(['10.0.0.0/8', 'fd00::/8']);
    await world.hasCondition('web', 'Programmed', 'True');
    expect(await world.addressesOf('web')).toEqual(['10.0.0.1']);
    await world.patchService('web', { spec: { loadBalancerSourceRanges: null } });
    await world.eventually('the claim to be open again', async () => {
      const [claim] = await world.claims();
      return claim && claim.spec.sourceRanges === undefined;
    });
  });

  test('deleted and made anew under its name is another, and the claim of the earlier is not inherited', async () => {
    await withNodes('n1');
    await world.addService('web');
    await world.answersAt('web', '10.0.0.1');
    const [before] = await world.claims();
    await world.deleteService('web');
    await world.eventually('it to be gone', async () => !(await world.service('web')));
    expect(await world.claims()).toEqual([]);
    const { metadata } = await world.addService('web');
    await world.answersAt('web', '10.0.0.1');
    const [after] = await world.claims();
    expect(after?.spec.service.uid).toBe(metadata.uid);
    expect(after?.metadata.uid).not.toBe(before?.metadata.uid);
  });

  test('to ClusterIP gives everything back, and takes it again as LoadBalancer', async () => {
    await withNodes('n1');
    await world.addService('web');
    await world.answersAt('web', '10.0.0.1');
    const spec = { type: 'ClusterIP', allocateLoadBalancerNodePorts: null, externalTrafficPolicy: null };
    await world.patchService('web', { spec });
    await world.isAt('web');
    await world.eventually('no finalizer, address or condition', async () => {
      const { metadata, status } = (await world.service('web')) ?? {};
      return !metadata?.finalizers && !status?.loadBalancer?.ingress && !status?.conditions;
    });
    await world.patchService('web', { spec: { type: 'LoadBalancer', allocateLoadBalancerNodePorts: false } });
    await world.answersAt('web', '10.0.0.1');
  });

  test('from one family to two and back: the second comes and goes without touching the first', async () => {
    const both = [
      { type: 'InternalIP', address: '10.0.0.1' },
      { type: 'InternalIP', address: 'fd00::1' },
    ];
    await world.addNode('n1', { addresses: both });
    await world.control();
    const { spec } = await world.addService('web');
    await world.answersAt('web', '10.0.0.1');
    const dual = await world.patchService('web', { spec: { ipFamilyPolicy: 'PreferDualStack' } });
    await world.answersAt('web', '10.0.0.1', 'fd00::1');
    expect((await world.claims())[0]?.spec.clusterIPs).toEqual(dual.spec?.clusterIPs);
    expect(dual.spec?.clusterIPs).toHaveLength(2);
    await world.patchService('web', {
      spec: { ipFamilyPolicy: 'SingleStack', ipFamilies: ['IPv4'], clusterIPs: [spec?.clusterIP] },
    });
    await world.answersAt('web', '10.0.0.1');
  });
});

describe('whose Service it is', () => {
  test('a class decides: ours, another, none, and none while the settings serve no classless', async () => {
    await withNodes('n1');
    await world.addService('ours', {
      ports: [{ port: 81 }],
      spec: { loadBalancerClass: 'armillary.dev/node' },
    });
    await world.addService('foreign', {
      ports: [{ port: 82 }],
      spec: { loadBalancerClass: 'example.com/lb' },
    });
    await world.addService('classless', { ports: [{ port: 83 }] });
    await world.answersAt('ours', '10.0.0.1');
    await world.answersAt('classless', '10.0.0.1');
    expect(await world.placesOf('foreign')).toEqual([]);
    await world.configure({ classless: false });
    await world.answersAt('classless');
    await world.isAt('classless');
    await world.configure({ classless: true });
    await world.answersAt('classless', '10.0.0.1');
    expect((await world.service('foreign'))?.metadata.finalizers).toBeUndefined();
  });

  test('a classless one that another load balancer serves is left alone, and is told so once', async () => {
    await world.addNode('n1');
    await world.addService('theirs');
    await world.patchStatus('theirs', { loadBalancer: { ingress: [{ ip: '192.0.2.9' }] } });
    await world.control();
    await world.hasEvent('theirs', 'ServedByAnother');
    await world.patchService('theirs', { metadata: { labels: { seen: 'again' } } });
    await world.addService('ours', { ports: [{ port: 81 }] });
    await world.answersAt('ours', '10.0.0.1');
    expect(await world.addressesOf('theirs')).toEqual(['192.0.2.9']);
    expect((await world.eventsOf('theirs')).map(({ count }) => count)).toEqual([1]);
  });
});

describe('a Service is refused with words that say what to write', () => {
  test.each([
    ['a wrong count', { 'node.armillary.dev/count': 'many' }, {}, 'InvalidAnnotation', /count.*all/],
    [
      'a wrong source range',
      {},
      { loadBalancerSourceRanges: ['10.0.0.300/8'] },
      'InvalidSourceRange',
      /10\.0\.0\.300/,
    ],
    ['a reserved port', {}, { ports: [{ port: 22 }] }, 'Reserved', /TCP\/22 is reserved/],
    ['a port where NodePorts are', {}, { ports: [{ port: 30_080 }] }, 'NodePortRange', /30000-32767/],
  ])('%s', async (_what, annotations, spec, reason, words) => {
    await withNodes('n1');
    await world.addService('web', { annotations, spec });
    expect(await world.hasCondition('web', 'Programmed', 'False', reason)).toMatch(words);
    await world.hasEvent('web', reason);
    expect(await world.claims()).toEqual([]);
    await world.patchService('web', {
      metadata: { annotations: { 'node.armillary.dev/count': null } },
      spec: { loadBalancerSourceRanges: null, ports: [{ name: 'p0', port: 80 }] },
    });
    await world.answersAt('web', '10.0.0.1');
  });

  test('which go when it becomes a Service that needs no load balancer', async () => {
    await withNodes('n1');
    await world.addService('web', { ports: [{ port: 22 }] });
    await world.hasCondition('web', 'Programmed', 'False', 'Reserved');
    await world.patchService('web', { spec: { type: 'ClusterIP' } });
    await world.eventually('no condition', async () => {
      const { status } = (await world.service('web')) ?? {};
      return (status?.conditions ?? []).length === 0;
    });
  });

  test('also when it was served before: its ports are given back', async () => {
    await withNodes('n1');
    await world.addService('web');
    await world.answersAt('web', '10.0.0.1');
    await world.configure({ allow: [{ namespaces: ['shop-*'], ports: ['80'] }] });
    await world.hasCondition('web', 'Programmed', 'False', 'NotAllowed');
    await world.answersAt('web');
    expect(await world.claims()).toEqual([]);
    await world.configure({ allow: [{ namespaces: ['def*'], ports: ['80'] }] });
    await world.answersAt('web', '10.0.0.1');
  });
});

describe('ports that others have by the API', () => {
  test('send a Service away that changes to one of them; where it goes is said, be it nowhere', async () => {
    await withNodes('n1');
    await world.addPod('holder', 'n1', { hostPort: 81 });
    await world.addService('web');
    await world.answersAt('web', '10.0.0.1');
    await world.patchService('web', { spec: { ports: [{ name: 'p0', port: 81 }] } });
    expect(await world.hasEvent('web', 'Moved')).toMatch(/^left node n1 \(.*holder.*\), and is on no node/);
  });

  test('a hostPort keeps a Service away until the pod ends', async () => {
    await withNodes('n1');
    await world.addPod('proxy', 'n1', { hostPort: 80 });
    await world.addService('web');
    expect(await world.hasCondition('web', 'PortConflict', 'True', 'HostPort')).toMatch(/pod default\/proxy/);
    await world.patchPodStatus('proxy', { phase: 'Succeeded' });
    await world.answersAt('web', '10.0.0.1');
  });

  test('an external IP of another Service keeps it away, too', async () => {
    await withNodes('n1', 'n2');
    await world.addService('old', {
      spec: { type: 'ClusterIP', externalIPs: ['10.0.0.1'] },
    });
    await world.addService('web');
    await world.answersAt('web', '10.0.0.2');
  });
});
