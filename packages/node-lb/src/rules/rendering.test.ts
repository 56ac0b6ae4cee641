import { describe, expect, test } from 'vitest';
import { hostRules } from './host-rules.ts';
import { families } from './families.ts';
import { wantedSets } from './iptables/ip-sets.ts';
import { ownTables } from './iptables/iptables-save.ts';
import { addingTimes, setScripts } from './iptables/set-changes.ts';
import { tableScripts } from './iptables/table-changes.ts';
import { wantedTables } from './iptables/wanted-tables.ts';
import { defaultLink } from '../plan/link.ts';
import { hostTable } from './nft/host-table.ts';
import { innerTable } from './nft/inner-table.ts';
import { transactions } from './nft/nft-changes.ts';
import { ruleNames } from './owner.ts';
import type { Commands } from '../host/commands.ts';
import { systemCommands } from '../host/system-commands.ts';
import { clusterPort, localPort, planOf } from './testing/plans.ts';

const [words] = families;
const names = ruleNames('armillary');
const none = new Map<never, never>();
const limited = { ...clusterPort(80), sourceRanges: { IPv4: ['10.0.0.0/8', '192.0.2.7/32'], IPv6: [] } };

/** The lines without the owner's comment. */
function lines(text: string): string[] {
  return text
    .replaceAll(/ (-m comment --comment armillary-v1|comment "armillary-v1")/g, '')
    .trim()
    .split('\n');
}

function iptablesRules(...ports: Parameters<typeof planOf>): string[] {
  const wanted = wantedTables(planOf(...ports), words, 'all', names, defaultLink);
  const { limiting, making } = tableScripts(wanted, none);
  return lines(limiting + making);
}

function setLines(...ports: Parameters<typeof planOf>): string[] {
  const sets = new Map(wantedSets(planOf(...ports), words, names, 'all'));
  const { limiting, before, after } = setScripts(sets, new Map(), addingTimes(names));
  return lines(limiting + before + after).filter((line) => line.startsWith('add '));
}

