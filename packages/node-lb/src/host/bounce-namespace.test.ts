import { execFileSync } from 'node:child_process';
import { describe, expect, test, vi } from 'vitest';
import { defaultLink } from '../plan/link.ts';
import type { Link } from '../plan/link.ts';
import { BounceNamespace } from './bounce-namespace.ts';
import { sideNeeds } from './link-needs.ts';
import { NetworkNamespace, canMakeNamespaces, uniqueName } from './testing/network-namespace.ts';

const never = new AbortController().signal;

/** A node with a bounce namespace of its own, both gone at the end. */
class Node implements Disposable {
  readonly network = new NetworkNamespace();
  readonly link: Link;
  readonly bounce: BounceNamespace;

  constructor(changes: Partial<Link> = {}) {
    this.link = { ...defaultLink, namespace: `${uniqueName()}-b`, ...changes };
    this.bounce = new BounceNamespace(this.link, this.network.commands);
    // The node's own interface.
    this.network.run('ip', 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'away');
    this.network.run('ip', 'link', 'set', 'eth0', 'up');
    this.network.run('ip', 'address', 'add', '192.0.2.4/24', 'dev', 'eth0');
    this.network.run('ip', 'address', 'add', '2001:db8::4/64', 'dev', 'eth0', 'nodad');
  }

