import { isProtocol } from '../address/port-range.ts';
import type { Protocol } from '../address/protocol.ts';

/** A connection as the kernel tracks it. Addresses are in canonical text, as the kernel prints them. */
export interface ConntrackEntry {
  readonly protocol: Protocol;
  readonly source: string;
  /** Where its first packet went to before any translation. */
  readonly destination: string;
  readonly port: number;
  /** Who answers: another than the destination where that was translated. */
  readonly replySource: string;
}

/** Reads a line of `conntrack -L`; undefined for other protocols, and for what is no entry. */
export function parseEntry(line: string): ConntrackEntry | undefined {
  const protocol = line.slice(0, line.indexOf(' ')).toUpperCase();
  if (!isProtocol(protocol)) return undefined;
  // The direction of the first packet comes first, that of the answers second.
  const [source, replySource] = fields(line, 'src');
  const [destination] = fields(line, 'dst');
  const [port] = fields(line, 'dport');
  if (!source || !replySource || !destination || !port) return undefined;
  return { protocol, source, destination, port: Number(port), replySource };
}

function fields(line: string, name: string): string[] {
  return [...line.matchAll(new RegExp(` ${name}=(\\S+)`, 'g'))].map(([, value]) => value!);
}
