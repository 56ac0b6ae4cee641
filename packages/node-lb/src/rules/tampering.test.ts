import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { NodePlan } from '../plan/node-plan.ts';
import { innerRules } from './inner-rules.ts';
import { defaultLink } from '../plan/link.ts';
import type { RuleSet } from '../plan/rule-set.ts';
import { canTryRules } from './testing/available.ts';
import { clusterPort, localPort, planOf } from './testing/plans.ts';
import { RuleSpace } from './testing/rule-space.ts';

const { signal } = new AbortController();
const plan = planOf(clusterPort(80), { ...localPort(90), sourceRanges: { IPv4: ['10.0.0.0/8'], IPv6: [] } });

let space: RuleSpace;
beforeEach(async () => {
  if (canTryRules('tampering')) space = await RuleSpace.create();
});
afterEach(() => space.remove());

/** What verify says after these command lines; and that the next apply mends it, and that only. */
async function found(rules: RuleSet, ...lines: string[]): Promise<string[]> {
  await rules.apply(plan, signal);
  expect(await rules.verify(plan, signal)).toEqual([]);
  const right = await space.everything();
  for (const line of lines) await space.run(line);
  const differences = await rules.verify(plan, signal);
  expect(await rules.apply(plan, signal)).toEqual({ changed: true });
  const sorted = (text: string) => text.split('\n').sort();
  expect(sorted(await space.everything())).toEqual(sorted(right));
  expect(await rules.verify(plan, signal)).toEqual([]);
  return differences;
}

describe.skipIf(!canTryRules('tampering with iptables')).each(['nft', 'legacy'] as const)(
  'tampering with iptables-%s is said in words and mended',
  (way) => {
    const iptables = `iptables-${way}`;
    const rulesIn = () => space.hostRules(`iptables-${way}`);

    test('a jump that is missing', async () => {
      const jump = '-m addrtype --dst-type LOCAL -m comment --comment armillary-v1 -j ARMILLARY-DNAT';
      expect(await found(rulesIn(), `${iptables} -t nat -D PREROUTING ${jump}`)).toEqual([
        `chain PREROUTING of ${iptables} table nat lacks "${jump}" at its beginning`,
      ]);
    });

    test('a jump that is there twice', async () => {
      const jump = '-m comment --comment armillary-v1 -j ARMILLARY-FWD';
      const differences = await found(rulesIn(), `${iptables} -A FORWARD ${jump}`);
      expect(differences).toContain(
        `chain FORWARD of ${iptables} table filter has "${jump}" too many or at the wrong place`,
      );
    });

    test('a chain that somebody emptied, and a flush of the whole table', async () => {
      expect(await found(rulesIn(), `${iptables} -t nat -F ARMILLARY-DNAT`)).toEqual([
        `chain ARMILLARY-DNAT of ${iptables} table nat is empty`,
      ]);
      expect(await found(rulesIn(), `${iptables} -t nat -F`, `${iptables} -t nat -X`)).toContain(
        `chain ARMILLARY-MASQ of ${iptables} table nat is missing`,
      );
    });

    test('a rule of somebody else in a chain of ours, and rules in another order', async () => {
      expect(await found(rulesIn(), `${iptables} -I ARMILLARY-FWD -s 10.9.9.9 -j DROP`)).toEqual([
        `chain ARMILLARY-FWD of ${iptables} table filter has other rules`,
      ]);
      const [first = ''] = (await space.run(`${iptables} -t nat -S ARMILLARY-DNAT 1`)).trim().split('\n');
      const rule = first.replace('-A ARMILLARY-DNAT ', '');
      expect(
        await found(
          rulesIn(),
          `${iptables} -t nat -D ARMILLARY-DNAT 1`,
          `${iptables} -t nat -A ARMILLARY-DNAT ${rule}`,
        ),
      ).toEqual([`chain ARMILLARY-DNAT of ${iptables} table nat has other rules`]);
    });

    test('elements of sets that are missing or too many', async () => {
      expect(
        await found(
          rulesIn(),
          'ipset del armillary-cluster-4 10.77.0.1,tcp:80',
          'ipset add armillary-cluster-4 10.77.0.1,tcp:81',
        ),
      ).toEqual([
        'ipset armillary-cluster-4 lacks 10.77.0.1,tcp:80',
        'ipset armillary-cluster-4 has 10.77.0.1,tcp:81 too many',
      ]);
      expect((await found(rulesIn(), 'ipset flush')).join()).toContain('ipset armillary-limited-6 lacks');
    });

    test('a jump that somebody pushed back is moved, unless only one is before it, as with Calico', async () => {
      const rules = rulesIn();
      await rules.apply(plan, signal);
      await space.run(`${iptables} -I FORWARD 1 -s 10.9.9.9 -j ACCEPT`);
      expect(await rules.verify(plan, signal)).toEqual([]);
      await space.run(`${iptables} -I FORWARD 1 -s 10.9.9.8 -j ACCEPT`);
      expect(await rules.verify(plan, signal)).toHaveLength(2);
      await rules.apply(plan, signal);
      const chain = (await space.run(`${iptables} -S FORWARD`)).trim().split('\n');
      expect(chain.map((line) => line.split(' ').at(-1))).toEqual([
        'ACCEPT',
        'ARMILLARY-FWD',
        'ACCEPT',
        'ACCEPT',
      ]);
    });

    test('rules of an earlier version or another prefix are found by their mark, and cleaned away', async () => {
      await space.run('ipset create old-ports hash:ip,port');
      await space.run(
        `${iptables}-restore --noflush`,
        `*nat
:OLD-DNAT - [0:0]
:OLD-SUB - [0:0]
:FOREIGN - [0:0]
-A OLD-DNAT -m comment --comment armillary -j OLD-SUB
-A OLD-DNAT -m set --match-set old-ports dst,dst -m comment --comment armillary -j RETURN
-A FOREIGN -m comment --comment armillary-like -j RETURN
-A PREROUTING -m comment --comment armillary -j OLD-DNAT
-A PREROUTING -j FOREIGN
COMMIT
`,
      );
      await rulesIn().apply(plan, signal);
      const everything = await space.everything();
      expect(everything).not.toMatch(/OLD-|old-/);
      expect(everything).toContain('-A FOREIGN -m comment --comment armillary-like -j RETURN');
      expect(await rulesIn().verify(plan, signal)).toEqual([]);
    });
  },
);