  inside(program: string, ...args: string[]): string {
    const enter = [`--net=/run/netns/${this.link.namespace}`, '--', program, ...args];
    return execFileSync('nsenter', enter, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /**
   * Interfaces, addresses, routes and settings of the node, without what the kernel counts. It adds the route of an IPv6
   * address to itself a moment after the address: that is waited for.
   */
  async everything(): Promise<string> {
    const { network } = this;
    const [addresses, routes] = await vi.waitFor(() => {
      const found = network.run('ip', 'address', 'show').replaceAll(/state \w+/g, '');
      const ways = network.run('ip', 'route', 'show', 'table', 'all');
      for (const [, address] of found.matchAll(/inet6 (\S+)\/\d+ scope global/g)) {
        expect(ways).toContain(`local ${address} dev`);
      }
      return [found, ways];
    }, 30_000);
    return [
      addresses,
      routes,
      network.run('ip', 'neighbour', 'show'),
      network.run(
        'grep',
        '-rH',
        '--exclude=stable_secret',
        '.',
        '/proc/sys/net/ipv4/conf',
        '/proc/sys/net/ipv6/conf',
      ),
    ].join('\n');
  }

  [Symbol.dispose](): void {
    try {
      execFileSync('ip', ['netns', 'delete', this.link.namespace], { stdio: 'ignore' });
    } catch {
      // The test removed it.
    }
    this.network[Symbol.dispose]();
  }
}

/** The names of all network namespaces. */
function namespaces(): string {
  return execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' });
}

test('a kernel without IPv6 needs nothing of it', () => {
  const end = (ifname: string) => ({ ifindex: 2, ifname, flags: [], mtu: 1500, addr_info: [] });
  const state = { interfaces: [end(defaultLink.innerEnd)], routes: [], neighbours: [] };
  const needs = (...sysctls: [string, string][]): string =>
    JSON.stringify(sideNeeds(defaultLink, 'inner', { ...state, sysctls: new Map(sysctls) }, 1500));
  expect(needs(['net/ipv4/ip_forward', '0'])).not.toMatch(/IPv6|ipv6|fd77/);
  expect(needs(['net/ipv6/conf/all/forwarding', '0'])).toMatch(/fd77/);
});

describe.skipIf(!canMakeNamespaces('the bounce namespace'))('the bounce namespace', () => {
  test('is made, found in order, and reachable from the node in both families', async () => {
    using node = new Node();
    expect(await node.bounce.check(never)).toEqual([
      `the network namespace ${node.link.namespace} is missing`,
    ]);
    expect(await node.bounce.ensure(never)).toHaveLength(1);
    expect(await node.bounce.check(never)).toEqual([]);
    for (const address of Object.values(node.link.innerAddress)) {
      expect(node.network.run('ip', 'route', 'get', address)).toContain(node.link.hostEnd);
    }
    expect(node.inside('ip', 'route')).toContain(`default via ${node.link.hostAddress.IPv4}`);
    expect(node.inside('ip', '-6', 'route')).toContain(`default via ${node.link.hostAddress.IPv6}`);
  });

  test('its link is as wide as the way out of the node, and follows it', async () => {
    using node = new Node();
    node.network.run('ip', 'link', 'set', 'eth0', 'mtu', '9000');
    node.network.run('ip', 'link', 'set', 'away', 'up');
    node.network.run('ip', 'route', 'add', 'default', 'via', '192.0.2.1');
    await node.bounce.ensure(never);
    expect(node.network.run('ip', 'link', 'show', node.link.hostEnd)).toContain('mtu 9000');
    expect(node.inside('ip', 'link', 'show', node.link.innerEnd)).toContain('mtu 9000');
    node.network.run('ip', 'link', 'set', 'eth0', 'mtu', '1450');
    expect(await node.bounce.ensure(never)).toEqual([
      `${node.link.hostEnd} has an MTU of 9000, not 1450`,
      `${node.link.innerEnd} has an MTU of 9000, not 1450 in namespace ${node.link.namespace}`,
    ]);
    expect(await node.bounce.check(never)).toEqual([]);
  });

  test('keeps what is in order: the same interfaces, the same rules inside', async () => {
    using node = new Node();
    await node.bounce.ensure(never);
    node.inside('nft', 'add', 'table', 'inet', 'armillary');
    const before = node.network.run('ip', 'link', 'show', node.link.hostEnd);
    expect(await node.bounce.ensure(never)).toEqual([]);
    // Another agent, after a restart.
    expect(await new BounceNamespace(node.link, node.network.commands).ensure(never)).toEqual([]);
    expect(node.network.run('ip', 'link', 'show', node.link.hostEnd)).toBe(before);
    expect(node.inside('nft', 'list', 'tables')).toContain('armillary');
  });

  const end0 = defaultLink.hostEnd;
  const end1 = defaultLink.innerEnd;
  test.for<[string, 'host' | 'inner', string[], RegExp]>([
    ['its end is down', 'host', ['ip', 'link', 'set', end0, 'down'], /armillary0 is down/],
    [
      'the inner end is down',
      'inner',
      ['ip', 'link', 'set', end1, 'down'],
      /armillary1 is down in namespace/,
    ],
    ['an address is missing', 'host', ['ip', 'address', 'flush', 'dev', end0], /no address 169\.254\.77\.1/],
    [
      'an inner address is missing',
      'inner',
      ['ip', '-6', 'address', 'flush', 'dev', end1],
      /no address fd77/,
    ],
    ['a route is missing', 'inner', ['ip', 'route', 'delete', 'default'], /default route of IPv4 is missing/],
    [
      'an IPv6 route is missing',
      'inner',
      ['ip', '-6', 'route', 'delete', 'default'],
      /route of IPv6 is missing/,
    ],
    ['forwarding is off', 'inner', ['sysctl', '-qw', 'net.ipv4.ip_forward=0'], /ip_forward is 0, not 1/],
    [
      'IPv6 forwarding is off',
      'inner',
      ['sysctl', '-qw', 'net.ipv6.conf.all.forwarding=0'],
      /all\/forwarding is 0/,
    ],
    ['IPv6 is off', 'inner', ['sysctl', '-qw', `net.ipv6.conf.${end1}.disable_ipv6=1`], /disable_ipv6 is 1/],
    ['the MTU is another', 'host', ['ip', 'link', 'set', end0, 'mtu', '1400'], /an MTU of 1400/],
    [
      'a MAC is another',
      'inner',
      ['ip', 'link', 'set', end1, 'address', '02:00:00:00:00:09'],
      /has the MAC 02:00/,
    ],
    [
      'a neighbour is forgotten',
      'host',
      ['ip', 'neighbour', 'flush', 'nud', 'all', 'dev', end0],
      /not know the MAC/,
    ],
    ['lo is down', 'inner', ['ip', 'link', 'set', 'lo', 'down'], /interface lo is down in namespace/],
  ])('when %s: says so, and mends it without touching the link', async ([, side, command, words]) => {
    using node = new Node();
    await node.bounce.ensure(never);
    const index = (): string => /^\d+/.exec(node.network.run('ip', '-o', 'link', 'show', end0))![0];
    const before = index();
    const [program, ...args] = command as [string, ...string[]];
    if (side === 'host') node.network.run(program, ...args);
    else node.inside(program, ...args);
    expect((await node.bounce.check(never)).join('\n')).toMatch(words);
    expect((await node.bounce.ensure(never)).join('\n')).toMatch(words);
    expect(await node.bounce.check(never)).toEqual([]);
    expect(index()).toBe(before);
  });

  test('is made anew when the namespace was deleted, or a file lies in its place', async () => {
    using node = new Node();
    await node.bounce.ensure(never);
    execFileSync('ip', ['netns', 'delete', node.link.namespace]);
    expect(await node.bounce.ensure(never)).toEqual([
      `the network namespace ${node.link.namespace} is missing`,
    ]);
    execFileSync('umount', [`/run/netns/${node.link.namespace}`]);
    expect(await node.bounce.ensure(never)).toEqual([
      `the network namespace ${node.link.namespace} is missing`,
    ]);
    expect(await node.bounce.check(never)).toEqual([]);
  });

  test('is linked anew when the link was deleted, or another interface has the name of the inner end', async () => {
    using node = new Node();
    await node.bounce.ensure(never);
    node.network.run('ip', 'link', 'delete', node.link.hostEnd);
    node.inside('ip', 'link', 'add', node.link.innerEnd, 'type', 'veth', 'peer', 'name', 'other');
    expect((await node.bounce.ensure(never)).join()).toMatch(/link armillary0 to armillary1 .* is missing/);
    expect(await node.bounce.check(never)).toEqual([]);
  });

  test('has IPv6 on its link even where the node has it switched off', async () => {
    using node = new Node();
    node.network.run('sysctl', '-qw', 'net.ipv6.conf.default.disable_ipv6=1');
    await node.bounce.ensure(never);
    expect(await node.bounce.check(never)).toEqual([]);
    expect(node.network.run('ip', '-6', 'address', 'show', 'dev', node.link.hostEnd)).toContain(
      'fd77:6c62::1/126',
    );
  });

  test('is removed without a trace, and removing it again does nothing', async () => {
    using node = new Node();
    const before = await node.everything();
    await node.bounce.ensure(never);
    expect(await node.everything()).not.toBe(before);
    await node.bounce.remove(never);
    expect(await node.everything()).toBe(before);
    await node.bounce.remove(never);
    expect(namespaces()).not.toContain(node.link.namespace);
  });

  test.for<[string, string[]]>([
    ['an address', ['address', 'add', '169.254.77.2/32', 'dev', 'eth0']],
    ['a network around it', ['address', 'add', '169.254.77.9/24', 'dev', 'eth0']],
    ['an IPv6 network', ['address', 'add', 'fd77:6c62::9/64', 'dev', 'eth0', 'nodad']],
    ['a route', ['route', 'add', '169.254.77.0/31', 'dev', 'eth0']],
    ['a wide route', ['route', 'add', '169.254.64.0/20', 'via', '192.0.2.1']],
  ])('refuses to lie over %s of the node, and changes nothing', async ([, command]) => {
    using node = new Node();
    node.network.run('ip', ...command);
    const before = await node.everything();
    await expect(node.bounce.ensure(never)).rejects.toMatchObject({
      code: 'LinkAddressTaken',
      message: expect.stringMatching(/needs 169\.254\.77\.1\/30 and fd77:.* but this node has .*eth0/),
    });
    expect(await node.everything()).toBe(before);
  });

  test('does not mind the default route, halves of it, or routes to all link-local or unique local addresses', async () => {
    using node = new Node();
    node.network.run('ip', 'address', 'add', '169.254.3.4/16', 'dev', 'eth0');
    node.network.run('ip', 'route', 'add', 'default', 'via', '192.0.2.1');
    node.network.run('ip', 'route', 'add', '128.0.0.0/1', 'via', '192.0.2.1');
    node.network.run('ip', '-6', 'route', 'add', 'default', 'via', '2001:db8::1');
    node.network.run('ip', '-6', 'route', 'add', 'fd00::/8', 'via', '2001:db8::1');
    await node.bounce.ensure(never);
    expect(await node.bounce.check(never)).toEqual([]);
  });

  test('leaves an interface alone that has its name and is something else', async () => {
    using node = new Node();
    node.network.run('ip', 'link', 'add', defaultLink.hostEnd, 'type', 'bridge');
    await expect(node.bounce.ensure(never)).rejects.toMatchObject({ code: 'Unsupported' });
    await expect(node.bounce.remove(never)).rejects.toMatchObject({ code: 'Unsupported' });
    expect(node.network.run('ip', 'link', 'show', defaultLink.hostEnd)).toContain(defaultLink.hostEnd);
  });

  test('is removed although something else has the name of its link by now, which is left and told', async () => {
    using node = new Node();
    await node.bounce.ensure(never);
    node.network.run('ip', 'link', 'delete', defaultLink.hostEnd);
    node.network.run('ip', 'link', 'add', defaultLink.hostEnd, 'type', 'bridge');
    await expect(node.bounce.remove(never)).rejects.toMatchObject({
      code: 'Unsupported',
      message: expect.stringMatching(
        /an interface armillary0 that is no veth: it is not ours and was left alone/,
      ),
    });
    expect(namespaces()).not.toContain(node.link.namespace);
    expect(node.network.run('ip', 'link', 'show', defaultLink.hostEnd)).toContain(defaultLink.hostEnd);
  });

  test('leaves a namespace alone that has its name and is somebody else’s', async () => {
    using node = new Node();
    execFileSync('ip', ['netns', 'add', node.link.namespace]);
    node.inside('ip', 'link', 'set', 'lo', 'up');
    const before = node.inside('ip', 'address', 'show');
    expect(await node.bounce.check(never)).toEqual([
      `the network namespace ${node.link.namespace} is not ours`,
    ]);
    const refusal = {
      code: 'Unsupported',
      message: expect.stringContaining(`a network namespace ${node.link.namespace} in use without our mark`),
    };
    await expect(node.bounce.ensure(never)).rejects.toMatchObject(refusal);
    await expect(node.bounce.remove(never)).rejects.toMatchObject(refusal);
    expect(node.inside('ip', 'address', 'show')).toBe(before);
  });

  test('is finished when an earlier agent was interrupted after making it', async () => {
    using node = new Node();
    execFileSync('ip', ['netns', 'add', node.link.namespace]);
    await node.bounce.ensure(never);
    expect(await node.bounce.check(never)).toEqual([]);
    await node.bounce.remove(never);
    expect(namespaces()).not.toContain(node.link.namespace);
  });

  test('several nodes have theirs on one machine', async () => {
    using one = new Node();
    using other = new Node({ hostEnd: 'other0', innerEnd: 'other1' });
    await Promise.all([one.bounce.ensure(never), other.bounce.ensure(never)]);
    expect(await one.bounce.check(never)).toEqual([]);
    expect(await other.bounce.check(never)).toEqual([]);
  });
});
