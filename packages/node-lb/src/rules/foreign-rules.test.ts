import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canTryRules } from './testing/available.ts';
import { changedPlan, randomNumbers, randomPlan } from './testing/random-plan.ts';
import { hostBackends, RuleSpace } from './testing/rule-space.ts';

const { signal } = new AbortController();

/** Rules in the manner of kube-proxy, Docker, a CNI's hostPort, Calico and firewalld, with counters. */
const foreignTables = `*raw
:cali-PREROUTING - [0:0]
[7:420] -A PREROUTING -j cali-PREROUTING
COMMIT
*nat
:KUBE-SERVICES - [0:0]
:KUBE-MARK-MASQ - [0:0]
:KUBE-SVC-AAAABBBBCCCCDDDD - [0:0]
:KUBE-POSTROUTING - [0:0]
:DOCKER - [0:0]
:CNI-HOSTPORT-DNAT - [0:0]
[11:660] -A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
[5:300] -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
[3:180] -A PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT
[9:540] -A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
[2:120] -A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING
[4:240] -A KUBE-SERVICES -p tcp -m comment --comment "shop/web cluster IP" -m tcp --dport 80 -j KUBE-SVC-AAAABBBBCCCCDDDD
[1:60] -A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000
[1:60] -A KUBE-POSTROUTING -m mark --mark 0x4000/0x4000 -j MASQUERADE
[6:360] -A DOCKER -p tcp -m tcp --dport 8080 -j RETURN
COMMIT
*filter
:FORWARD DROP [13:780]
:KUBE-FORWARD - [0:0]
:DOCKER-USER - [0:0]
[8:480] -A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD
[8:480] -A FORWARD -j DOCKER-USER
[2:120] -A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP
[4:240] -A DOCKER-USER -j RETURN
COMMIT
`;

const foreignRuleset = `
table inet firewalld {
  chain filter_FORWARD {
    type filter hook forward priority 10; policy accept;
    ct state established,related counter packets 21 bytes 1260 accept
  }
}
table ip kube-proxy {
  map service-ips {
    type ipv4_addr . inet_proto . inet_service : verdict
  }
  chain nat-prerouting {
    type nat hook prerouting priority -100;
    ip daddr . meta l4proto . th dport vmap @service-ips
  }
}
`;

describe.skipIf(!canTryRules('rules of others')).each(hostBackends)(
  'rules of others beside %s',
  (backend) => {
    let space: RuleSpace;
    beforeAll(async () => {
      space = await RuleSpace.create();
      // FORWARD drops in every way there is, and so has tables in every way.
      for (const program of ['iptables', 'ip6tables']) {
        for (const way of ['nft', 'legacy']) {
          await space.run(`${program}-${way}-restore --noflush -c`, foreignTables);
        }
      }
      await space.run('nft -f -', foreignRuleset);
      await space.run('ipset create cali40masq hash:net family inet');
      await space.run('ipset add cali40masq 10.244.0.0/16');
    });
    afterAll(() => space.remove());

    /** With the counters of all rules. Those of policies are lost at every iptables-legacy-restore, whoever runs it. */
    async function withCounters(): Promise<string> {
      const printed: string[] = [];
      for (const program of ['iptables-nft', 'iptables-legacy', 'ip6tables-nft', 'ip6tables-legacy']) {
        printed.push(await space.run(`${program}-save -c`));
      }
      return [...printed, await space.run('nft list ruleset'), await space.run('ipset save')]
        .join('')
        .replace(/^# (Generated|Completed).*\n/gm, '')
        .replace(/^(:\S+ (?:ACCEPT|DROP)) \[.*/gm, '$1');
    }

    test('are the same to the letter and the counter after rules of ours came, changed and went', async () => {
      const before = await withCounters();
      const random = randomNumbers(11);
      const rules = space.hostRules(backend, { forwardBackends: hostBackends });
      let plan = randomPlan(random, 12);
      for (let change = 0; change < 8; change++) {
        await rules.apply(plan, signal);
        plan = changedPlan(plan, random);
      }
      const during = await withCounters();
      expect(during).toMatch(/armillary-v1/);
      for (const line of before.split('\n')) expect(during).toContain(line);
      await rules.remove(signal);
      expect(await withCounters()).toBe(before);
    });

    test('are the same when ours are removed by a process that did not install them', async () => {
      const before = await withCounters();
      await space.hostRules(backend).apply(randomPlan(randomNumbers(3), 12), signal);
      await space.hostRules(backend === 'nftables' ? 'iptables-nft' : 'nftables').remove(signal);
      expect(await withCounters()).toBe(before);
    });

    test('may be written at the same time: by kube-proxy, and by four of ours', async () => {
      const way = backend === 'iptables-legacy' ? 'legacy' : 'nft';
      const kubeProxy = async (round: number) => {
        const input = `*nat
:KUBE-SERVICES - [0:0]
:KUBE-SVC-ROUND${round} - [0:0]
-A KUBE-SERVICES -d 10.96.0.1/32 -j KUBE-SVC-ROUND${round}
COMMIT
`;
        await space.run(`iptables-${way}-restore --noflush -w 30`, input);
      };
      const plan = randomPlan(randomNumbers(4), 12);
      const ours = Array.from({ length: 4 }, async (_, index) => {
        const random = randomNumbers(index);
        for (let round = 0; round < 5; round++) {
          // Each reads first, as processes do that know nothing of each other.
          await space
            .hostRules(backend)
            .apply(randomPlan(random, 6), signal)
            .catch((error: unknown) => expect(error).toMatchObject({ code: 'ProgramFailed' }));
        }
      });
      const theirs = Array.from({ length: 20 }, (_, round) => round);
      await Promise.all([
        ...ours,
        theirs.reduce((last, round) => last.then(() => kubeProxy(round)), Promise.resolve()),
      ]);
      await space.hostRules(backend).apply(plan, signal);
      expect(await space.hostRules(backend).verify(plan, signal)).toEqual([]);
      expect(await space.run(`iptables-${way} -t nat -S KUBE-SERVICES`)).toContain('KUBE-SVC-ROUND19');
    });
  },
);
