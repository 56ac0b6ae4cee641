import { describe, expect, test } from 'vitest';
import { redirectOf, redirectsOf, type ForeignRedirect } from './foreign-redirect.ts';
import { parseIptablesNat } from './iptables-nat.ts';

const node = ['10.9.0.1', 'fd00:9::1'];

/** The nat table that has these rules besides the chains every table has. */
function saved(...rules: readonly string[]): string {
  const chains = ['PREROUTING', 'OUTPUT', ...rules.map((rule) => rule.split(' ')[1] ?? '')];
  const targets = rules.flatMap((rule) => / -[jg] ([A-Z]+-?\S*)/.exec(rule)?.[1] ?? []);
  const own = [...chains, ...targets].filter(
    (name) => !['DNAT', 'REDIRECT', 'RETURN', 'NETMAP'].includes(name),
  );
  return ['*nat', ...own.map((name) => `:${name} - [0:0]`), ...rules, 'COMMIT', ''].join('\n');
}
const read = (...rules: readonly string[]): ForeignRedirect[] =>
  redirectsOf(parseIptablesNat(saved(...rules), 'IPv4'), 'table nat');
const takes = (rules: readonly string[], port: number, protocol: 'TCP' | 'UDP' | 'SCTP' = 'TCP') =>
  redirectOf(read(...rules), { protocol, port, addresses: node })?.owner;

