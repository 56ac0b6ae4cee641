/** The node load balancer's controller beside others of its kind, with a stale view, and ended between any two writes. */
import { isDeepStrictEqual } from 'node:util';
import { apiextensionsV1, coreV1 } from '@armillary/kube';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { NodeLbWorld } from './testing/node-lb-world.ts';
import { portClaimKind, releaseEverything, type PortClaim } from './testing/node-lb-parts.ts';
import { UnreliableClient } from './testing/unreliable-client.ts';

let world: NodeLbWorld;
const clients: UnreliableClient[] = [];

beforeEach(async () => {
  world = await NodeLbWorld.start();
});

afterEach(async () => {
  for (const client of clients) client.resume();
  await world.close();
  await Promise.all(clients.splice(0).map((client) => client.close()));
});

async function unreliable(trouble: UnreliableClient['trouble'] = {}): Promise<UnreliableClient> {
  const client = await UnreliableClient.of(world.kubeconfig, trouble);
  clients.push(client);
  return client;
}

/** Everything but times, versions and uids. */
async function endState(): Promise<unknown> {
  const services = await world.services();
  return {
    claims: (await world.claims()).map(({ metadata, spec }) => [
      metadata.name,
      { ...spec, service: spec.service.name, clusterIPs: [] },
    ]),
    services: services.map(({ metadata, status }) => [
      metadata.name,
      metadata.finalizers,
      status?.loadBalancer,
      status?.conditions?.map(({ type, status: value, reason, message }) => [type, value, reason, message]),
    ]),
  };
}

/** The same when it has come to rest: conditions may be told one after the other. */
async function steadyState(): Promise<unknown> {
  let times = 0;
  let last: unknown;
  return world.eventually('the state to stay as it is', async () => {
    const state = await endState();
    times = isDeepStrictEqual(state, last) ? times + 1 : 0;
    last = state;
    return times >= 5 && state;
  });
}

/** A claim on a port of `n1` for a Service that has this uid. */
function claimOf(name: string, uid: string, port = 80): PortClaim {
  return {
    apiVersion: portClaimKind.apiVersion,
    kind: 'PortClaim',
    metadata: { name: `n1.tcp.${port}`, labels: { 'network.armillary.dev/node': 'n1' } },
    spec: {
      nodeName: 'n1',
      protocol: 'TCP',
      port,
      service: { namespace: 'default', name, uid },
      addresses: ['10.0.0.1'],
      externalTrafficPolicy: 'Cluster',
      clusterIPs: ['10.96.0.9'],
    },
  };
}

describe('two controllers at once', () => {
  test('never give a port to two, and come to rest with every Service on one node', async () => {
    for (const number of [1, 2, 3, 4, 5]) await world.addNode(`n${number}`);
    await world.control({ client: await unreliable() });
    await world.control({ client: await unreliable() });
    const names = Array.from({ length: 30 }, (_, at) => `s${at}`);
    // Ten of three ports each on five nodes: half of them must wait.
    await Promise.all(
      names.map((name, at) =>
        world.addService(name, { ports: [{ port: 80 + (at % 3) }, { port: 90 + (at % 3) }] }),
      ),
    );
    const settled = async (): Promise<string[] | false> => {
      const claims = await world.claims();
      const byService = Map.groupBy(claims, ({ spec }) => spec.service.name);
      const whole = [...byService.values()].every(
        (own) => own.length === 2 && new Set(own.map(({ spec }) => spec.nodeName)).size === 1,
      );
      const services = await world.services();
      const told = services.filter(({ status }) => status?.loadBalancer?.ingress?.length === 1);
      const waiting = services.filter(({ status }) =>
        status?.conditions?.some(({ type, status: value }) => type === 'NoEligibleNode' && value === 'True'),
      );
      return (
        whole &&
        byService.size === 15 &&
        told.length === 15 &&
        waiting.length === 15 &&
        told.map(({ metadata }) => metadata.name ?? '')
      );
    };
    await world.settles('them to come to rest', settled);
    // Who waits may still learn who has its ports in the end.
    const before = await steadyState();
    await world.pass(60_000);
    expect(await endState()).toEqual(before);
  });
});

