import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { NodeLbError } from '../errors.ts';
import type { Commands } from '../host/commands.ts';
import { canMakeNamespaces, NetworkNamespace } from '../host/testing/network-namespace.ts';
import { hostRules } from '../rules/host-rules.ts';
import { defaultLink } from '../plan/link.ts';
import { clusterPort, localPort, planOf } from '../rules/testing/plans.ts';
import { redirectOf } from './foreign-redirect.ts';
import { foreignRedirects } from './redirect-survey.ts';

const { signal } = new AbortController();
const there = canMakeNamespaces('The rules of others, read from the kernel');

describe.skipIf(!there)('rules of others in the kernel', () => {
  let node: NetworkNamespace;
  beforeAll(() => {
    node = new NetworkNamespace();
  });
  afterAll(() => node[Symbol.dispose]());
  beforeEach(() => {
    for (const backend of ['iptables-legacy', 'ip6tables-legacy']) {
      node.run(backend, '-t', 'nat', '-F');
      node.run(backend, '-t', 'nat', '-X');
    }
    node.run('nft', 'flush', 'ruleset');
  });

  function feed(input: string, program: string, ...args: string[]): void {
    const enter = [`--net=/run/netns/${node.name}`, '--', program, ...args];
    execFileSync('nsenter', enter, { input, stdio: ['pipe', 'pipe', 'pipe'] });
  }
  async function ownersOf(
    ports: readonly number[],
    address: string,
    protocol: 'TCP' | 'UDP' | 'SCTP' = 'TCP',
  ) {
    const redirects = await foreignRedirects(node.commands, signal);
    return ports.map((port) => redirectOf(redirects, { protocol, port, addresses: [address] })?.owner);
  }

  /** As docker, portmap and netavark write them. */
  const published = (address: string) => `*nat
:DOCKER - [0:0]
:CNI-HOSTPORT-DNAT - [0:0]
:CNI-DN-0123456789abcdef01234 - [0:0]
:NETAVARK-HOSTPORT-DNAT - [0:0]
:NETAVARK-DN-1D8721804F16F - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT
-A PREROUTING -m addrtype --dst-type LOCAL -j NETAVARK-HOSTPORT-DNAT
-A DOCKER -i docker0 -j RETURN
-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination ${address}
-A CNI-HOSTPORT-DNAT -p tcp -m comment --comment "dnat name: \\"pods\\" id: \\"0123\\"" -m multiport --dports 8081,8082 -j CNI-DN-0123456789abcdef01234
-A CNI-DN-0123456789abcdef01234 -p tcp -m tcp --dport 8081 -j DNAT --to-destination ${address}
-A CNI-DN-0123456789abcdef01234 -p tcp -m tcp --dport 8082 -j DNAT --to-destination ${address}
-A NETAVARK-HOSTPORT-DNAT -p tcp -m tcp --dport 8083 -m comment --comment "dnat name: podman id: 0123" -j NETAVARK-DN-1D8721804F16F
-A NETAVARK-DN-1D8721804F16F -p tcp -m tcp --dport 8083 -j DNAT --to-destination ${address}
COMMIT
`;

  test.each([
    ['iptables-nft', '10.9.0.1', '10.88.0.2:80'],
    ['iptables-legacy', '10.9.0.1', '10.88.0.2:80'],
    ['ip6tables-nft', 'fd00:9::1', '[fd00:88::2]:80'],
    ['ip6tables-legacy', 'fd00:9::1', '[fd00:88::2]:80'],
  ])('container ports in %s', async (backend, address, target) => {
    feed(published(target), `${backend}-restore`);
    expect(await ownersOf([8080, 8081, 8082, 8083, 8084], address)).toEqual([
      'docker (chain DOCKER)',
      'CNI portmap (chain CNI-HOSTPORT-DNAT)',
      'CNI portmap (chain CNI-HOSTPORT-DNAT)',
      'podman (chain NETAVARK-HOSTPORT-DNAT)',
      undefined,
    ]);
    const other = address === '10.9.0.1' ? 'fd00:9::1' : '10.9.0.1';
    expect(await ownersOf([8080], other)).toEqual([undefined]);
  });

  test('container ports in the own tables of docker, portmap and podman', async () => {
    feed(
      `table ip docker-bridges {
        chain nat-prerouting-and-output { iifname != "docker0" tcp dport 8080 counter dnat to 172.17.0.2:80 comment "DNAT"; }
        chain nat-PREROUTING {
          type nat hook prerouting priority dstnat; policy accept;
          fib daddr type local counter jump nat-prerouting-and-output
        }
      }
      table ip cni_hostport {
        chain hostports { ip protocol tcp th dport 8081 dnat ip addr . port to 172.16.30.2 . 80; }
        chain hostip_hostports { ip daddr 10.9.0.1 ip protocol udp th dport 8082 dnat ip addr . port to 172.16.30.2 . 80; }
        chain prerouting {
          type nat hook prerouting priority dstnat;
          jump hostip_hostports
          jump hostports
        }
      }
      table inet netavark {
        chain nv_2f259bab_dnat { tcp dport 8083 dnat ip to 10.88.0.2:80; }
        chain NETAVARK-HOSTPORT-DNAT { tcp dport 8083 jump nv_2f259bab_dnat; }
        chain PREROUTING {
          type nat hook prerouting priority dstnat; policy accept;
          fib daddr type local jump NETAVARK-HOSTPORT-DNAT
        }
      }`,
      'nft',
      '-f',
      '-',
    );
    expect(await ownersOf([8080, 8081, 8082, 8083], '10.9.0.1')).toEqual([
      'docker (table docker-bridges)',
      'CNI portmap (table cni_hostport)',
      undefined,
      'podman (chain NETAVARK-HOSTPORT-DNAT)',
    ]);
    expect(await ownersOf([8082], '10.9.0.1', 'UDP')).toEqual(['CNI portmap (table cni_hostport)']);
    expect(await ownersOf([8082], '10.9.0.2', 'UDP')).toEqual([undefined]);
  });

  test('sets, maps, ranges and rows of nft', async () => {
    feed(
      `table ip nat {
        set some { type inet_service; elements = { 9000, 9001 }; }
        map forwards { type inet_service : ipv4_addr; elements = { 7000 comment "x" : 10.0.0.9 }; }
        chain six-thousand { dnat to 10.0.0.5; }
        chain prerouting {
          type nat hook prerouting priority -110; policy accept;
          tcp dport { 8082, 8090-8092 } dnat to 10.88.0.2:80
          tcp dport 300-302 dnat to 10.88.0.2:80
          meta l4proto { tcp, udp } th dport 5354 dnat to 10.88.0.2:53
          tcp dport @some redirect to :80
          tcp dport vmap { 6000 : jump six-thousand, 6001 : accept }
          dnat to tcp dport map @forwards
          ip daddr . tcp dport { 10.9.0.1 . 99 } dnat to 10.88.0.2
          ip daddr 10.9.0.1-10.9.0.2 tcp dport 94 dnat to 10.88.0.2
          ip daddr 10.9.0.0/24 sctp dport 98 dnat to 10.88.0.2
          iifname "virbr0" tcp dport 97 redirect to :80
          fib daddr type != local tcp dport 96 redirect to :80
        }
      }`,
      'nft',
      '-f',
      '-',
    );
    const taken = [8082, 8090, 8092, 300, 302, 5354, 9000, 9001, 6000, 7000, 99, 94];
    const free = [8089, 8093, 299, 303, 5355, 9002, 6001, 7001, 98, 97, 96, 80];
    const owners = await ownersOf([...taken, ...free], '10.9.0.1');
    expect(owners.slice(0, taken.length).filter((owner) => owner === undefined)).toEqual([]);
    expect(owners.slice(taken.length).filter((owner) => owner !== undefined)).toEqual([]);
    expect(await ownersOf([99], '10.9.0.2')).toEqual([undefined]);
    expect(await ownersOf([98], '10.9.0.2', 'SCTP')).not.toEqual([undefined]);
    expect(await ownersOf([5354], '10.9.0.2', 'UDP')).not.toEqual([undefined]);
  });

  test("kube-proxy's tables and ours are not read", async () => {
    feed(
      `table ip kube-proxy {
        chain nat-prerouting { type nat hook prerouting priority -100; tcp dport 80 redirect to :81; }
      }
      table inet elsewhere {
        chain armillary-v1 { }
        chain pre { type nat hook prerouting priority -110; tcp dport 80 redirect to :81; }
      }`,
      'nft',
      '-f',
      '-',
    );
    expect(await ownersOf([80], '10.9.0.1')).toEqual([undefined]);
  });

  test.each(['iptables-nft', 'iptables-legacy', 'nftables'] as const)(
    'what this load balancer itself installs in %s is not somebody else',
    async (backend) => {
      const { commands } = node;
      const rules = hostRules({ backend, commands, link: defaultLink, forwardBackends: ['iptables-legacy'] });
      await rules.apply(planOf(clusterPort(80), localPort(81), localPort(53, 'UDP')), signal);
      expect(await foreignRedirects(commands, signal)).toEqual([]);
      await rules.remove(signal);
    },
  );

  test('looking makes no table where there was none', async () => {
    using fresh = new NetworkNamespace();
    expect(await foreignRedirects(fresh.commands, signal)).toEqual([]);
    expect(fresh.run('nft', 'list', 'tables')).toBe('');
    expect(fresh.run('cat', '/proc/net/ip_tables_names')).toBe('');
  });
});

describe('programs that read rules', () => {
  const failing = (code: 'ProgramMissing' | 'ProgramFailed'): Commands => ({
    run: (program) => Promise.reject(new NodeLbError(code, program)),
    inside: () => failing(code),
  });

  test('have no rules when they are not installed', async () => {
    expect(await foreignRedirects(failing('ProgramMissing'), signal)).toEqual([]);
  });

  test('that fail are told of: an unread rule is not a free port', async () => {
    await expect(foreignRedirects(failing('ProgramFailed'), signal)).rejects.toMatchObject({
      code: 'ProgramFailed',
    });
  });

  test('may have one backend only', async () => {
    const commands: Commands = {
      run: async (program) => {
        if (program !== 'iptables-save') throw new NodeLbError('ProgramMissing', program);
        const stdout =
          '*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 81\n';
        return { code: 0, stdout, stderr: '' };
      },
      inside: () => commands,
    };
    expect(await foreignRedirects(commands, signal)).toHaveLength(1);
  });
});
