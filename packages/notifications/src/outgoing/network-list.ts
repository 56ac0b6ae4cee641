import { BlockList, isIP, isIPv4 } from 'node:net';

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIPv4(address) ? 'ipv4' : 'ipv6');

/** Whether the text is an address or a network in CIDR notation. */
export function isNetwork(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  if (isIP(address) === 0 || address.includes('%') || rest.length > 0) return false;
  return (
    prefix === undefined || (/^\d{1,3}$/u.test(prefix) && Number(prefix) <= (isIPv4(address) ? 32 : 128))
  );
}

/** Networks as one list; each text is one that `isNetwork` is true for. */
export function networkList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    if (prefix === undefined) list.addAddress(address, familyOf(address));
    else list.addSubnet(address, Number(prefix), familyOf(address));
  }
  return list;
}

/** Whether the list has the address, as it is written or as the IPv4 address that it stands for. */
export function inNetworks(list: BlockList, address: string): boolean {
  return formsOf(address).some((form) => list.check(form, familyOf(form)));
}

/** The address without its zone, and the IPv4 address that a translator or tunnel makes of it. */
function formsOf(address: string): string[] {
  const [bare = ''] = address.split('%');
  const embedded = isIPv4(bare) ? undefined : embeddedIPv4(groupsOf(bare));
  return embedded === undefined ? [bare] : [bare, embedded];
}

function embeddedIPv4(groups: readonly number[]): string | undefined {
  const starts = (...prefix: number[]): boolean => prefix.every((group, index) => groups[index] === group);
  const at = (index: number, mask = 0): string =>
    [groups[index] ?? 0, groups[index + 1] ?? 0]
      .map((group) => group ^ mask)
      .flatMap((group) => [group >> 8, group & 0xff])
      .join('.');
  // 6to4 (RFC 3056), and Teredo (RFC 4380), which inverts the client's address.
  if (starts(0x2002)) return at(1);
  if (starts(0x2001, 0)) return at(6, 0xffff);
  // Mapped (RFC 4291) and translated (RFC 2765) addresses, and those of NAT64 (RFC 6052).
  const mapped = starts(0, 0, 0, 0, 0, 0xffff) || starts(0, 0, 0, 0, 0xffff, 0);
  const nat64 = starts(0x64, 0xff9b, 0, 0, 0, 0);
  // The old "compatible" form (RFC 4291); `::` and `::1` are addresses of their own.
  const compatible = starts(0, 0, 0, 0, 0, 0) && groups[6] !== 0;
  return mapped || nat64 || compatible ? at(6) : undefined;
}

/** The eight groups of an IPv6 address, however it is written. */
function groupsOf(address: string): number[] {
  // A URL writes it in one way only (RFC 5952), without an IPv4 part.
  const [head = '', tail = ''] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const [left = [], right = []] = [head, tail].map((part) =>
    part
      .split(':')
      .filter(Boolean)
      .map((group) => Number.parseInt(group, 16)),
  );
  return [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right];
}