describe('a controller that sees no claims any more', () => {
  test('takes no port of another Service, and deletes none', async () => {
    await world.addNode('n1');
    await world.addNode('n2');
    const client = await unreliable();
    await world.control({ client });
    await world.addService('known', { ports: [{ port: 81 }] });
    await world.hasCondition('known', 'Programmed', 'True');
    client.trouble.stalled = '/portclaims';
    await world.control({ client: await unreliable() });
    const names = ['a', 'b', 'c', 'd', 'e'];
    for (const name of names) await world.addService(name);
    const owners = async (): Promise<string[]> =>
      (await world.claims()).map(
        ({ metadata, spec }) => `${metadata.name} ${spec.service.name} ${metadata.uid}`,
      );
    await world.eventually('both nodes to be taken', async () => (await owners()).length === 3);
    const before = await owners();
    await world.deleteService('known');
    await world.eventually('known to be gone', async () => !(await world.service('known')));
    expect(await owners()).toEqual(before.filter((owner) => !owner.includes(' known ')));
    client.resume();
    await world.settles('two to be told, and three to wait', async () => {
      const told = await Promise.all(names.map((name) => world.addressesOf(name)));
      return told.flat().sort().join() === '10.0.0.1,10.0.0.2';
    });
    expect(await owners()).toEqual(before.filter((owner) => !owner.includes(' known ')));
  });

  test('does not delete the claim of a Service that was made anew under the same name', async () => {
    await world.addNode('n1');
    const client = await unreliable();
    await world.control({ client });
    await world.addService('web');
    await world.hasCondition('web', 'Programmed', 'True');
    client.trouble.stalled = '/services';
    // Another controller finishes the old one and serves the new.
    await world.control({ client: await unreliable() });
    await world.deleteService('web');
    await world.eventually('it to be gone', async () => !(await world.service('web')));
    await world.addService('web');
    await world.answersAt('web', '10.0.0.1');
    const [claim] = await world.claims();
    await world.pass(10_000);
    expect((await world.claims()).map(({ metadata }) => metadata.uid)).toEqual([claim?.metadata.uid]);
    client.resume();
  });
});

describe('claims that belong to nobody', () => {
  test('go when a controller starts: of a Service that is gone, of an earlier one, of one that is no load balancer', async () => {
    await world.addNode('n1');
    const claims = world.client.resource<PortClaim>(portClaimKind);
    const plain = await world.addService('plain', { spec: { type: 'ClusterIP' } });
    await world.addService('web', { ports: [{ port: 83 }] });
    await claims.create(claimOf('gone', 'no-such-uid', 81));
    await claims.create(claimOf('web', 'an-earlier-uid', 82));
    await claims.create(claimOf('web', 'an-earlier-uid', 83));
    await claims.create(claimOf('plain', plain.metadata.uid ?? '', 84));
    await world.control();
    await world.answersAt('web', '10.0.0.1');
    await world.eventually('only the claim of web to be left', async () => {
      const left = await world.claims();
      return left.length === 1 && left[0]?.metadata.name === 'n1.tcp.83';
    });
  });

  test('go while it runs, and the one that waited for the port gets it', async () => {
    await world.addNode('n1');
    await world.control();
    await world.addService('web');
    await world.hasCondition('web', 'Programmed', 'True');
    await world.addService('next');
    await world.hasCondition('next', 'NoEligibleNode', 'True');
    // Somebody takes the finalizer away, so that the Service goes without giving anything back.
    await world.deleteService('web');
    await world.patchService('web', { metadata: { finalizers: null } }).catch(() => {});
    await world.answersAt('next', '10.0.0.1');
  });
});

