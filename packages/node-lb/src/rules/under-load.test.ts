import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ExposedPort, LocalEndpoint } from '../plan/node-plan.ts';
import { innerRules } from './inner-rules.ts';
import { joinedRules } from './joined-rules.ts';
import type { RuleSet } from '../plan/rule-set.ts';
import { canTryRules } from './testing/available.ts';
import { addresses, NetworkWorld, podPort } from './testing/network-world.ts';
import { clusterPort, localPort, planOf } from './testing/plans.ts';
import { changedPlan, randomNumbers, randomPlan } from './testing/random-plan.ts';
import { hostBackends } from './testing/rule-space.ts';
import { hostRules } from './host-rules.ts';

const { signal } = new AbortController();

/** Connects in a loop until its input ends; prints how many connections were made and how many failed, and why. */
const connectProgram = `
import json, socket, sys, threading
ended, lock, counts = threading.Event(), threading.Lock(), {'made': 0, 'failed': []}
def connect(address, port):
    while not ended.is_set():
        try:
            with socket.create_connection((address, int(port)), 5) as one:
                if not one.recv(100): raise OSError('closed')
            with lock: counts['made'] += 1
        except OSError as error:
            with lock: counts['failed'].append(address + ' ' + port + ' ' + str(error))
threads = [threading.Thread(target=connect, args=target.split(' ')) for target in sys.argv[1:]]
for thread in threads: thread.start()
print('connecting')
sys.stdin.read()
ended.set()
for thread in threads: thread.join()
print(json.dumps(counts))
`;

describe.skipIf(!canTryRules('rules under load')).each(hostBackends)(
  'while plans change in %s',
  (backend) => {
    const world = new NetworkWorld();
    let rules: RuleSet;

    beforeAll(async () => {
      await world.build();
      await world.proxy(backend, 80);
      rules = joinedRules({
        host: hostRules({
          backend,
          commands: world.node,
          link: world.link,
          forwardBackends: backend === 'nftables' ? ['iptables-nft'] : [],
        }),
        inner: innerRules({ commands: world.bounce, link: world.link }),
      });
    });
    afterAll(() => world.remove());

    /** The ports of the load, said in another way each time; a client is always allowed. */
    function exposed(change: number): ExposedPort[] {
      const pods = (all: readonly string[]): LocalEndpoint[] =>
        (change % 3 === 0 ? all : all.slice(change % 2, (change % 2) + 1)).map((address) => ({
          address,
          port: podPort,
        }));
      const endpoints = { IPv4: pods(addresses.pods.IPv4), IPv6: pods(addresses.pods.IPv6) };
      const limited = {
        IPv4: change % 2 === 0 ? ['10.77.0.0/24'] : [addresses.client.IPv4, '192.0.2.0/24'],
        IPv6: change % 2 === 0 ? undefined : ['fd77:7::/64'],
      };
      const cluster: ExposedPort = {
        ...clusterPort(80),
        sourceRanges: change % 3 === 0 ? limited : clusterPort(80).sourceRanges,
      };
      const local: ExposedPort = {
        ...localPort(90),
        sourceRanges: limited,
        target: { kind: 'local', endpoints },
      };
      // Port 80 changes between the two policies.
      return [change % 4 < 2 ? cluster : { ...cluster, target: local.target }, local];
    }

    test('not one connection of ports that stay fails', async () => {
      const random = randomNumbers(21);
      let others = randomPlan(random, 12);
      const plan = (change: number) =>
        planOf(...others.ports.filter(({ port }) => port !== 80).map((port) => port), ...exposed(change));
      await rules.apply(plan(0), signal);
      const targets = ['IPv4', 'IPv6'].flatMap((family) =>
        [80, 90].map((port) => `${addresses.node[family as 'IPv4']} ${port}`),
      );
      const client = world.start('client', connectProgram, ...targets);
      let printed = '';
      client.stdout!.on('data', (data: Buffer) => (printed += data.toString()));
      await once(client.stdout!, 'data');
      for (let change = 1; change <= 24; change++) {
        others = change % 6 === 0 ? randomPlan(random, 12) : changedPlan(others, random);
        await rules.apply(plan(change), signal);
      }
      expect(await rules.verify(plan(24), signal)).toEqual([]);
      client.stdin!.end();
      await once(client, 'close');
      const counts = JSON.parse(printed.slice(printed.indexOf('{'))) as { made: number; failed: string[] };
      expect(counts.failed).toEqual([]);
      expect(counts.made).toBeGreaterThan(0);
    });

    test(
      'what is forbidden by sources stops at once, and goes on when it is allowed again',
      { timeout: 180_000 },
      async () => {
        const open = clusterPort(80);
        const closed: ExposedPort = { ...open, sourceRanges: { IPv4: ['192.0.2.0/24'], IPv6: [] } };
        const talk = `
import socket, sys
one = socket.create_connection((sys.argv[1], 80), 30)
one.recv(100)
for line in sys.stdin:
    one.settimeout(1 if line == 'stopped?\\n' else 60)
    one.sendall(line.encode())
    try: print(one.recv(100).decode().strip(), flush=True)
    except TimeoutError: print('nothing', flush=True)
`;
        await rules.apply(planOf(open), signal);
        for (const family of ['IPv4', 'IPv6'] as const) {
          const client = world.start('client', talk, addresses.node[family]);
          const said = async (word: string): Promise<string> => {
            client.stdin!.write(`${word}\n`);
            const [data] = (await once(client.stdout!, 'data')) as [Buffer];
            return data.toString().trim();
          };
          expect(await said('hello')).toBe('hello');
          await rules.apply(planOf(closed), signal);
          expect(await said('stopped?')).toBe('nothing');
          expect(await world.ask('client', 'TCP', addresses.node[family], 80, 2)).toBe('timeout');
          // Sources are asked where traffic comes in: the node itself is not stopped.
          expect(await world.ask('node', 'TCP', addresses.node[family], 80)).toContain(
            addresses.pods[family][0],
          );
          await rules.apply(planOf(open), signal);
          // What was lost is sent again, and comes before the new word or with it.
          expect(await said('again')).toMatch(/^stopped\?/);
          client.stdin!.end();
        }
      },
    );
  },
);
