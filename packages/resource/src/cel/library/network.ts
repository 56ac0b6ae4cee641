import type { Environment } from '@marcbachmann/cel-js';
import { BlockList, isIPv4, isIPv6 } from 'node:net';

const family = (text: string): 4 | 6 => {
  if (isIPv4(text)) return 4;
  if (isIPv6(text) && !text.includes('%') && !/^::ffff:\d+\./i.test(text)) return 6;
  throw new Error(`IP Address ${JSON.stringify(text)} parse error during conversion from string`);
};
const kindOf = (version: 4 | 6): 'ipv4' | 'ipv6' => (version === 4 ? 'ipv4' : 'ipv6');
const canonical = (text: string, version: 4 | 6): string =>
  version === 4 ? text : new URL(`http://[${text}]`).hostname.slice(1, -1);

/** An address as `ip()` makes it, in its canonical form. */
class CelIp {
  readonly text: string;
  readonly family: 4 | 6;
  constructor(text: string) {
    this.family = family(text);
    this.text = canonical(text, this.family);
  }
  equals(other: unknown): boolean {
    return other instanceof CelIp && other.text === this.text;
  }
  within(...subnets: [address: string, bits: number][]): boolean {
    const list = new BlockList();
    for (const [address, bits] of subnets) {
      const version = isIPv4(address) ? 4 : 6;
      if (version === this.family) list.addSubnet(address, bits, kindOf(version));
    }
    return list.check(this.text, kindOf(this.family));
  }
}

/** A subnet as `cidr()` makes it. */
class CelCidr {
  readonly ip: CelIp;
  readonly bits: number;
  constructor(text: string) {
    const [address = '', bits = '', ...rest] = text.split('/');
    if (rest.length > 0 || !/^\d{1,3}$/.test(bits)) {
      throw new Error(`network address parse error during conversion from string: ${JSON.stringify(text)}`);
    }
    this.ip = new CelIp(address);
    this.bits = Number(bits);
    if (this.bits > (this.ip.family === 4 ? 32 : 128)) throw new Error(`prefix length out of range: ${bits}`);
  }
  equals(other: unknown): boolean {
    return other instanceof CelCidr && other.ip.equals(this.ip) && other.bits === this.bits;
  }
  contains(address: CelIp): boolean {
    return address.within([this.ip.text, this.bits]);
  }
  masked(): CelCidr {
    return new CelCidr(`${maskedAddress(this.ip, this.bits)}/${this.bits}`);
  }
}

function maskedAddress({ text, family: version }: CelIp, bits: number): string {
  const size = version === 4 ? 32 : 128;
  const value = version === 4 ? parts(text.split('.'), 8, 10) : parts(expanded(text), 16, 16);
  const kept = (value >> BigInt(size - bits)) << BigInt(size - bits);
  const width = version === 4 ? 8 : 16;
  const groups = Array.from({ length: size / width }, (_, i) => {
    const shift = BigInt(size - width * (i + 1));
    return Number((kept >> shift) & ((1n << BigInt(width)) - 1n));
  });
  return version === 4 ? groups.join('.') : groups.map((group) => group.toString(16)).join(':');
}

const parts = (groups: string[], width: number, radix: number): bigint =>
  groups.reduce((value, group) => (value << BigInt(width)) | BigInt(Number.parseInt(group, radix)), 0n);

function expanded(text: string): string[] {
  const [head = '', tail] = text.split('::');
  const left = head ? head.split(':') : [];
  if (tail === undefined) return left;
  const right = tail ? tail.split(':') : [];
  return [...left, ...Array.from({ length: 8 - left.length - right.length }, () => '0'), ...right];
}

/** Kubernetes' address functions (`cel/library/ip.go` and `cidr.go`). */
export function registerNetwork(environment: Environment): void {
  const parses = (make: (text: string) => unknown) => (text: string) => {
    try {
      return make(text) !== undefined;
    } catch {
      return false;
    }
  };
  environment
    .registerType('IP', CelIp)
    .registerType('CIDR', CelCidr)
    .registerFunction('ip(string): IP', (text: string) => new CelIp(text))
    .registerFunction(
      'isIP(string): bool',
      parses((text) => new CelIp(text)),
    )
    .registerFunction('cidr(string): CIDR', (text: string) => new CelCidr(text))
    .registerFunction(
      'isCIDR(string): bool',
      parses((text) => new CelCidr(text)),
    )
    .registerFunction('string(IP): string', (ip: CelIp) => ip.text)
    .registerFunction('string(CIDR): string', ({ ip, bits }: CelCidr) => `${ip.text}/${bits}`)
    .registerFunction('IP.family(): int', (ip: CelIp) => BigInt(ip.family))
    .registerFunction('IP.isUnspecified(): bool', (ip: CelIp) => ip.text === '0.0.0.0' || ip.text === '::')
    .registerFunction('IP.isLoopback(): bool', (ip: CelIp) => ip.within(['127.0.0.0', 8], ['::1', 128]))
    .registerFunction('IP.isLinkLocalMulticast(): bool', (ip: CelIp) =>
      ip.within(['224.0.0.0', 24], ['ff02::', 16]),
    )
    .registerFunction('IP.isLinkLocalUnicast(): bool', (ip: CelIp) =>
      ip.within(['169.254.0.0', 16], ['fe80::', 10]),
    )
    .registerFunction('IP.isGlobalUnicast(): bool', isGlobalUnicast)
    .registerFunction('CIDR.ip(): IP', ({ ip }: CelCidr) => ip)
    .registerFunction('CIDR.prefixLength(): int', ({ bits }: CelCidr) => BigInt(bits))
    .registerFunction('CIDR.masked(): CIDR', (cidr: CelCidr) => cidr.masked())
    .registerFunction('CIDR.containsIP(IP): bool', (cidr: CelCidr, ip: CelIp) => cidr.contains(ip))
    .registerFunction('CIDR.containsIP(string): bool', (cidr: CelCidr, text: string) =>
      cidr.contains(new CelIp(text)),
    )
    .registerFunction('CIDR.containsCIDR(CIDR): bool', containsCidr)
    .registerFunction('CIDR.containsCIDR(string): bool', (cidr: CelCidr, text: string) =>
      containsCidr(cidr, new CelCidr(text)),
    )
    .registerOperator('IP == IP', (a: CelIp, b: CelIp) => a.equals(b))
    .registerOperator('CIDR == CIDR', (a: CelCidr, b: CelCidr) => a.equals(b));
}

const isGlobalUnicast = (ip: CelIp): boolean =>
  !ip.within(
    ['0.0.0.0', 32],
    ['255.255.255.255', 32],
    ['127.0.0.0', 8],
    ['169.254.0.0', 16],
    ['224.0.0.0', 4],
    ['::', 128],
    ['::1', 128],
    ['fe80::', 10],
    ['ff00::', 8],
  );

const containsCidr = (outer: CelCidr, inner: CelCidr): boolean =>
  outer.ip.family === inner.ip.family && inner.bits >= outer.bits && outer.contains(inner.ip);