describe('the rules of iptables', () => {
  test('are the same however many ports of the policy Cluster there are', () => {
    const many = Array.from({ length: 100 }, (_, index) => clusterPort(index + 1));
    expect(iptablesRules(...many)).toEqual(iptablesRules(clusterPort(80)));
  });

  test('ask for the address of the node with the port, masquerade by address and not by mark, and jump from the first place', () => {
    expect(iptablesRules(clusterPort(80))).toEqual([
      '*nat',
      ':ARMILLARY-DNAT - [0:0]',
      ':ARMILLARY-MASQ - [0:0]',
      ':ARMILLARY-L - [0:0]',
      '-A ARMILLARY-DNAT -m set --match-set armillary-cluster-4 dst,dst -j DNAT --to-destination 169.254.77.2',
      '-A ARMILLARY-DNAT -m set --match-set armillary-local-4 dst,dst -j ARMILLARY-L',
      '-A ARMILLARY-MASQ -s 169.254.77.2/32 ! -o armillary0 -j MASQUERADE',
      '-I PREROUTING 1 -m addrtype --dst-type LOCAL -j ARMILLARY-DNAT',
      '-I OUTPUT 1 -m addrtype --dst-type LOCAL -j ARMILLARY-DNAT',
      '-I POSTROUTING 1 -j ARMILLARY-MASQ',
      'COMMIT',
      '*filter',
      ':ARMILLARY-FWD - [0:0]',
      '-A ARMILLARY-FWD -o armillary0 -m conntrack --ctstate DNAT -j ACCEPT',
      '-A ARMILLARY-FWD -i armillary0 -m conntrack --ctstate DNAT -j ACCEPT',
      '-A ARMILLARY-FWD -o armillary0 -m conntrack --ctstate NEW -j DROP',
      '-I FORWARD 1 -j ARMILLARY-FWD',
      'COMMIT',
    ]);
  });

  test('spread Local evenly, find its port by 256 at a time, and let pass only what came to the address of the node', () => {
    const rules = iptablesRules(localPort(300));
    for (const rule of [
      '-A ARMILLARY-L -p tcp -m tcp --dport 256:511 -j ARMILLARY-L-TCP-B1',
      '-A ARMILLARY-L-TCP-B1 -p tcp -m tcp --dport 300 -j ARMILLARY-L-TCP-300',
      '-A ARMILLARY-L-TCP-300 -p tcp -m statistic --mode random --probability 0.50000000000 -j DNAT --to-destination 10.88.1.2:8080',
      '-A ARMILLARY-L-TCP-300 -p tcp -j DNAT --to-destination 10.88.2.2:8080',
      '-A ARMILLARY-MASQ -m conntrack --ctstate DNAT --ctorigdst 10.77.0.1 -m set --match-set armillary-hairpin-4 dst,dst,src -j MASQUERADE',
      '-A ARMILLARY-FWD -m conntrack --ctstate DNAT --ctorigdst 10.77.0.1 -m set --match-set armillary-endpoints-4 src,src -j ACCEPT',
    ]) {
      expect(rules).toContain(rule);
    }
  });

  test('look at every packet only while some port is limited', () => {
    const ofRaw = [
      '*raw',
      ':ARMILLARY-RANGES - [0:0]',
      '-A ARMILLARY-RANGES -m set --match-set armillary-limited-4 dst,dst -m set ! --match-set armillary-allowed-4 dst,dst,src -j DROP',
      '-I PREROUTING 1 -j ARMILLARY-RANGES',
      'COMMIT',
    ];
    expect(iptablesRules(limited)).toEqual([...ofRaw, ...iptablesRules(clusterPort(80))]);
  });

  test('limit a port before it is open, and know who is allowed before it is limited', () => {
    expect(setLines(limited)).toEqual([
      'add armillary-allowed-4 10.77.0.1,6:80,10.0.0.0/8',
      'add armillary-allowed-4 10.77.0.1,6:80,192.0.2.7',
      'add armillary-limited-4 10.77.0.1,6:80',
      'add armillary-cluster-4 10.77.0.1,6:80',
    ]);
  });

  test('limit a port before it is open where nothing was limited before, too', async () => {
    const runs: string[] = [];
    const commands: Commands = {
      run: async (program, _, { input = '' } = {}) => {
        runs.push(`${program} ${input}`);
        return { code: 0, stdout: '', stderr: '' };
      },
      inside: () => commands,
    };
    const rules = hostRules({ backend: 'iptables-nft', commands, link: defaultLink });
    const { signal } = new AbortController();
    await rules.apply(planOf(clusterPort(79)), signal);
    runs.splice(0);
    await rules.apply(planOf(clusterPort(79), limited), signal);
    expect(runs.map((run) => run.split(/[ \n]/)[0])).toEqual([
      'ipset',
      'iptables-nft-restore',
      'ip6tables-nft-restore',
      'ipset',
    ]);
    const [limiting, rule, rule6, opening] = runs;
    expect(limiting).toContain('add armillary-limited-4 ');
    for (const each of [rule, rule6]) expect(each).toContain('*raw\n');
    expect(opening).toContain('add armillary-cluster-4 ');
  });

  test('are open for a list that has the whole family, and for nobody with an empty one', () => {
    const everybody = { ...limited, sourceRanges: { IPv4: ['0.0.0.0/0'], IPv6: undefined } };
    expect(setLines(everybody)).toEqual(['add armillary-cluster-4 10.77.0.1,6:80']);
    const nobody = { ...limited, sourceRanges: { IPv4: [], IPv6: undefined } };
    expect(setLines(nobody)).toEqual([
      'add armillary-limited-4 10.77.0.1,6:80',
      'add armillary-cluster-4 10.77.0.1,6:80',
    ]);
  });

  test.each(['', '*nat', '*nat\n-A LOST -j ACCEPT\n', 'gibberish\n:X\n-A\n'])(
    'that cannot be read, %j, are none',
    (saved) => {
      expect([...ownTables(saved, names).values()].flatMap(({ chains }) => [...chains])).toEqual([]);
    },
  );

  test('of others that only mention us are theirs', () => {
    const saved = `*nat
:PREROUTING ACCEPT [0:0]
:THEIRS - [0:0]
-A PREROUTING -m comment --comment "armillary is next" -j THEIRS
-A THEIRS -m comment --comment "before armillary" -j RETURN
COMMIT
`;
    expect(ownTables(saved, names)).toEqual(new Map([['nat', { chains: new Map(), jumps: [] }]]));
  });
});

