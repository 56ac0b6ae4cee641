import type { PortKey, Protocol } from './protocol.ts';

/** Neighbouring ports of one protocol, both ends included. */
export interface PortRange {
  readonly protocol: Protocol;
  readonly from: number;
  readonly to: number;
}

/** The protocols, in the order in which lists name them. */
const PROTOCOLS: readonly Protocol[] = ['TCP', 'UDP', 'SCTP'];

/** Whether a number from outside can be a port. */
export function isPort(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 65_535;
}

/** Whether a word from outside is the name of a protocol. */
export function isProtocol(value: unknown): value is Protocol {
  return PROTOCOLS.some((protocol) => protocol === value);
}

/**
 * Reads `80`, `8000-8999`, `UDP/53` or `SCTP/1-1024`. Without a protocol it is TCP, as for the ports of a Service.
 *
 * @returns undefined when the text is none of these
 */
export function parsePortRange(text: string): PortRange | undefined {
  const match = /^(?:([A-Za-z]+)\/)?(\d{1,5})(?:-(\d{1,5}))?$/.exec(text.trim());
  if (!match) return undefined;
  const protocol = (match[1] ?? 'TCP').toUpperCase();
  const from = Number(match[2]);
  const to = Number(match[3] ?? match[2]);
  return isProtocol(protocol) && isPort(from) && isPort(to) && from <= to
    ? { protocol, from, to }
    : undefined;
}

/** Whether a port is one of a range. */
export function inRange({ protocol, port }: PortKey, range: PortRange): boolean {
  return protocol === range.protocol && port >= range.from && port <= range.to;
}

/** A port for people: `TCP/80`. */
export function portText({ protocol, port }: PortKey): string {
  return `${protocol}/${port}`;
}
