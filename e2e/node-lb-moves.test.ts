/** How the node load balancer moves Services from node to node, with agents that only say what they did. */
import type { EndpointSlice, Event } from '@armillary/kube';
import { discoveryV1 } from '@armillary/kube';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PROXY_ANNOTATION } from './testing/node-lb-parts.ts';
import { NodeLbWorld } from './testing/node-lb-world.ts';

const second = 1000;
const minute = 60 * second;

let world: NodeLbWorld;

beforeEach(async () => {
  world = await NodeLbWorld.start();
});

afterEach(async () => {
  await world.close();
});

/** Nodes, a controller, and a Service `web` that is served by the first of them. */
async function served(...names: string[]): Promise<void> {
  await world.addNode(names[0] ?? '');
  await world.control();
  await world.addService('web');
  await world.hasCondition('web', 'Programmed', 'True');
  for (const name of names.slice(1)) await world.addNode(name);
  // What moved a moment ago stays; nothing did.
  await world.pass(second);
}

describe('a node that is not ready', () => {
  test('for 10 s: nothing moves; for a minute: the Service moves, and does not come back', async () => {
    await served('n1', 'n2', 'n3');
    await world.setReady('n1', false);
    await world.pass(10 * second);
    await world.setReady('n1', true);
    await world.pass(10 * second);
    await world.isAt('web', 'n1:80');
    expect(await world.hasCondition('web', 'Programmed', 'True')).toMatch(/n1/);
    await world.setReady('n1', false);
    await world.pass(minute);
    const [place = ''] = await world.eventually('another place', async () => {
      const found = (await world.placesOf('web')).filter((each) => !each.startsWith('n1'));
      return found.length > 0 && found;
    });
    const address = place.startsWith('n2') ? '10.0.0.2' : '10.0.0.3';
    await world.answersAt('web', address);
    await world.hasEvent('web', 'Moved');
    await world.pass(minute);
    await world.isAt('web', place);
    await world.setReady('n1', true);
    await world.pass(10 * minute);
    await world.isAt('web', place);
  });

  test('for 10 min, and no other is there: the last address stays, and a Warning says so', async () => {
    await served('n1');
    await world.setReady('n1', false);
    await world.pass(10 * minute);
    expect(await world.hasCondition('web', 'Programmed', 'False', 'NodesUnwell')).toMatch(
      /not ready.*10\.0\.0\.1 stays in the status/,
    );
    expect(await world.addressesOf('web')).toEqual(['10.0.0.1']);
    await world.hasEvent('web', 'NodesUnwell');
    await world.setReady('n1', true);
    await world.pass(minute);
    await world.hasCondition('web', 'Programmed', 'True');
    await world.isAt('web', 'n1:80');
  });

  test('leaves the status of a Service on all nodes at once, and comes back', async () => {
    for (const name of ['n1', 'n2', 'n3']) await world.addNode(name);
    await world.control();
    await world.addService('web', { annotations: { 'node.armillary.dev/count': 'all' } });
    await world.answersAt('web', '10.0.0.1', '10.0.0.2', '10.0.0.3');
    await world.setReady('n2', false);
    await world.pass(30 * second);
    await world.answersAt('web', '10.0.0.1', '10.0.0.3');
    await world.setReady('n2', true);
    await world.pass(2 * minute);
    await world.answersAt('web', '10.0.0.1', '10.0.0.2', '10.0.0.3');
  });

  test('with half of the others: nothing moves, and a Warning says why, once', async () => {
    for (const name of ['n1', 'n2', 'n3', 'n4']) await world.addNode(name);
    const { manager } = await world.control();
    for (const port of [81, 82, 83, 84]) await world.addService(`web${port}`, { ports: [{ port }] });
    for (const port of [81, 82, 83, 84]) await world.hasCondition(`web${port}`, 'Programmed', 'True');
    const before = await Promise.all([81, 82, 83, 84].map((port) => world.placesOf(`web${port}`)));
    const unwell = before.flat()[0]?.split(':')[0] ?? '';
    await world.setReady('n1', false);
    await world.setReady('n2', false);
    await world.setReady('n3', false);
    await world.pass(2 * minute);
    const after = await Promise.all([81, 82, 83, 84].map((port) => world.placesOf(`web${port}`)));
    expect(after).toEqual(before);
    expect(unwell).toMatch(/^n/);
    const isHeld = ({ reason }: Event): boolean => reason === 'Held';
    const events = await world.eventually('those on the three nodes to say so', async () => {
      const all = await Promise.all([81, 82, 83, 84].map((port) => world.eventsOf(`web${port}`)));
      return all.filter((own) => own.some(isHeld)).length >= 3 && all.flat();
    });
    const held = events.filter(isHeld);
    expect(held).toHaveLength(3);
    expect(held.map(({ count }) => count)).toEqual([1, 1, 1]);
    expect(events.filter(({ reason }) => reason === 'Moved')).toEqual([]);
    expect(await manager.metrics.registry.metrics()).toMatch(/^armillary_node_lb_held 1$/m);
  });
});

