import { isIP, isIPv4 } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { Family } from './protocol.ts';

/** An address as the numbers it is. */
type ParsedAddress = ipaddr.IPv4 | ipaddr.IPv6;

/**
 * The one text of an address, as RFC 5952 has it: lower case, zeros left out, `::ffff:10.0.0.1` as the `10.0.0.1` it
 * means. Addresses of this package are compared as text, so each of them passes here once.
 *
 * @returns undefined for what is no address, for `010.0.0.1`, which programs read differently, and for `fe80::1%eth0`,
 *   whose zone has a meaning on one machine only.
 */
export function canonicalAddress(text: string): string | undefined {
  const address = parseAddress(text);
  return address && addressText(address);
}

/** The family of an address in canonical text. */
export function familyOf(canonical: string): Family {
  return canonical.includes(':') ? 'IPv6' : 'IPv4';
}

/** The address as it is written, IPv4-mapped ones not unwrapped; undefined as {@link canonicalAddress} says. */
export function parseWritten(text: string): ParsedAddress | undefined {
  // Node's reading is the strict one of inet_pton; ipaddr.js would take 10.1 and 0x7f.1, too.
  if (isIP(text) === 0 || text.includes('%')) return undefined;
  return ipaddr.parse(isIPv4(text) ? text : withoutDots(text));
}

/** The canonical text of a parsed address. */
export function addressText(address: ParsedAddress): string {
  return address instanceof ipaddr.IPv6 ? address.toRFC5952String() : address.toString();
}

function parseAddress(text: string): ParsedAddress | undefined {
  const address = parseWritten(text);
  return address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}

/** `::1.2.3.4` as `::102:304`: ipaddr.js takes the dotted form for an IPv4-mapped address, which it is not. */
function withoutDots(text: string): string {
  return text.replace(/\d+\.\d+\.\d+\.\d+$/, (dotted) => {
    const [a = 0, b = 0, c = 0, d = 0] = dotted.split('.').map(Number);
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
}
