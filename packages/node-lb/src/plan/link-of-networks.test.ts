import { expect, test } from 'vitest';
import { defaultLink } from './link.ts';
import { linkOfNetworks } from './link-of-networks.ts';

const usual = { namespace: 'armillary', IPv4: '169.254.77.0/30', IPv6: 'fd77:6c62::/126' };

test('the usual networks make the usual link', () => {
  expect(linkOfNetworks(usual)).toEqual(defaultLink);
});

test('the ends are the first addresses of other networks, whichever address names them', () => {
  const link = linkOfNetworks({ namespace: 'other', IPv4: '10.9.8.7/29', IPv6: 'FD00::1:FFFF/120' });
  expect(link).toMatchObject({
    namespace: 'other',
    hostAddress: { IPv4: '10.9.8.1', IPv6: 'fd00::1:ff01' },
    innerAddress: { IPv4: '10.9.8.2', IPv6: 'fd00::1:ff02' },
    prefixLength: { IPv4: 29, IPv6: 120 },
  });
});

test.each(['169.254.77.0/31', '169.254.77.0', '169.254.77/30', 'fd00::/64', 'here', '169.254.77.0/33', ''])(
  '%j is no IPv4 network for a link',
  (IPv4) => expect(() => linkOfNetworks({ ...usual, IPv4 })).toThrow(/is no IPv4 network for the link/),
);

test.each(['', '-a', 'a/b', 'A', '../x'])('%j is no name of a namespace', (namespace) => {
  expect(() => linkOfNetworks({ ...usual, namespace })).toThrow(/name of the bounce namespace/);
});
