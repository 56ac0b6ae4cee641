import { describe, expect, test } from 'vitest';
import { defaultLink } from '../plan/link.ts';
import { hostEvents } from './host-events.ts';
import { isLoss } from './nft-events.ts';

describe('a line of nft monitor', () => {
  test.for([
    'delete table inet armillary',
    'delete rule inet armillary dnat handle 3',
    'delete set inet armillary ports4',
    'delete chain ip nat ARMILLARY-DNAT',
    'delete rule ip6 filter ARMILLARY-FWD handle 9',
    'delete rule ip nat PREROUTING handle 5',
    'delete rule ip6 filter FORWARD handle 5',
    'delete chain ip nat POSTROUTING',
    '# ERROR: We lost some netlink events!',
  ])('may mean that our rules are gone: %s', (line) => {
    expect(isLoss(line, 'armillary')).toBe(true);
  });

  test.for([
    'delete rule ip nat KUBE-SERVICES handle 5',
    'delete chain ip nat KUBE-SVC-ABCDEFGH',
    'delete rule inet firewalld filter_FORWARD handle 9',
    'delete table inet armillary-2',
    'delete element inet armillary ports4 { 192.0.2.4 . tcp . 80 }',
    'delete table ip mangle',
    '',
  ])('means nothing: %s', (line) => {
    expect(isLoss(line, 'armillary')).toBe(false);
  });

  test('of the rules of another prefix means nothing', () => {
    expect(isLoss('delete chain ip nat ARMILLARY-DNAT', 'lab')).toBe(false);
    expect(isLoss('delete chain ip nat LAB-DNAT', 'lab')).toBe(true);
  });
});

describe('a line of ip monitor', () => {
  const read = (...lines: string[]) => lines.map(hostEvents(defaultLink));
  const mac = '\\    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff';

  test('about the bounce link', () => {
    expect(
      read(
        `3: armillary0@p: <BROADCAST> mtu 1500 qdisc noop state DOWN group default ${mac}`,
        `Deleted 3: armillary0@NONE: <BROADCAST> mtu 1500 qdisc noop state DOWN group default ${mac}`,
        '3: armillary0    inet 169.254.77.1/30 scope global armillary0\\       valid_lft forever',
        'Deleted 3: armillary0    inet6 fe80::1/64 scope link \\       valid_lft forever',
        'inet armillary0 forwarding off ',
      ),
    ).toEqual(['new link', 'link', 'link', 'link', 'link']);
  });

  test('about a bounce link that was made anew: its number is another one', () => {
    const link = (index: number) =>
      `${index}: armillary0@if2: <UP> mtu 1500 qdisc noop state UP group default ${mac}`;
    expect(read(link(3), link(3), `Deleted ${link(3)}`, link(4), link(4))).toEqual([
      'new link',
      'link',
      'link',
      'new link',
      'link',
    ]);
  });

  test('about an address of the node: when it comes, when it goes, when it is no longer tried', () => {
    const address = '2: eth0    inet6 2001:db8::4/64 scope global';
    expect(
      read(
        `${address} tentative \\       valid_lft forever preferred_lft forever`,
        `${address} \\       valid_lft 2591995sec preferred_lft 604795sec`,
        `Deleted ${address} \\       valid_lft 2591995sec preferred_lft 604795sec`,
        '2: eth0    inet 192.0.2.4/24 brd 192.0.2.255 scope global eth0\\       valid_lft forever',
      ),
    ).toEqual(['node', 'node', 'node', 'node']);
  });

  test('about an address that a router announces again means nothing', () => {
    const address = '2: eth0    inet6 2001:db8::4/64 scope global dynamic mngtmpaddr \\       valid_lft';
    expect(read(`${address} 2592000sec`, `${address} 2591995sec`)).toEqual(['node', undefined]);
  });

  test('about forwarding of the whole node, and not of one interface', () => {
    expect(read('inet all forwarding off ', 'inet6 all forwarding on ', 'inet eth0 forwarding off ')).toEqual(
      ['node', 'node', undefined],
    );
  });

  test('about the interfaces of pods means nothing', () => {
    expect(
      read(
        `9: cali12ab@if3: <BROADCAST,UP> mtu 1500 qdisc noqueue state UP group default ${mac}`,
        `Deleted 9: cali12ab@NONE: <BROADCAST> mtu 1500 qdisc noop state DOWN group default ${mac}`,
        '9: cali12ab    inet6 fe80::ecee:eeff:feee:eeee/64 scope link \\       valid_lft forever',
        'Deleted inet cali12ab ',
      ),
    ).toEqual([undefined, undefined, undefined, undefined]);
  });
});