test('a controller that dies after any of its writes leaves nothing that its successor does not put right', async () => {
  await world.addNode('n1');
  await world.addNode('n2');
  const exclude = 'node.kubernetes.io/exclude-from-external-load-balancers';

  /** The life of a Service: two ports, another port, another node, the end. Answers what the state was each time. */
  const live = async (
    diesAfterWrites: number,
    expected?: readonly unknown[],
  ): Promise<{ states: unknown[]; died: boolean }> => {
    let died = false;
    const client = await unreliable({ diesAfterWrites, onDeath: () => (died = true) });
    let controller = await world.control({ client });
    let restarted = false;
    const states: unknown[] = [];
    const until = async (what: string, check: () => Promise<boolean>): Promise<void> => {
      await world.eventually(what, async () => {
        if (died && !restarted) {
          restarted = true;
          await world.stop(controller);
          controller = await world.control();
        }
        return check();
      });
    };
    /** As it shall be in the end, and, but for the first life, as it was in that one. */
    const comesToBe = async (what: string, check: () => Promise<boolean>): Promise<void> => {
      await until(what, check);
      if (expected === undefined) {
        states.push(await steadyState());
        return;
      }
      const wanted = expected[states.length];
      await until(`${what}, as without a death`, async () =>
        isDeepStrictEqual(await endState(), wanted),
      ).catch(() => {});
      states.push(await endState());
    };
    const serves = async (address: string, ...places: string[]): Promise<boolean> => {
      const conditions = (await world.service('web'))?.status?.conditions ?? [];
      return (
        (await world.placesOf('web')).join() === places.join() &&
        (await world.addressesOf('web')).join() === address &&
        conditions.some(
          ({ type, status, message = '' }) =>
            type === 'Programmed' && status === 'True' && message.includes(address),
        )
      );
    };
    await world.patchNode('n2', { metadata: { labels: { [exclude]: '' } } });
    await world.addService('web', {
      ports: [{ port: 80 }, { port: 443 }],
      annotations: { 'node.armillary.dev/nodes': 'n1,n2' },
    });
    await comesToBe('the Service to be served', () => serves('10.0.0.1', 'n1:443', 'n1:80'));
    await world.patchService('web', {
      spec: {
        ports: [
          { name: 'p0', port: 80 },
          { name: 'p1', port: 8443 },
        ],
      },
    });
    await comesToBe('the other port', () => serves('10.0.0.1', 'n1:80', 'n1:8443'));
    await world.patchNode('n2', { metadata: { labels: { [exclude]: null } } });
    await world.patchNode('n1', { metadata: { labels: { [exclude]: '' } } });
    await until('the other node', async () => {
      const places = (await world.placesOf('web')).filter((place) => !place.endsWith('~'));
      return places.join() === 'n2:80,n2:8443' && (await world.addressesOf('web')).join() === '10.0.0.2';
    });
    await world.pass(40_000);
    await comesToBe('the drain to be over', () => serves('10.0.0.2', 'n2:80', 'n2:8443'));
    await world.deleteService('web');
    await comesToBe(
      'the end',
      async () => !(await world.service('web')) && (await world.claims()).length === 0,
    );
    await world.patchNode('n1', { metadata: { labels: { [exclude]: null } } });
    await world.stop(controller);
    return { states, died };
  };

  const { states: expected } = await live(Infinity);
  let writes = 0;
  for (let died = true; died;) {
    writes += 1;
    const result = await live(writes, expected);
    expect(result.states, `ended after write ${writes}`).toEqual(expected);
    ({ died } = result);
  }
  // Finalizer, two claims, statuses, updates, deletions: fewer would mean that nothing was interrupted.
  expect(writes).toBeGreaterThan(12);
}, 600_000);

test('uninstalling frees Services also after somebody deleted the definitions first', async () => {
  await world.addNode('n1');
  const controller = await world.control();
  await world.addService('web');
  await world.answersAt('web', '10.0.0.1');
  await world.stop(controller);
  const definitions = world.client.resource(apiextensionsV1.customResourceDefinitions);
  await definitions.delete('portclaims.network.armillary.dev');
  const options = {
    leaseNamespace: 'kube-system',
    now: world.clock.now(),
    signal: new AbortController().signal,
  };
  await world.eventually('it is freed', async () => {
    await releaseEverything(world.client, options);
    const { metadata, status } = (await world.service('web')) ?? {};
    return metadata?.finalizers === undefined && status?.loadBalancer?.ingress === undefined;
  });
});

test('uninstalling takes back claims, addresses, conditions, finalizers and leases, and nothing of others', async () => {
  await world.addNode('n1');
  const controller = await world.control();
  await world.addService('web', { finalizers: ['example.com/mine'] });
  await world.addService('refused', { ports: [{ port: 22 }] });
  const foreign = await world.addService('foreign', {
    ports: [{ port: 90 }],
    spec: { loadBalancerClass: 'example.com/lb' },
  });
  const condition = {
    type: 'example.com/Ok',
    status: 'True',
    reason: 'Ok',
    message: '',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  };
  await world.patchStatus('foreign', {
    loadBalancer: { ingress: [{ ip: '192.0.2.1' }] },
    conditions: [condition],
  });
  await world.answersAt('web', '10.0.0.1');
  await world.hasCondition('refused', 'Programmed', 'False');
  await world.stop(controller);
  const options = {
    leaseNamespace: 'kube-system',
    now: world.clock.now(),
    signal: new AbortController().signal,
  };
  expect(await releaseEverything(world.client, options)).toEqual({ services: 2, claims: 1, leases: 1 });
  expect(await world.claims()).toEqual([]);
  for (const name of ['web', 'refused']) {
    const { metadata, status } = (await world.service(name)) ?? {};
    expect(status?.loadBalancer?.ingress).toBeUndefined();
    expect(status?.conditions).toBeUndefined();
    expect(metadata?.finalizers ?? []).toEqual(name === 'web' ? ['example.com/mine'] : []);
  }
  const after = await world.service('foreign');
  expect(after?.metadata.uid).toBe(foreign.metadata.uid);
  expect(after?.status).toMatchObject({
    loadBalancer: { ingress: [{ ip: '192.0.2.1' }] },
    conditions: [condition],
  });
  expect(await releaseEverything(world.client, options)).toEqual({ services: 0, claims: 0, leases: 0 });
  expect(await world.client.resource(coreV1.nodes).get('n1')).toBeDefined();
});
