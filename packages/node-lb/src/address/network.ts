import ipaddr from 'ipaddr.js';
import { NodeLbError } from '../errors.ts';
import { addressText, familyOf, parseWritten } from './address.ts';
import type { PerFamily } from './protocol.ts';

interface Network {
  readonly bytes: readonly number[];
  /** Length of the prefix in bits. */
  readonly bits: number;
}

/**
 * The one text of a set of networks: host bits cut, IPv4-mapped ones unwrapped, each that lies within another dropped,
 * IPv4 before IPv6, each family in order of its numbers. Blanks around an entry do not matter. Neighbours are not
 * joined, so that people find their own words again.
 *
 * @throws {NodeLbError} `Invalid` with the entry that is no network.
 */
export function canonicalNetworks(texts: readonly string[]): string[] {
  const networks = texts.map((text) => parseNetwork(text.trim())).toSorted(compare);
  // In this order a network follows the one it lies within, and between them is nothing but others of the same.
  let last: Network | undefined;
  return networks.flatMap((network) => {
    if (last && contains(last, network)) return [];
    last = network;
    return [networkText(network)];
  });
}

/**
 * Who of each family is meant by canonical networks: undefined is everybody, an empty list nobody. A `/0` is everybody
 * of its family; a family that no network is of is closed as soon as the other has one.
 */
export function networksPerFamily(
  networks: readonly string[] | undefined,
): PerFamily<readonly string[] | undefined> {
  if (!networks) return { IPv4: undefined, IPv6: undefined };
  const { IPv4 = [], IPv6 = [] } = Object.groupBy(networks, familyOf);
  const limited = (own: string[]) => (own.some((network) => network.endsWith('/0')) ? undefined : own);
  return { IPv4: limited(IPv4), IPv6: limited(IPv6) };
}

/** Bits of an IPv6 address before the IPv4 address that is mapped into it. */
const MAPPED_BITS = 96;

function parseNetwork(text: string): Network {
  const [, written = '', length = ''] = /^([^/]*)\/(0|[1-9]\d{0,2})$/.exec(text) ?? [];
  const address = parseWritten(written);
  const bits = Number(length);
  const longest = address instanceof ipaddr.IPv6 ? 128 : 32;
  if (!address || length === '' || bits > longest) {
    const single = parseWritten(text);
    const instead = single ? `${text}/${single instanceof ipaddr.IPv6 ? 128 : 32}` : '10.0.0.0/8 or fd00::/8';
    throw new NodeLbError('Invalid', `${JSON.stringify(text)} is no network; write ${instead}`);
  }
  return address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() && bits >= MAPPED_BITS
    ? cut({ bytes: address.toIPv4Address().toByteArray(), bits: bits - MAPPED_BITS })
    : cut({ bytes: address.toByteArray(), bits });
}

/** Without its host bits. */
function cut({ bytes, bits }: Network): Network {
  return { bits, bytes: bytes.map((byte, at) => byte & mask(bits - at * 8)) };
}

/** A byte whose first `bits` bits are set. */
function mask(bits: number): number {
  return (0xff00 >> Math.min(Math.max(bits, 0), 8)) & 0xff;
}

function compare(a: Network, b: Network): number {
  if (a.bytes.length !== b.bytes.length) return a.bytes.length - b.bytes.length;
  const at = a.bytes.findIndex((byte, index) => byte !== b.bytes[index]);
  return at < 0 ? a.bits - b.bits : (a.bytes[at] ?? 0) - (b.bytes[at] ?? 0);
}

function contains(outer: Network, inner: Network): boolean {
  if (outer.bytes.length !== inner.bytes.length || outer.bits > inner.bits) return false;
  return compare(cut({ bytes: inner.bytes, bits: outer.bits }), outer) === 0;
}

function networkText({ bytes, bits }: Network): string {
  return `${addressText(ipaddr.fromByteArray([...bytes]))}/${bits}`;
}
