/** Many Services that come, change and go in random order, beside rules and connections of others. */
import { coreV1, type Service } from '@armillary/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canTryRules } from '../packages/node-lb/src/rules/testing/available.ts';
import { randomNumbers } from '../packages/node-lb/src/testing/random-numbers.ts';
import { isProgrammed, NodeLbCluster, withoutCounters, type ClusterNode } from './testing/node-lb-cluster.ts';
import { Load, tell } from './testing/node-lb-load.ts';
import { eventually } from './testing/process.ts';

const canRun = canTryRules('the churn of many Services');
/** Fewer, with the variable, for who tries one seed after the other. */
const many = Number(process.env['NODE_LB_CHURN'] ?? 1000);
const seed = Number(process.env['NODE_LB_SEED'] ?? 20_261);
const settleMs = 60_000 + many * 300;
const atOnce = 16;

/** A published container port of somebody else, and a set of theirs. */
const foreign = (address: string, target: string): string => `*nat
:SITE-PUBLISHED - [0:0]
-A PREROUTING -d ${address}/32 -p tcp -m tcp --dport 2222 -j SITE-PUBLISHED
-A SITE-PUBLISHED -p tcp -m comment --comment "of somebody else" -j DNAT --to-destination ${target}:8080
-A POSTROUTING -d ${target}/32 -p tcp -m tcp --dport 8080 -m comment --comment "of somebody else" -j MASQUERADE
COMMIT
*filter
:SITE-BLOCKED - [0:0]
-A INPUT -j SITE-BLOCKED
-A SITE-BLOCKED -s 203.0.113.0/24 -j DROP
COMMIT
`;

/** Whether a saved table is as the kernel makes it when somebody first asks for it. */
function isUntouched(table: string): boolean {
  const words = table.split('\n').filter((line) => /^[:-]/.test(line));
  return words.length > 0 && words.every((line) => /^:\S+ ACCEPT/.test(line));
}