describe('a node that shall be left', () => {
  test('is left in order: new rules, then the status, then a time in which the old still answers', async () => {
    await served('n1', 'n2');
    world.agents.of('n2').slow.add('TCP/80');
    await world.patchNode('n1', {
      metadata: { labels: { 'node.kubernetes.io/exclude-from-external-load-balancers': '' } },
    });
    await world.isAt('web', 'n1:80', 'n2:80');
    await world.pass(minute);
    expect(await world.addressesOf('web')).toEqual(['10.0.0.1']);
    expect(await world.placesOf('web')).toEqual(['n1:80', 'n2:80']);
    world.agents.of('n2').slow.clear();
    world.agents.look();
    await world.isAt('web', 'n1:80~', 'n2:80');
    // It is withdrawn only after the status was switched.
    expect(await world.addressesOf('web')).toEqual(['10.0.0.2']);
    await world.pass(20 * second);
    expect(await world.placesOf('web')).toEqual(['n1:80~', 'n2:80']);
    await world.pass(15 * second);
    await world.isAt('web', 'n2:80');
    await world.hasEvent('web', 'Moved');
  });

  test('and is used again in the meantime keeps what it has', async () => {
    await served('n1', 'n2');
    const label = 'node.kubernetes.io/exclude-from-external-load-balancers';
    await world.patchNode('n1', { metadata: { labels: { [label]: '' } } });
    await world.isAt('web', 'n1:80~', 'n2:80');
    await world.patchNode('n1', { metadata: { labels: { [label]: null } } });
    await world.patchNode('n2', { metadata: { labels: { [label]: '' } } });
    await world.isAt('web', 'n1:80', 'n2:80~');
    await world.answersAt('web', '10.0.0.1');
  });

  test('who draws there obeys a new source range, too', async () => {
    await served('n1', 'n2');
    const label = 'node.kubernetes.io/exclude-from-external-load-balancers';
    await world.patchNode('n1', { metadata: { labels: { [label]: '' } } });
    await world.isAt('web', 'n1:80~', 'n2:80');
    await world.patchService('web', { spec: { loadBalancerSourceRanges: ['10.0.0.0/8'] } });
    await world.eventually('both claims to be limited', async () => {
      const ranges = (await world.claims()).map(({ spec }) => spec.sourceRanges?.join());
      return ranges.length === 2 && ranges.every((range) => range === '10.0.0.0/8');
    });
    expect(await world.placesOf('web')).toEqual(['n1:80~', 'n2:80']);
  });

  test('and has no successor stays', async () => {
    await served('n1');
    await world.client.resource((await import('@armillary/kube')).coreV1.nodes).delete('n1');
    await world.hasCondition('web', 'NoEligibleNode', 'True');
    await world.hasCondition('web', 'Programmed', 'False');
    expect(await world.addressesOf('web')).toEqual(['10.0.0.1']);
  });
});

test('an agent that is silent for 15 s loses its Services; one move in a minute is enough', async () => {
  await served('n1', 'n2', 'n3');
  world.agents.of('n1').alive = false;
  await world.pass(20 * second);
  const [place = ''] = await world.eventually('another place', async () => {
    const found = (await world.placesOf('web')).filter((each) => !each.startsWith('n1'));
    return found.length > 0 && found;
  });
  const node = place.split(':')[0] ?? '';
  await world.answersAt('web', `10.0.0.${node.slice(1)}`);
  world.agents.of(node).alive = false;
  await world.pass(30 * second);
  expect((await world.placesOf('web')).filter((each) => !each.startsWith('n1'))).toEqual([place]);
  await world.pass(minute);
  const last = ['n2', 'n3'].find((each) => each !== node) ?? '';
  await world.answersAt('web', `10.0.0.${last.slice(1)}`);
});

