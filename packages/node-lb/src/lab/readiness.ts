import { coreV1, type Service } from '@armillary/kube';
import { familyOf } from '../address/address.ts';
import { NodeLbError } from '../errors.ts';
import { portClaimKind, type PortClaim } from '../kinds/port-claim.ts';
import { labService } from './lab-objects.ts';
import type { LabServiceOptions } from './lab-objects.ts';
import type { Lab } from './lab.ts';
import type { LabNode } from './layout.ts';
import { waitUntil } from './wait-until.ts';

/** What is waited with for the lab to be ready. */
export interface Waiting {
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  /** Called each time: throws when waiting is of no use any more, since a program of the lab ended. */
  readonly check: () => void;
  /** What those programs printed last, for the message of a wait in vain. */
  readonly lastWords: () => string;
}

/** Waits until the cluster IPs of the lab's Service answer on each node, over both protocols. */
export async function servedEverywhere(
  lab: Lab,
  { families, ports }: Pick<LabServiceOptions, 'families' | 'ports'>,
  { deadlineMs, signal, check, lastWords }: Waiting,
): Promise<void> {
  const { name, namespace } = labService;
  const { spec } = await lab.api.resource<Service>(coreV1.services).get(name, { namespace, signal });
  const clusterIPs = (spec?.clusterIPs ?? []).filter((ip) => families.includes(familyOf(ip)));
  let missing = lab.layout.nodes.flatMap((node) =>
    clusterIPs.flatMap((address) =>
      (['TCP', 'UDP'] as const).map((protocol) => ({ node, address, protocol })),
    ),
  );
  if (missing.length === 0) {
    throw new NodeLbError('Invalid', `the API server gave the Service none of ${families.join(', ')}`);
  }
  await waitUntil(
    `kube-proxy to serve ${namespace}/${name} on each node`,
    async () => {
      check();
      const answers = await Promise.all(
        missing.map(({ node, address, protocol }) =>
          lab.resident(node).call({ protocol, address, port: ports[protocol], times: 1, timeoutMs: 500 }),
        ),
      );
      missing = missing.filter((_, index) => answers[index]?.some((answer) => 'error' in answer));
      return missing.length === 0 || undefined;
    },
    {
      deadlineMs,
      signal,
      inTheWay: async () => {
        const silent = missing.map(({ node, address, protocol }) => `${protocol} ${address} on ${node.name}`);
        return `${silent.join(', ')} did not answer\n${lastWords()}`.trim();
      },
    },
  );
}

/** Waits until both ports of the lab's Service are programmed on one node, and gives that node. */
export async function programmedNode(
  lab: Lab,
  { deadlineMs, signal, check, lastWords }: Waiting,
): Promise<LabNode> {
  const claims = async (): Promise<PortClaim[]> =>
    (await lab.api.resource<PortClaim>(portClaimKind).list({ signal })).items.filter(
      ({ spec: { service } }) =>
        service.name === labService.name && service.namespace === labService.namespace,
    );
  return waitUntil(
    'both ports of the Service to be programmed on a node',
    async () => {
      check();
      const programmed = (await claims()).filter(isProgrammed);
      return lab.layout.nodes.find(
        (node) => programmed.filter(({ spec }) => spec.nodeName === node.name).length === 2,
      );
    },
    {
      deadlineMs,
      signal,
      inTheWay: async () => `${wordsOf(await claims())}\n${lastWords()}`.trim(),
    },
  );
}

/** An older generation's condition says nothing about what is wanted now. */
function isProgrammed({ metadata, status }: PortClaim): boolean {
  return (status?.conditions ?? []).some(
    (condition) =>
      condition.type === 'Programmed' &&
      condition.status === 'True' &&
      (condition.observedGeneration ?? metadata.generation) === metadata.generation,
  );
}

/** What the agents say of the claims, for whoever has to find out why nothing comes of them. */
function wordsOf(claims: readonly PortClaim[]): string {
  if (claims.length === 0) return 'there is no claim; does the controller run?';
  return claims
    .map(({ metadata, status }) => {
      const condition = status?.conditions?.find(({ type }) => type === 'Programmed');
      const words = condition
        ? `${condition.reason}: ${condition.message ?? ''}`
        : 'its agent has not said anything';
      return `${metadata.name} (${words})`;
    })
    .join(', ');
}
