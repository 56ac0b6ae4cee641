import { describe, expect, test } from 'vitest';
import { defaultLink } from '../plan/link.ts';
import type { HostBackendName } from '../plan/rule-set.ts';
import { backendOf, forwardBackendsOf } from './backend.ts';
import { foreignForwardDrops } from './forward-drop.ts';
import { ipInterfaces } from './ip-facts.ts';
import { readNetfilter } from './netfilter.ts';
import { hasVirtualServers, proxyModeOf } from './proxy-mode.ts';
import { fakeCommands } from './testing/fake-commands.ts';
import { NetworkNamespace, canMakeNamespaces } from './testing/network-namespace.ts';

const never = new AbortController().signal;

/** What a kubelet and a kube-proxy in the iptables mode leave in a backend. */
function markIptables(node: NetworkNamespace, kind: 'nft' | 'legacy', ...chains: string[]): void {
  for (const chain of chains) {
    const table = chain === 'KUBE-SERVICES' ? 'nat' : 'mangle';
    node.run(`iptables-${kind}`, '-w', '30', '-t', table, '-N', chain);
  }
}

function addRules(node: NetworkNamespace, kind: 'nft' | 'legacy', count: number, comment = 'theirs'): void {
  for (let at = 0; at < count; at++) {
    const rule = ['-s', `10.0.0.${at}`, '-m', 'comment', '--comment', comment, '-j', 'ACCEPT'];
    node.run(`iptables-${kind}`, '-w', '30', '-A', 'FORWARD', ...rule);
  }
}