describe('a port that an agent finds taken', () => {
  test('is given up: the Service goes elsewhere and says who has it; the port is tried again after 1, 5 and 30 min', async () => {
    const first = await world.addNode('n1');
    first.taken.set('TCP/80', 'nginx (pid 4711)');
    await world.control();
    await world.addService('web');
    expect(await world.hasEvent('web', 'PortConflict')).toMatch(
      /TCP\/80 of node n1 belongs to nginx \(pid 4711\)/,
    );
    await world.hasCondition('web', 'PortConflict', 'True', 'Refused');
    await world.isAt('web');
    const tries = async (): Promise<number> =>
      (await world.eventsOf('web'))
        .filter(({ reason }) => reason === 'NodeSelected')
        .reduce((sum, { count = 1 }) => sum + count, 0);
    expect(await tries()).toBe(1);
    for (const [waitMs, expected] of [
      [minute, 2],
      [5 * minute, 3],
    ] as const) {
      await world.pass(waitMs - 10 * second);
      expect(await tries()).toBe(expected - 1);
      await world.pass(20 * second);
      await world.eventually('another try', async () => (await tries()) === expected);
      await world.isAt('web');
    }
    await world.addNode('n2');
    await world.answersAt('web', '10.0.0.2');
    expect(await world.addressesOf('web')).toEqual(['10.0.0.2']);
  });

  test('while it was served is not kept: the Service moves, and the process is not in its way', async () => {
    await served('n1', 'n2');
    world.agents.of('n1').taken.set('TCP/80', 'nginx (pid 4711)');
    world.agents.look();
    await world.isAt('web', 'n2:80');
    await world.answersAt('web', '10.0.0.2');
  });

  test('among others on a node that nobody was told of: none of them is kept', async () => {
    const agent = await world.addNode('n1');
    agent.taken.set('TCP/443', 'apache (pid 1)');
    await world.control();
    await world.addService('web', { ports: [{ port: 80 }, { port: 443 }] });
    await world.hasCondition('web', 'PortConflict', 'True');
    await world.isAt('web');
    expect(await world.addressesOf('web')).toEqual([]);
    await world.addService('other');
    await world.answersAt('other', '10.0.0.1');
  });

  test('is not told any more once another Service answers there', async () => {
    await served('n1');
    world.agents.of('n1').taken.set('TCP/80', 'nginx (pid 4711)');
    world.agents.look();
    await world.hasCondition('web', 'Programmed', 'False');
    await world.isAt('web');
    expect(await world.addressesOf('web')).toEqual(['10.0.0.1']);
    world.agents.of('n1').taken.clear();
    await world.patchService('web', { spec: { loadBalancerSourceRanges: ['10.0.0.300/8'] } });
    await world.hasCondition('web', 'Programmed', 'False', 'InvalidSourceRange');
    await world.answersAt('web');
  });
});

// NoKubeProxy: the agent of a node that was started again may be there before kube-proxy has written its rules.
describe.each(['RulesFailed', 'NoKubeProxy'])('an agent that says %s', (reason) => {
  /** In its claims, and in its lease where that tells of the proxy. */
  function fail(node: string): void {
    const agent = world.agents.of(node);
    agent.failure = reason;
    if (reason === 'NoKubeProxy') agent.annotations = { [PROXY_ANNOTATION]: 'none' };
    world.agents.look();
  }

  test('for longer than a node may be unwell moves the Service; for shorter it does not', async () => {
    await served('n1', 'n2');
    fail('n1');
    await world.hasCondition('web', 'Programmed', 'False', reason);
    await world.pass(12 * second);
    expect(await world.placesOf('web')).toEqual(['n1:80']);
    await world.pass(20 * second);
    await world.answersAt('web', '10.0.0.2');
    const words = `${reason}: node n1 cannot serve TCP/80: `;
    await world.eventually('an event says why', async () =>
      (await world.eventsOf('web')).some((event) => `${event.reason}: ${event.message}`.startsWith(words)),
    );
  });

  test('where no other node is: what is there stays, and is back as soon as it does not', async () => {
    await served('n1');
    fail('n1');
    await world.hasCondition('web', 'Programmed', 'False', reason);
    await world.pass(40 * second);
    await world.hasCondition('web', 'NoEligibleNode', 'True');
    await world.hasCondition('web', 'PortConflict', 'False');
    expect(await world.placesOf('web')).toEqual(['n1:80']);
    const agent = world.agents.of('n1');
    delete agent.failure;
    agent.annotations = {};
    world.agents.look();
    await world.hasCondition('web', 'Programmed', 'True');
    await world.pass(4 * second);
    await world.hasCondition('web', 'NoEligibleNode', 'False');
  });
});

