import {
  coordinationV1,
  coreV1,
  hasFinalizer,
  isConflict,
  isNotFound,
  keyOf,
  type KubeClient,
  type ObjectKey,
  type Service,
} from '@armillary/kube';
import { canonicalAddress } from '../address/address.ts';
import { claimsLeft } from '../api/claims-left.ts';
import { AGENT_LABEL } from '../kinds/agent-lease.ts';
import { LOAD_BALANCER_CLASS } from '../kinds/network-group.ts';
import { portClaimKind, type PortClaim } from '../kinds/port-claim.ts';
import { RELEASE_FINALIZER } from '../request/release-finalizer.ts';
import { unmarkService } from './service-status.ts';

/** How much was taken back. */
export interface Released {
  readonly services: number;
  readonly claims: number;
  readonly leases: number;
}

/** How often a Service is read anew because somebody changed it between. */
const mostTries = 10;

/**
 * Takes everything back that this load balancer wrote: claims, so that agents that still run remove their rules; then
 * the addresses, conditions and finalizers of Services; then the agents' leases. The settings and the definitions of the
 * kinds stay, being the administrator's. To be called when no controller runs: one would begin anew. It may be called
 * again. Rejects with a `KubeError`.
 *
 * @param options.leaseNamespace the namespace of the agents' leases
 */
export async function releaseEverything(
  client: KubeClient,
  options: { leaseNamespace: string; now: number; signal: AbortSignal },
): Promise<Released> {
  const { leaseNamespace, now, signal } = options;
  const claims = client.resource<PortClaim>(portClaimKind);
  const addresses = await nodeAddresses(client, signal);
  let removed = 0;
  for await (const { metadata, spec } of claimsLeft(client, { signal })) {
    for (const address of spec.addresses) addresses.add(address);
    const { name = '', uid = '' } = metadata;
    if (await unlessGone(claims.delete(name, { preconditions: { uid }, signal }))) removed += 1;
  }

  let services = 0;
  for await (const service of client.resource(coreV1.services).listAll({ signal })) {
    if (isMarked(service) && (await releaseService(client, keyOf(service), addresses, now, signal)))
      services += 1;
  }

  const leases = client.resource(coordinationV1.leases);
  let forgotten = 0;
  const select = { namespace: leaseNamespace, labelSelector: `${AGENT_LABEL}=true` };
  for await (const { metadata } of leases.listAll({ ...select, signal })) {
    const gone = leases.delete(metadata.name ?? '', { namespace: leaseNamespace, signal });
    if (await unlessGone(gone)) forgotten += 1;
  }
  return { services, claims: removed, leases: forgotten };
}

/** Whether there is anything of ours at a Service: one that was refused has conditions and nothing else. */
function isMarked(service: Service): boolean {
  const { spec, status } = service;
  const isOurs =
    spec?.type === 'LoadBalancer' &&
    (spec.loadBalancerClass === LOAD_BALANCER_CLASS ||
      (!spec.loadBalancerClass && !status?.loadBalancer?.ingress?.length));
  return hasFinalizer(service, RELEASE_FINALIZER) || (isOurs && (status?.conditions ?? []).length > 0);
}

async function releaseService(
  client: KubeClient,
  { name, namespace }: ObjectKey,
  addresses: ReadonlySet<string>,
  now: number,
  signal: AbortSignal,
): Promise<boolean> {
  const services = client.resource(coreV1.services);
  for (let tries = 1; ; tries += 1) {
    try {
      const service = await services.get(name, { namespace, signal });
      await unmarkService(client, service, addresses, { conditions: [], now }, signal);
      return true;
    } catch (error) {
      if (isNotFound(error)) return false;
      if (!isConflict(error) || tries >= mostTries) throw error;
    }
  }
}

async function nodeAddresses(client: KubeClient, signal: AbortSignal): Promise<Set<string>> {
  const addresses = new Set<string>();
  for await (const { status } of client.resource(coreV1.nodes).listAll({ signal })) {
    for (const { address } of status?.addresses ?? []) addresses.add(canonicalAddress(address) ?? address);
  }
  return addresses;
}

/** False when it was gone already, or is another by now. */
async function unlessGone(deletion: Promise<unknown>): Promise<boolean> {
  try {
    await deletion;
    return true;
  } catch (error) {
    if (isNotFound(error) || isConflict(error)) return false;
    throw error;
  }
}
