import { families, type Family } from '../address/protocol.ts';
import type { HostBackendName } from '../plan/rule-set.ts';
import type { Link } from '../plan/link.ts';
import type { ExposedPort, NodePlan } from '../plan/node-plan.ts';

/**
 * A plan for people: where the rules go, then a line for the way of a packet to each address and port, such as
 * `tcp  192.0.2.4:80  -> bounce -> 10.96.0.9:80  (shop/front), from everybody`. It ends with a line break.
 */
export function readablePlan(plan: NodePlan, link: Link, backend: HostBackendName): string {
  const ways = plan.ports.flatMap(waysOf);
  const title = [
    `${plan.ports.length} port${plan.ports.length === 1 ? '' : 's'}, rules of the node in ${backend}`,
    `bounce = network namespace ${link.namespace} behind ${link.hostEnd}, ` +
      `${link.innerAddress.IPv4} and ${link.innerAddress.IPv6}`,
  ];
  return [...title, '', ...aligned(ways)].join('\n').trimEnd() + '\n';
}

/** The lines of one port, as in {@link readablePlan}, for a message. */
export function portLines(port: ExposedPort): string[] {
  return waysOf(port).map((way) => way.join(' '));
}

/** Columns: protocol, where it arrives, where it goes, for whom. */
type Way = readonly [string, string, string, string];

function waysOf(port: ExposedPort): Way[] {
  return families.flatMap((family) => {
    const to = targetOf(port, family);
    const who = `(${port.service}), from ${sources(port.sourceRanges[family])}`;
    return port.addresses[family].map((address): Way => [
      port.protocol.toLowerCase(),
      place(address, port.port),
      to,
      who,
    ]);
  });
}

function targetOf({ target, port }: ExposedPort, family: Family): string {
  if (target.kind === 'cluster') {
    const clusterIP = target.clusterIPs[family];
    if (clusterIP === undefined) return `-> nowhere: the Service has no ${family} address`;
    return `-> bounce -> ${place(clusterIP, port)}`;
  }
  const endpoints = target.endpoints[family];
  if (endpoints.length === 0) return `-> nowhere: no ready ${family} endpoint is here`;
  return `-> ${endpoints.map((endpoint) => place(endpoint.address, endpoint.port)).join(' or ')}`;
}

function sources(ranges: readonly string[] | undefined): string {
  if (ranges === undefined) return 'everybody';
  return ranges.length === 0 ? 'nobody' : ranges.join(', ');
}

function place(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function aligned(rows: readonly Way[]): string[] {
  const width = (column: number): number =>
    rows.reduce((most, row) => Math.max(most, row[column]!.length), 0);
  const widths = [0, 1, 2].map(width);
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
}
