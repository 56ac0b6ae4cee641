import { describe, expect, test } from 'vitest';
import { defaultLink } from '../plan/link.ts';
import type { Commands } from './commands.ts';
import { forwardingOf, switchForwardingOn } from './forwarding.ts';
import { ipInterfaces } from './ip-facts.ts';
import { nodeAddressesOf } from './node-addresses.ts';
import { programVersions } from './program-versions.ts';
import { fakeCommands } from './testing/fake-commands.ts';
import { NetworkNamespace, canMakeNamespaces } from './testing/network-namespace.ts';

const never = new AbortController().signal;

describe.skipIf(!canMakeNamespaces('checks of the node'))('a node', () => {
  test('says whether it forwards, for each family, and can be told to', async () => {
    using node = new NetworkNamespace();
    node.run('sysctl', '-qw', 'net.ipv4.ip_forward=0', 'net.ipv6.conf.all.forwarding=0');
    expect(await forwardingOf(node.commands, never)).toEqual({ IPv4: false, IPv6: false });
    node.run('sysctl', '-qw', 'net.ipv4.ip_forward=1');
    expect(await forwardingOf(node.commands, never)).toEqual({ IPv4: true, IPv6: false });
    await switchForwardingOn(node.commands, never);
    expect(await forwardingOf(node.commands, never)).toEqual({ IPv4: true, IPv6: true });
  });

  test('whose /proc/sys is read-only, as in a container, says what to do about it', async () => {
    using node = new NetworkNamespace();
    node.run('sysctl', '-qw', 'net.ipv4.ip_forward=0');
    const readOnly = 'mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys && exec "$@"';
    const commands: Commands = {
      run: (program, args, options) =>
        node.commands.run('unshare', ['--mount', 'sh', '-c', readOnly, 'sh', program, ...args], options),
      inside: () => commands,
    };
    await expect(switchForwardingOn(commands, never)).rejects.toMatchObject({
      code: 'NotPermitted',
      message: expect.stringMatching(
        /ip_forward cannot be set to 1: \/proc\/sys is mounted read-only; run .* privileged/,
      ),
    });
  });

  test('has the addresses of its interfaces: not of lo, of one link, of the bounce link, or of kube-ipvs0', async () => {
    using node = new NetworkNamespace();
    node.run('ip', 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'away');
    node.run('ip', 'link', 'add', defaultLink.hostEnd, 'type', 'veth', 'peer', 'name', 'inner');
    node.run('ip', 'link', 'add', 'kube-ipvs0', 'type', 'bridge');
    node.run('ip', 'link', 'set', 'eth0', 'up');
    const add = (address: string, device: string, ...options: string[]): string =>
      node.run('ip', 'address', 'add', address, 'dev', device, ...options);
    add('192.0.2.4/24', 'eth0');
    add('192.0.2.5/32', 'eth0');
    add('2001:db8::4/64', 'eth0', 'nodad');
    add('2001:db8::5/64', 'eth0', 'nodad', 'preferred_lft', '0');
    add('169.254.9.9/16', 'eth0', 'scope', 'link');
    add('192.0.2.7/32', 'lo', 'scope', 'host');
    add('169.254.77.1/30', defaultLink.hostEnd);
    add('10.96.0.9/32', 'kube-ipvs0');
    const addresses = nodeAddressesOf(await ipInterfaces(node.commands, never), defaultLink);
    expect(addresses.sort()).toEqual(['192.0.2.4', '192.0.2.5', '2001:db8::4', '2001:db8::5']);
  });

  test('leaves out an address that is still being tried, or was found to be taken', () => {
    const address = { family: 'inet6', prefixlen: 64, scope: 'global' };
    const eth0 = {
      ifindex: 2,
      ifname: 'eth0',
      flags: ['UP'],
      mtu: 1500,
      addr_info: [
        { ...address, local: '2001:db8::1', tentative: true },
        { ...address, local: '2001:db8::2', tentative: true, dadfailed: true },
        { ...address, local: '2001:db8::3' },
      ],
    };
    expect(nodeAddressesOf([eth0], defaultLink)).toEqual(['2001:db8::3']);
  });

  test('says the versions of what it runs', async () => {
    using node = new NetworkNamespace();
    const versions = await programVersions('iptables-legacy', node.commands, never);
    expect([...versions.keys()].sort()).toEqual([
      'conntrack',
      'ip',
      'ip6tables-legacy',
      'ipset',
      'iptables-legacy',
      'nft',
    ]);
    for (const version of versions.values()) expect(version).toMatch(/^\d+\.\d+/);
  });
});

test('an nft that is too old is refused with the version it takes', async () => {
  const nft = (version: string) => fakeCommands({ nft: { stdout: `nftables v${version} (Name #1)` } });
  await expect(programVersions('nftables', nft('0.9.8'), never)).rejects.toMatchObject({
    code: 'ProgramMissing',
    message: 'the program nft is 0.9.8: install nftables 1.0.1 or later',
  });
  for (const version of ['1.0.1', '1.0.6', '1.1', '2.0']) {
    expect((await programVersions('nftables', nft(version), never)).get('nft')).toBe(version);
  }
  await expect(programVersions('nftables', nft('1.0.0'), never)).rejects.toThrow(/1\.0\.1 or later/);
});