describe.skipIf(!canRun)(`${many} Services in random order`, { timeout: 5 * settleMs }, () => {
  let cluster: NodeLbCluster;
  beforeAll(async () => {
    cluster = await NodeLbCluster.start({ kubeProxy: 'shape-iptables-legacy' });
    await cluster.lab.target();
  }, 300_000);
  afterAll(() => cluster?.stop());

  /** What is of others on a node, to the letter: all rules and sets but ours and those of kube-proxy. */
  async function foreignRules(node: ClusterNode): Promise<string[]> {
    const texts = await Promise.all([
      cluster.run(node, 'iptables-legacy-save'),
      cluster.run(node, 'ip6tables-legacy-save'),
      cluster.run(node, 'ipset', 'save'),
    ]);
    const lines = texts
      .flatMap((text) => text.split('\n'))
      .filter((line) => line !== '' && !/^#|armillary|KUBE-/i.test(line))
      .map(withoutCounters);
    const tables = lines.join('\n').split(/^(?=\*)/m);
    return tables.filter((table) => !isUntouched(table)).flatMap((table) => table.split('\n'));
  }

  /** The ports that the rules of a node lead somewhere, such as `198.18.1.11,tcp:80`. */
  async function installed(node: ClusterNode): Promise<string[]> {
    const saved = await cluster.run(node, 'ipset', 'save');
    return [...saved.matchAll(/^add armillary-\S*cluster\S* (\S+)/gmu)]
      .map(([, element = '']) => element)
      .sort();
  }

  /** The same in the words of ipset, by the claims of a node. */
  async function wanted(node: ClusterNode): Promise<string[]> {
    const own = (await cluster.claims()).filter(({ spec }) => spec.nodeName === node.name);
    return own
      .flatMap(({ spec }) =>
        spec.addresses.map((address) => `${address},${spec.protocol.toLowerCase()}:${spec.port}`),
      )
      .sort();
  }

  test('end in exactly the right rules; no connection of others is lost, and their rules are the same to the letter', async () => {
    const client = cluster.lab.resident(cluster.lab.layout.client);
    const node = await cluster.programmed('lab', 2);
    const pod = cluster.lab.layout.pods.find((each) => each.node === node.name && each.role === 'backend')!;
    await cluster.feed(
      node,
      foreign(node.addresses.IPv4, pod.addresses.IPv4),
      'iptables-legacy-restore',
      '--noflush',
    );
    await cluster.run(node, 'ipset', 'create', 'site-friends', 'hash:ip');
    await cluster.run(node, 'ipset', 'add', 'site-friends', '203.0.113.7');
    const before = await foreignRules(node);
    const loads = [
      await Load.start(client, node.addresses.IPv4, 80),
      await Load.start(client, node.addresses.IPv4, 2222),
    ];

    const random = randomNumbers(seed);
    tell('seed', { seed, many });
    const services = cluster.api.resource<Service>(coreV1.services);
    const namespace = 'default';
    const alive: string[] = [];
    const ports = () => {
      // Fewer ports than Services: they stand in each other's way. None of those that are reserved for the node.
      const port = 20_000 + random(Math.ceil(many / 3));
      const protocol: 'TCP' | 'UDP' = random(3) === 0 ? 'UDP' : 'TCP';
      const second = random(4) === 0 ? [{ name: 'p1', port: port + 5000, protocol }] : [];
      return [{ name: 'p0', port, protocol }, ...second];
    };
    // What is done to one Service is done in its order: a change that came after its end would be refused.
    const last = new Map<string, Promise<unknown>>();
    const next = (name: string, act: () => Promise<unknown>): Promise<unknown> => {
      const done = (last.get(name) ?? Promise.resolve()).then(act);
      last.set(name, done);
      return done;
    };
    const patch = (name: string, spec: object) =>
      next(name, () => services.patch(name, { type: 'merge', namespace, body: { spec } }));
    const steps: (() => Promise<unknown>)[] = [
      (): Promise<unknown> => {
        const name = alive[random(alive.length)] ?? '';
        return patch(name, { ports: ports() });
      },
      (): Promise<unknown> => {
        const name = alive[random(alive.length)] ?? '';
        return patch(name, {
          loadBalancerSourceRanges: random(2) === 0 ? ['198.18.0.0/15', 'fd00::/8'] : null,
        });
      },
      (): Promise<unknown> => {
        const [name = ''] = alive.splice(random(alive.length), 1);
        return next(name, () => services.delete(name, { namespace }));
      },
    ];
    let made = 0;
    while (made < many) {
      const running: Promise<unknown>[] = [];
      for (let at = 0; at < atOnce && made < many; at += 1) {
        if (alive.length > 10 && random(2) === 0) {
          running.push(Promise.resolve(steps[random(steps.length)]?.()));
          continue;
        }
        const name = `churn-${made++}`;
        running.push(
          cluster
            .addService(name, {
              ports: ports(),
              spec: { allocateLoadBalancerNodePorts: false },
              backends: [],
            })
            .then(() => alive.push(name)),
        );
      }
      await Promise.all(running);
    }
    const begin = performance.now();
    await eventually(
      'every Service to be served whole or to say why not, and all claims to be those of the living',
      async () => {
        const claims = await cluster.claims();
        const living = await cluster.services();
        const fits = living.every(({ metadata, spec, status }) => {
          const own = claims.filter((claim) => claim.spec.service.uid === metadata.uid);
          const keys = new Set(own.map((claim) => `${claim.spec.protocol} ${claim.spec.port}`));
          const isWhole =
            own.every(isProgrammed) &&
            own.length === spec?.ports?.length &&
            spec.ports.every(({ protocol = 'TCP', port }) => keys.has(`${protocol} ${port}`));
          const waits = status?.conditions?.some(
            ({ type, status: value }) => type === 'NoEligibleNode' && value === 'True',
          );
          return isWhole || (own.length === 0 && waits);
        });
        const uids = new Set(living.map(({ metadata }) => metadata.uid));
        return fits && claims.every(({ spec }) => uids.has(spec.service.uid));
      },
      settleMs,
    );
    for (const each of cluster.lab.layout.nodes) {
      const isRight = async (): Promise<boolean> =>
        (await installed(each)).join() === (await wanted(each)).join();
      await eventually(`exactly the right rules on ${each.name}`, isRight, settleMs).catch(async (error) => {
        expect(await installed(each)).toEqual(await wanted(each));
        throw error;
      });
    }
    const seen = loads.map((load) => load.take());
    tell('came to rest', {
      afterMs: Math.round(performance.now() - begin),
      claims: (await cluster.claims()).length,
      services: (await cluster.services()).length,
      seen,
    });
    for (const load of loads) {
      await load.goesOn();
      expect(await load.askQuiet()).toEqual([]);
      await load.stop();
    }
    for (const each of seen) expect(each).toMatchObject({ broken: [], failed: {} });
    expect(await foreignRules(node)).toEqual(before);

    for (const name of alive) await services.delete(name, { namespace });
    await eventually(
      'nothing to be left of them',
      async () => (await cluster.claims()).length === 2,
      settleMs,
    );
    await eventually(
      'the nodes to have only what there was before',
      async () => {
        const all = await Promise.all(cluster.lab.layout.nodes.map(installed));
        return all.flat().length === 4;
      },
      settleMs,
    );
    expect(await foreignRules(node)).toEqual(before);
  });
});