describe('rules of others that take a port', () => {
  test('a port that docker publishes', () => {
    const rules = [
      '-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER',
      '-A DOCKER -i docker0 -j RETURN',
      '-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80',
    ];
    expect(takes(rules, 8080)).toBe('docker (chain DOCKER)');
    expect(takes(rules, 80)).toBeUndefined();
    expect(takes(rules, 8080, 'UDP')).toBeUndefined();
  });

  test('a port published at one address is free at others', () => {
    const rules = [
      '-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER',
      '-A DOCKER -d 127.0.0.1/32 ! -i docker0 -p tcp -m tcp --dport 80 -j DNAT --to-destination 172.17.0.2:80',
      '-A DOCKER -d 10.9.0.1/32 ! -i docker0 -p tcp -m tcp --dport 81 -j DNAT --to-destination 172.17.0.2:81',
      '-A DOCKER -d 10.9.0.2/32 ! -i docker0 -p tcp -m tcp --dport 82 -j DNAT --to-destination 172.17.0.2:82',
    ];
    expect([80, 81, 82].map((port) => takes(rules, port))).toEqual([
      undefined,
      'docker (chain DOCKER)',
      undefined,
    ]);
  });

  test('a hostPort of a pod, which opens no socket: a rule of ours before it would shadow it', () => {
    const rules = [
      '-A PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT',
      String.raw`-A CNI-HOSTPORT-DNAT -p tcp -m comment --comment "dnat name: \"pods\" id: \"-j ACCEPT\"" -m multiport --dports 80,8443 -j CNI-DN-0123456789abcdef01234`,
      '-A CNI-DN-0123456789abcdef01234 -s 10.88.0.0/16 -p tcp -m tcp --dport 80 -j CNI-HOSTPORT-SETMARK',
      '-A CNI-DN-0123456789abcdef01234 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.88.0.5:8080',
      '-A CNI-DN-0123456789abcdef01234 -p tcp -m tcp --dport 8443 -j DNAT --to-destination 10.88.0.5:8443',
    ];
    expect([80, 443, 8443].map((port) => takes(rules, port))).toEqual([
      'CNI portmap (chain CNI-HOSTPORT-DNAT)',
      undefined,
      'CNI portmap (chain CNI-HOSTPORT-DNAT)',
    ]);
  });

  test('a range of ports that podman publishes', () => {
    const rules = [
      '-A PREROUTING -m addrtype --dst-type LOCAL -j NETAVARK-HOSTPORT-DNAT',
      '-A NETAVARK-HOSTPORT-DNAT -p udp -m udp --dport 5000:5009 -m comment --comment "dnat name: podman id: 1" -j NETAVARK-DN-1D8721804F16F',
      '-A NETAVARK-DN-1D8721804F16F -p udp -m udp --dport 5000:5009 -j DNAT --to-destination 10.88.0.2:5000-5009/5000',
    ];
    expect([4999, 5000, 5009, 5010].map((port) => takes(rules, port, 'UDP'))).toEqual([
      undefined,
      'podman (chain NETAVARK-HOSTPORT-DNAT)',
      'podman (chain NETAVARK-HOSTPORT-DNAT)',
      undefined,
    ]);
  });

  test('of kube-proxy NodePorts count, and Services do not', () => {
    const rules = [
      '-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
      '-A KUBE-SERVICES -d 10.96.0.1/32 -p tcp -m comment --comment "default/kubernetes:https cluster IP" -m tcp --dport 443 -j KUBE-SVC-NPX46M4PTMTKRN6Y',
      '-A KUBE-SERVICES -d 10.9.0.1/32 -p tcp -m tcp --dport 80 -j KUBE-EXT-AAAAAAAAAAAAAAAA',
      '-A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS',
      '-A KUBE-NODEPORTS -p tcp -m comment --comment "shop/front" -m tcp --dport 30080 -j KUBE-EXT-BBBBBBBBBBBBBBBB',
      '-A KUBE-SVC-NPX46M4PTMTKRN6Y -j KUBE-SEP-AAAAAAAAAAAAAAAA',
      '-A KUBE-SEP-AAAAAAAAAAAAAAAA -p tcp -m tcp -j DNAT --to-destination 10.9.0.1:6443',
    ];
    expect([443, 80, 30080].map((port) => takes(rules, port))).toEqual([
      undefined,
      undefined,
      'kube-proxy (chain KUBE-NODEPORTS)',
    ]);
  });

  test('our own do not count, under whatever prefix', () => {
    const rules = [
      '-A PREROUTING -m addrtype --dst-type LOCAL -m comment --comment armillary-v1 -j ARMILLARY-DNAT',
      '-A ARMILLARY-DNAT -d 10.9.0.1/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 169.254.77.2',
      '-A PREROUTING -d 10.9.0.1/32 -p tcp -m tcp --dport 81 -m comment --comment armillary -j DNAT --to-destination 169.254.77.2',
    ];
    expect(read(...rules)).toEqual([]);
  });

  test.each([
    ['of a person', '-A PREROUTING -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.5', true],
    [
      'to a port of the node',
      '-A PREROUTING -d 10.9.0.1/32 -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 3128',
      true,
    ],
    ['for a whole address', '-A PREROUTING -d 10.9.0.1/32 -j DNAT --to-destination 10.0.0.5', true],
    [
      'for all but one port',
      '-A PREROUTING -d 10.9.0.1/32 -p tcp -m tcp ! --dport 22 -j DNAT --to-destination 10.0.0.5',
      true,
    ],
    ['for the network of the node', '-A PREROUTING -d 10.9.0.0/24 -j NETMAP --to 10.8.0.0/24', true],
    [
      'for one interface, at the node',
      '-A PREROUTING -i eth0 -m addrtype --dst-type LOCAL -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.5',
      true,
    ],
    [
      'for what leaves a bridge',
      '-A PREROUTING -i virbr0 -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 3128',
      false,
    ],
    [
      'for what one network sends',
      '-A PREROUTING -s 10.88.0.0/16 -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 3128',
      false,
    ],
    [
      'for somebody else',
      '-A PREROUTING -d 169.254.169.254/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.5',
      false,
    ],
    [
      'for what is not the node',
      '-A PREROUTING -m addrtype ! --dst-type LOCAL -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 3128',
      false,
    ],
    ['for everything', '-A PREROUTING -p tcp -j REDIRECT --to-ports 15001', false],
    [
      'for a set of destinations',
      '-A PREROUTING -p tcp -m set --match-set vips dst -m tcp --dport 80 -j DNAT --to-destination 10.0.0.5',
      false,
    ],
    ['for the loopback', '-A PREROUTING -i lo -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 81', false],
    ['of another protocol', '-A PREROUTING -d 10.9.0.1/32 -p icmp -j DNAT --to-destination 10.0.0.5', false],
    ['that only leaves', '-A OUTPUT -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 81', false],
    ['in a chain nobody enters', '-A OLD -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 81', false],
  ])('a rule %s', (_, rule, taken) => {
    expect(takes([rule], 80) !== undefined).toBe(taken);
  });

  test('chains that lead in circles, and very many ways, come to an end', () => {
    const circle = [
      '-A PREROUTING -j A',
      '-A A -j B',
      '-A B -j A',
      '-A B -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.5',
    ];
    expect(takes(circle, 80)).toBe('a rule of somebody else (chain B of table nat)');
    const fan = Array.from({ length: 15 }, (_, at) =>
      Array.from({ length: 10 }, () => `-A ${at === 0 ? 'PREROUTING' : `C${at}`} -j C${at + 1}`),
    ).flat();
    expect(takes(fan, 80)).toBeUndefined();
  });

  test.each([
    '',
    '*nat\n:PREROUTING ACCEPT [0:0]\n-A\n-A PREROUTING\n-A PREROUTING -j\nCOMMIT',
    '*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp --dport -j DNAT',
    '*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp --dport 80:x,,- -d nowhere/99 -j DNAT',
    '*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -m comment --comment "never closed -p tcp --dport 80 -j DNAT',
    '*filter\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp --dport 80 -j DNAT',
    '\0\0\0',
  ])('what is not understood is passed over: %j', (text) => {
    const redirects = redirectsOf(parseIptablesNat(text, 'IPv4'), 'table nat');
    expect(redirectOf(redirects, { protocol: 'TCP', port: 8080, addresses: node })).toBeUndefined();
  });
});
