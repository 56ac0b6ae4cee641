import { coreV1, type Service } from '@armillary/kube';
import { familyOf } from '../address/address.ts';
import type { Family } from '../address/protocol.ts';
import { portClaimKind, type PortClaim } from '../kinds/port-claim.ts';
import { labService } from './lab-objects.ts';
import type { Lab } from './lab.ts';
import type { LabNode } from './layout.ts';
import type { LabProtocol } from './matrix-cell.ts';
import { waitUntil } from './wait-until.ts';

/** How long may be waited for the lab to be ready. */
export interface ReadinessLimits {
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

/** Waits until the cluster IPs of the lab's Service answer on each node, over both protocols. `check` may throw meanwhile. */
export async function servedEverywhere(
  lab: Lab,
  families: readonly Family[],
  ports: Readonly<Record<LabProtocol, number>>,
  check: () => void,
  limits: ReadinessLimits,
): Promise<void> {
  const { name, namespace } = labService;
  const { spec } = await lab.api
    .resource<Service>(coreV1.services)
    .get(name, { namespace, signal: limits.signal });
  const clusterIPs = (spec?.clusterIPs ?? []).filter((ip) => families.includes(familyOf(ip)));
  const wanted = lab.layout.nodes.flatMap((node) =>
    clusterIPs.flatMap((address) =>
      (['TCP', 'UDP'] as const).map((protocol) => ({ node, address, protocol })),
    ),
  );
  const served = new Set<(typeof wanted)[number]>();
  await waitUntil(
    `kube-proxy to serve ${namespace}/${name} on each node`,
    async () => {
      check();
      const missing = wanted.filter((place) => !served.has(place));
      await Promise.all(
        missing.map(async (place) => {
          const { node, address, protocol } = place;
          const order = { protocol, address, port: ports[protocol], times: 1, timeoutMs: 500 };
          const [answer] = await lab.resident(node).call(order);
          if (answer && 'name' in answer) served.add(place);
        }),
      );
      return served.size === wanted.length && wanted.length > 0 ? true : undefined;
    },
    {
      ...limits,
      inTheWay: async () =>
        wanted.length === 0
          ? 'it has no cluster IP of the wanted families'
          : wanted
              .filter((place) => !served.has(place))
              .map(({ node, address, protocol }) => `${protocol} ${address} on ${node.name} does not answer`)
              .join(', '),
    },
  );
}

/** Waits until both ports of the lab's Service are programmed on one node, and gives that node. */
export async function programmedNode(lab: Lab, check: () => void, limits: ReadinessLimits): Promise<LabNode> {
  const claims = async (): Promise<PortClaim[]> =>
    (await lab.api.resource<PortClaim>(portClaimKind).list({ signal: limits.signal })).items.filter(
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
    { ...limits, inTheWay: async () => wordsOf(await claims()) },
  );
}

function isProgrammed({ metadata, status }: PortClaim): boolean {
  return (status?.conditions ?? []).some(
    (condition) =>
      condition.type === 'Programmed' &&
      condition.status === 'True' &&
      (condition.observedGeneration ?? metadata.generation) === metadata.generation,
  );
}

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