describe.skipIf(!canMakeNamespaces('finding the backend and the proxy'))('a node', () => {
  const backend = async (node: NetworkNamespace): Promise<HostBackendName> =>
    backendOf(await readNetfilter(node.commands, never), node.commands, never);
  const mode = async (node: NetworkNamespace): Promise<string> => {
    const interfaces = await ipInterfaces(node.commands, never);
    const virtual = await hasVirtualServers(node.commands, never);
    return proxyModeOf(await readNetfilter(node.commands, never), interfaces, virtual);
  };

  test('without any rules uses nftables, and has no proxy; looking makes no legacy table', async () => {
    using node = new NetworkNamespace();
    expect(await backend(node)).toBe('nftables');
    expect(await mode(node)).toBe('none');
    expect(node.run('cat', '/proc/net/ip_tables_names', '/proc/net/ip6_tables_names')).toBe('');
    expect(node.run('nft', 'list', 'ruleset')).toBe('');
  });

  test.for(['nft', 'legacy'] as const)(
    'whose kubelet marks iptables-%s uses that, whatever has more rules',
    async (kind) => {
      using node = new NetworkNamespace();
      addRules(node, kind === 'nft' ? 'legacy' : 'nft', 3);
      markIptables(node, kind, 'KUBE-IPTABLES-HINT');
      expect(await backend(node)).toBe(`iptables-${kind}`);
      expect(await mode(node)).toBe('none');
      markIptables(node, kind, 'KUBE-SERVICES');
      expect(await mode(node)).toBe('iptables');
    },
  );

  test('that was changed from legacy to nft has marks in both, and uses the one with more rules', async () => {
    using node = new NetworkNamespace();
    markIptables(node, 'legacy', 'KUBE-KUBELET-CANARY');
    markIptables(node, 'nft', 'KUBE-KUBELET-CANARY');
    addRules(node, 'legacy', 1);
    addRules(node, 'nft', 2);
    expect(await backend(node)).toBe('iptables-nft');
  });

  test('without marks uses the iptables with more rules; our own do not count', async () => {
    using node = new NetworkNamespace();
    addRules(node, 'nft', 3, 'armillary-v1');
    addRules(node, 'legacy', 1);
    expect(await backend(node)).toBe('iptables-legacy');
  });

  test('in the nftables mode of kube-proxy uses nftables, although kubelet marks iptables', async () => {
    using node = new NetworkNamespace();
    markIptables(node, 'nft', 'KUBE-IPTABLES-HINT', 'KUBE-KUBELET-CANARY');
    node.run('nft', 'add table ip6 kube-proxy; add chain ip6 kube-proxy services');
    expect(await backend(node)).toBe('nftables');
    expect(await mode(node)).toBe('nftables');
  });

  test('with kube-ipvs0 is in the IPVS mode, although that has iptables chains, too', async () => {
    using node = new NetworkNamespace();
    markIptables(node, 'nft', 'KUBE-SERVICES');
    node.run('ip', 'link', 'add', 'kube-ipvs0', 'type', 'bridge');
    expect(await mode(node)).toBe('ipvs');
  });

  test.for(['nft', 'legacy'] as const)(
    'with Cilium is served by Cilium, unless kube-proxy is at work in iptables-%s; what it left behind does not count',
    async (kind) => {
      using node = new NetworkNamespace();
      node.run('ip', 'link', 'add', 'cilium_host', 'type', 'veth', 'peer', 'name', 'cilium_net');
      markIptables(node, kind, 'KUBE-KUBELET-CANARY');
      expect(await mode(node)).toBe('cilium');
      markIptables(node, kind, 'KUBE-SERVICES');
      expect(await mode(node)).toBe('cilium');
      markIptables(node, kind, 'KUBE-PROXY-CANARY');
      expect(await mode(node)).toBe('iptables');
    },
  );

  test('needs FORWARD opened in every iptables that has that chain', async () => {
    using node = new NetworkNamespace();
    const open = async (): Promise<string[]> => forwardBackendsOf(await readNetfilter(node.commands, never));
    expect(await open()).toEqual([]);
    node.run('ip6tables-nft', '-P', 'FORWARD', 'DROP');
    expect(await open()).toEqual(['iptables-nft']);
    node.run('iptables-legacy', '-w', '30', '-P', 'FORWARD', 'DROP');
    expect(await open()).toEqual(['iptables-nft', 'iptables-legacy']);
  });

  test("names another's nft chain that drops what is forwarded, with what to add; kube-proxy's and ours are none", async () => {
    using node = new NetworkNamespace();
    const drops = async (): Promise<string[]> =>
      foreignForwardDrops(await readNetfilter(node.commands, never), defaultLink, node.commands, never);
    const base = (policy: string): string => `{ type filter hook forward priority 0; policy ${policy}; }`;
    node.run('nft', `add table ip kube-proxy; add chain ip kube-proxy filter-forward ${base('accept')}`);
    node.run('iptables-nft', '-P', 'FORWARD', 'DROP');
    expect(await drops()).toEqual([]);
    node.run('nft', `add table inet site; add chain inet site through ${base('drop')}`);
    expect(await drops()).toEqual([
      'the chain through of the nft table inet site drops what it does not accept; let the traffic of Services pass: ' +
        'nft insert rule inet site through iifname armillary0 accept; ' +
        'nft insert rule inet site through oifname armillary0 accept',
    ]);
    const advised = (await drops()).join().match(/nft insert rule[^;]*accept/g)!;
    for (const rule of advised) node.run('nft', rule.slice('nft '.length));
    expect(await drops()).toEqual([]);
    // It may be called as a table of iptables is.
    node.run('nft', `add table ip6 filter; add chain ip6 filter forward ${base('drop')}`);
    expect((await drops()).join()).toContain('the chain forward of the nft table ip6 filter');
  });
});

describe('what this machine may lack', () => {
  test('virtual servers of IPVS without kube-proxy count as IPVS, an empty list of them does not', async () => {
    const grep = (code: number) => fakeCommands({ grep: { code } });
    const nothing = { iptables: [], nft: [] };
    expect(proxyModeOf(nothing, [], await hasVirtualServers(grep(0), never))).toBe('ipvs');
    expect(proxyModeOf(nothing, [], await hasVirtualServers(grep(1), never))).toBe('none');
    expect(proxyModeOf(nothing, [], await hasVirtualServers(grep(2), never))).toBe('none');
  });

  test.each(['{"tables":[]}', 'netlink: busy', '{"nftables":['])(
    'an nft that prints something else is a failure, not an empty node: %s',
    async (stdout) => {
      const commands = fakeCommands({ nft: { stdout } });
      await expect(readNetfilter(commands, never)).rejects.toMatchObject({ code: 'ProgramFailed' });
    },
  );

  test.each(['7', '[{"ifname":7}]', '[ {', 'Object "-j" is unknown'])(
    'an ip that prints something else is a failure, not a node without interfaces: %s',
    async (stdout) => {
      const commands = fakeCommands({ ip: { stdout } });
      await expect(ipInterfaces(commands, never)).rejects.toMatchObject({ code: 'ProgramFailed' });
    },
  );
});