describe('the rules of nft', () => {
  test('on the host have numbers for priorities and one element for each port', () => {
    const made = lines(
      transactions(new Map([['armillary', hostTable(planOf(limited), defaultLink)]]), none).join(''),
    );
    for (const line of [
      'add chain inet armillary ranges { type filter hook prerouting priority -300; policy accept; }',
      'add chain inet armillary output { type nat hook output priority -110; policy accept; }',
      'add rule inet armillary output fib daddr type local jump exposed',
      'add rule inet armillary exposed ip daddr . meta l4proto . th dport @cluster4 counter dnat ip to 169.254.77.2',
      'add rule inet armillary forward oifname armillary0 ct status dnat accept',
      'add rule inet armillary forward oifname armillary0 ct state new drop',
      'add rule inet armillary postrouting oifname != armillary0 ip saddr 169.254.77.2 masquerade',
      'add element inet armillary cluster4 { 10.77.0.1 . tcp . 80 }',
    ]) {
      expect(made).toContain(line);
    }
  });

  test('in the namespace map a port to a cluster IP, and refuse what they do not turn round', () => {
    const made = lines(
      transactions(new Map([['armillary', innerTable(planOf(clusterPort(80)), defaultLink)]]), none).join(''),
    );
    for (const line of [
      'add rule inet armillary prerouting iifname armillary1 ip daddr 169.254.77.2 counter dnat ip to meta l4proto . th dport map @clusterip4',
      'add rule inet armillary forward meta l4proto tcp reject with tcp reset',
      'add rule inet armillary postrouting oifname armillary1 ct status dnat snat ip to 169.254.77.2',
      'add element inet armillary clusterip6 { tcp . 80 : fd96::10 . 80 }',
    ]) {
      expect(made).toContain(line);
    }
  });

  const table = (...ports: Parameters<typeof planOf>) =>
    new Map([['armillary', hostTable(planOf(...ports), defaultLink)]]);

  test('look at every packet only while some port is limited', () => {
    const [open] = transactions(table(clusterPort(80)), none);
    expect(open).not.toContain('ranges');
    expect(transactions(table(clusterPort(80), { ...limited, port: 81 }), table(clusterPort(80)))).toEqual([
      expect.stringContaining('add chain inet armillary ranges'),
    ]);
  });

  test('of a port that is exposed in another way come before the old ones go, in a transaction of their own', () => {
    const between = table(clusterPort(80), localPort(80));
    for (const [before, after] of [
      [clusterPort(80), localPort(80)],
      [localPort(80), clusterPort(80)],
    ] as const) {
      const [coming, going, ...more] = transactions(table(after), table(before)).map(lines);
      expect(more).toEqual([]);
      expect(coming?.filter((line) => !/^(add|flush) /.test(line))).toEqual([]);
      expect(going?.filter((line) => !/^(delete|flush) /.test(line))).toEqual([]);
      expect(transactions(between, table(before)).map(lines)).toEqual([coming]);
    }
  });

  test('one more port is one element', () => {
    expect(
      lines(transactions(table(clusterPort(80), clusterPort(81)), table(clusterPort(80))).join('')),
    ).toEqual([
      'add element inet armillary cluster4 { 10.77.0.1 . tcp . 81 }',
      'add element inet armillary cluster6 { fd77:7::1 . tcp . 81 }',
    ]);
  });
});

test.each(['', 'Armillary', 'a b', '1st', 'a'.repeat(16), 'x;y'])('the prefix %j is refused', (prefix) => {
  const options = { backend: 'nftables', commands: systemCommands(), link: defaultLink, prefix } as const;
  expect(() => hostRules(options)).toThrow(/cannot be the prefix/);
});
