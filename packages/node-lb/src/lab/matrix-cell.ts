import type { Family } from '../address/protocol.ts';
import { NodeLbError } from '../errors.ts';
import type { LabHost, LabLayout, LabNode } from './layout.ts';

/** What the lab's pods answer over. */
export type LabProtocol = 'TCP' | 'UDP';

/** The places that a node's address is called from, seen from that node. */
export const matrixClients = [
  'external',
  'node',
  'other-node',
  'pod',
  'hairpin-pod',
  'other-node-backend',
] as const;
/** One of {@link matrixClients}. */
export type MatrixClient = (typeof matrixClients)[number];

/** One path through the cluster, and what became of the connections on it. */
export interface MatrixCell {
  readonly client: MatrixClient;
  readonly protocol: LabProtocol;
  readonly family: Family;
  /** Connections that were answered, and by the way or with the client address that the policy promises. */
  readonly passed: number;
  readonly of: number;
  /** Connections that were answered at all. */
  readonly answered: number;
  /** Policy Cluster: new connections that were counted in the bounce namespace meanwhile. */
  readonly crossed?: number;
  /** Policy Local: whether the pods saw the address that they should. */
  readonly clientKept?: boolean;
  /** What went wrong, each kind once. */
  readonly errors: readonly string[];
}

/**
 * Who plays a client of the matrix, seen from `node`.
 *
 * @returns undefined where the lab has nobody for it, as with one node only.
 */
export function hostOf(
  client: MatrixClient,
  node: LabNode,
  { nodes, pods, client: external }: LabLayout,
): LabHost | undefined {
  const here = pods.filter((pod) => pod.node === node.name);
  const elsewhere = pods.filter((pod) => pod.node !== node.name);
  const hosts: Record<MatrixClient, LabHost | undefined> = {
    external,
    node,
    'other-node': nodes.find((other) => other.name !== node.name),
    pod: here.find(({ role }) => role === 'caller'),
    'hairpin-pod': here.find(({ role }) => role === 'backend'),
    'other-node-backend': elsewhere.find(({ role }) => role === 'backend'),
  };
  return hosts[client];
}

/**
 * The addresses one of which a pod on `node` may see as its client's under the policy Local. From outside and from other
 * pods of the node it is the client's own. A node's own processes and the pod itself are masqueraded, as they could not
 * be answered otherwise, and pods elsewhere leave the cluster as their node.
 */
export function seenAs(client: MatrixClient, node: LabNode, layout: LabLayout, family: Family): string[] {
  const host = hostOf(client, node, layout);
  if (host === undefined) throw new NodeLbError('Invalid', `this lab has nobody for the client ${client}`);
  const own = host.addresses[family];
  const ofNode = [node.addresses[family], node.podGateway[family]];
  if (client === 'node' || client === 'hairpin-pod') return [own, ...ofNode];
  if (client !== 'other-node-backend') return [own];
  const home = layout.pods.find((pod) => pod.name === host.name)?.node;
  const homes = layout.nodes.filter(({ name }) => name === home);
  return [own, ...homes.map(({ addresses }) => addresses[family])];
}