describe.skipIf(!canTryRules('tampering with nft'))('tampering with nft is said in words and mended', () => {
  const table = 'nft table inet armillary';
  const places: readonly (readonly [string, () => RuleSet, string, string, string])[] = [
    [
      'on the host',
      () => space.hostRules('nftables'),
      'cluster4',
      '10.77.0.1 . tcp . 80',
      '10.77.0.1 . tcp . 81',
    ],
    [
      'in the bounce namespace',
      () => innerRules({ commands: space.commands, link: defaultLink }),
      'clusterip4',
      'tcp . 80 : 10.96.0.10 . 80',
      'tcp . 81 : 10.96.0.10 . 80',
    ],
  ];

  test.each(places)('%s', async (_, rulesIn, set, right, wrong) => {
    const rules = rulesIn();
    expect(await found(rules, 'nft delete table inet armillary')).toEqual([`${table} is missing`]);
    expect(await found(rules, 'nft flush ruleset')).toEqual([`${table} is missing`]);
    expect(await found(rules, 'nft flush chain inet armillary prerouting')).toEqual([
      `chain prerouting of ${table} has other rules`,
    ]);
    expect(await found(rules, 'nft insert rule inet armillary postrouting accept')).toEqual([
      `chain postrouting of ${table} has other rules`,
    ]);
    const element = `element inet armillary ${set}`;
    expect(
      await found(rules, `nft delete ${element} { ${right} }`, `nft add ${element} { ${wrong} }`),
    ).toEqual([`set ${set} of ${table} lacks ${right}`, `set ${set} of ${table} has ${wrong} too many`]);
    expect(await found(rules, 'nft add chain inet armillary more')).toEqual([
      `chain more of ${table} should not be there`,
    ]);
    expect(await found(rules, 'nft add set inet armillary more { type ipv4_addr ; }')).toEqual([
      `set more of ${table} should not be there`,
    ]);
  });

  test('a table of an earlier version, whose sets have other types, is replaced in one transaction', async () => {
    await space.run(
      'nft -f -',
      `add table inet armillary
add set inet armillary cluster4 { type inet_service; }
add chain inet armillary prerouting { type nat hook prerouting priority -50; }
add table inet older
add chain inet older armillary
add table inet foreign
add chain inet foreign armillary-like
`,
    );
    await space.hostRules('nftables').apply(plan, signal);
    expect(await space.run('nft list tables')).toBe('table inet foreign\ntable inet armillary\n');
    expect(await space.hostRules('nftables').verify(plan, signal)).toEqual([]);
  });

  test('a node that changed from one backend to another has rules in the new one only', async () => {
    const has = async (text: string) => (await space.everything()).includes(text);
    await space.hostRules('iptables-legacy').apply(plan, signal);
    await space.hostRules('nftables').apply(plan, signal);
    expect([await has('ARMILLARY-'), await has('ipset'), await has('table inet armillary')]).toEqual([
      false,
      false,
      true,
    ]);
    await space.hostRules('iptables-nft').apply(plan, signal);
    expect([await has('ARMILLARY-'), await has('table inet armillary')]).toEqual([true, false]);
  });

  test('a plan that is empty wants nothing of iptables', async () => {
    const empty: NodePlan = { ports: [] };
    const rules = space.hostRules('iptables-nft');
    expect(await rules.apply(empty, signal)).toEqual({ changed: false });
    await rules.apply(plan, signal);
    await rules.apply(empty, signal);
    expect(await space.everything()).not.toMatch(/armillary/i);
  });
});
