import { BlockList, isIPv6 } from 'node:net';

const toNumber = (address: string): bigint => {
  if (!isIPv6(address)) return address.split('.').reduce((value, part) => (value << 8n) | BigInt(part), 0n);
  // The URL parser writes an IPv6 address in its one canonical form.
  const [head = '', tail] = canonicalAddress(address).split('::');
  const groups = (text: string | undefined): string[] => (text ? text.split(':') : []);
  const [left, right] = [groups(head), groups(tail)];
  const middle = tail === undefined ? [] : Array<string>(8 - left.length - right.length).fill('0');
  return [...left, ...middle, ...right].reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n);
};

const toAddress = (value: bigint, v6: boolean): string => {
  const parts = Array.from({ length: v6 ? 8 : 4 }, (_, i) =>
    v6
      ? ((value >> BigInt(16 * (7 - i))) & 0xffffn).toString(16)
      : String((value >> BigInt(8 * (3 - i))) & 0xffn),
  );
  return v6 ? canonicalAddress(parts.join(':')) : parts.join('.');
};

/** The one way to write an address, so that two spellings of one IPv6 address are the same. */
export const canonicalAddress = (address: string): string =>
  isIPv6(address) ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address;

/** A range of addresses in CIDR form. The first address, and for IPv4 the last one, are not handed out. */
export class AddressRange {
  readonly cidr: string;
  readonly family: 'IPv4' | 'IPv6';
  readonly #block = new BlockList();
  readonly #base: bigint;
  readonly #size: number;

  /** Throws when `cidr` is none. */
  constructor(cidr: string) {
    const [address = '', bits = ''] = cidr.split('/');
    this.cidr = cidr;
    this.family = isIPv6(address) ? 'IPv6' : 'IPv4';
    this.#block.addSubnet(address, Number(bits), this.family === 'IPv6' ? 'ipv6' : 'ipv4');
    this.#base = toNumber(address);
    const width = (this.family === 'IPv6' ? 128 : 32) - Number(bits);
    // Of an IPv6 range 65,536 addresses are used, as in kube-apiserver.
    this.#size = 2 ** (this.family === 'IPv6' ? Math.min(width, 16) : width);
  }

  contains(address: string): boolean {
    return (
      isIPv6(address) === (this.family === 'IPv6') &&
      this.#block.check(address, this.family === 'IPv6' ? 'ipv6' : 'ipv4')
    );
  }

  /** The first address of the range that can be handed out; clusters give it to the `kubernetes` service. */
  first(): string {
    return toAddress(this.#base + 1n, this.family === 'IPv6');
  }

  /** Tries addresses from a random one on until `accept` takes one; `undefined` when it takes none. */
  pick(random: (end: number) => number, accept: (address: string) => boolean): string | undefined {
    const usable = this.#size - (this.family === 'IPv6' ? 1 : 2);
    if (usable <= 0) return undefined;
    const start = random(usable);
    for (let i = 0; i < usable; i++) {
      const address = toAddress(this.#base + 1n + BigInt((start + i) % usable), this.family === 'IPv6');
      if (accept(address)) return address;
    }
    return undefined;
  }
}
