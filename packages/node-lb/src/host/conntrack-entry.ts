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

/** The direction of the first packet comes first, that of the answers second; counters and flags may stand between. */
const line = /^(\w+) .*? src=(\S+) dst=(\S+) sport=\d+ dport=(\d+) .*?src=(\S+) /;

/** Reads a line of `conntrack -L`; undefined for other protocols, and for what is no entry. */
export function parseEntry(text: string): ConntrackEntry | undefined {
  const [, name = '', source, destination, port, replySource] = line.exec(text) ?? [];
  const protocol = name.toUpperCase();
  if (!isProtocol(protocol) || !source || !destination || !replySource) return undefined;
  return { protocol, source, destination, port: Number(port), replySource };
}