test('a node whose addresses are away for a moment keeps its Service, and the status its address', async () => {
  await served('n1', 'n2');
  await world.patchNode('n1', { status: { addresses: [] } });
  await world.pass(12 * second);
  expect(await world.placesOf('web')).toEqual(['n1:80']);
  expect(await world.addressesOf('web')).toEqual(['10.0.0.1']);
  await world.hasCondition('web', 'Programmed', 'True');
  await world.patchNode('n1', { status: { addresses: [{ type: 'InternalIP', address: '10.0.0.1' }] } });
  await world.pass(12 * second);
  expect(await world.placesOf('web')).toEqual(['n1:80']);
  await world.patchNode('n1', { status: { addresses: [] } });
  await world.pass(24 * second);
  await world.answersAt('web', '10.0.0.2');
});

test('a probe that gets nowhere on the only node: the address stays, and a Warning and the condition say so', async () => {
  await served('n1');
  const agent = world.agents.of('n1');
  const words = '10.0.0.1:80: no answer within 2 s';
  agent.unreachable = words;
  world.agents.look();
  expect(await world.hasEvent('web', 'Unreachable')).toBe(`n1.tcp.80: ${words}`);
  const says = (text: string) => async (): Promise<boolean> =>
    (await world.hasCondition('web', 'Programmed', 'True')).includes(text);
  await world.eventually('the condition says so', says(`but probes do not get through: n1.tcp.80: ${words}`));
  expect(await world.addressesOf('web')).toEqual(['10.0.0.1']);
  delete agent.unreachable;
  world.agents.look();
  await world.eventually('it says so no more', async () => !(await says('probes')()));
});

test('a plan only is no failure: nothing moves, and the condition says so', async () => {
  const agent = await world.addNode('n1');
  agent.failure = 'PlanOnly';
  await world.addNode('n2');
  await world.control();
  await world.addService('web', { annotations: { 'node.armillary.dev/nodes': 'n1' } });
  await world.hasCondition('web', 'Programmed', 'False', 'PlanOnly');
  await world.pass(minute);
  await world.isAt('web', 'n1:80');
});

describe('the policy Local', () => {
  const slice = (nodeName: string, conditions: object = { ready: true }): EndpointSlice => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'web-1', namespace: 'default', labels: { 'kubernetes.io/service-name': 'web' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.1.0.1'], nodeName, conditions }],
    ports: [{ name: 'p0', port: 8080, protocol: 'TCP' }],
  });

  test('follows the endpoints from node to node', async () => {
    for (const name of ['n1', 'n2', 'n3']) await world.addNode(name);
    await world.control();
    await world.addService('web', { spec: { externalTrafficPolicy: 'Local' } });
    expect(await world.hasCondition('web', 'NoEligibleNode', 'True')).toMatch(
      /3 nodes: the node has no ready endpoint/,
    );
    const slices = world.client.resource(discoveryV1.endpointSlices);
    await slices.create(slice('n2'));
    await world.answersAt('web', '10.0.0.2');
    await slices.patch('web-1', {
      type: 'merge',
      namespace: 'default',
      body: { endpoints: slice('n2', { ready: false, serving: true, terminating: true }).endpoints },
    });
    await slices.patch('web-1', {
      type: 'merge',
      namespace: 'default',
      body: { endpoints: slice('n3').endpoints },
    });
    await world.answersAt('web', '10.0.0.3');
    await world.pass(minute);
    await world.isAt('web', 'n3:80');
  });
});
