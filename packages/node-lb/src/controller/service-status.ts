import {
  addFinalizer,
  coreV1,
  hasFinalizer,
  KubeError,
  patchStatus,
  removeFinalizer,
  type KubeClient,
  type Service,
} from '@armillary/kube';
import { canonicalAddress } from '../address/address.ts';
import { RELEASE_FINALIZER } from '../request/release-finalizer.ts';
import { mergeConditions, type WantedCondition } from './condition.ts';
import type { IngressEntry } from './published-entries.ts';

/** What a Service shall say of itself. */
export interface WantedStatus {
  readonly entries: readonly IngressEntry[];
  readonly conditions: readonly WantedCondition[];
  readonly now: number;
}

/** The entries of a Service's status that this load balancer wrote. */
export function ownEntries(service: Service, nodeAddresses: ReadonlySet<string>): IngressEntry[] {
  if (!hasFinalizer(service, RELEASE_FINALIZER)) return [];
  return (service.status?.loadBalancer?.ingress ?? []).filter((entry) => isOwn(entry, nodeAddresses));
}

/**
 * Brings the addresses, and our conditions, to what is wanted; the rest of the status stays. Rejects with a `KubeError`,
 * among others `Conflict` when the Service changed since it was read.
 */
export async function writeStatus(
  client: KubeClient,
  service: Service,
  { entries, conditions, now }: WantedStatus,
  signal: AbortSignal,
): Promise<Service> {
  const { loadBalancer = {}, conditions: present, ...rest } = service.status ?? {};
  const { ingress: _, ...balancer } = loadBalancer;
  const merged = mergeConditions(present, conditions, service.metadata.generation, now);
  const status = {
    ...rest,
    loadBalancer: { ...balancer, ...(entries.length > 0 ? { ingress: [...entries] } : {}) },
    ...(merged.length > 0 ? { conditions: merged } : {}),
  };
  return patchStatus(client.resource(coreV1.services), service, status, { signal });
}

/**
 * Takes from a Service what this load balancer wrote, beside these conditions: its addresses first, and the finalizer
 * last. Rejects with a `KubeError`.
 */
export async function unmarkService(
  client: KubeClient,
  service: Service,
  nodeAddresses: ReadonlySet<string>,
  { conditions, now }: Omit<WantedStatus, 'entries'>,
  signal: AbortSignal,
): Promise<void> {
  const own = ownEntries(service, nodeAddresses);
  const entries = (service.status?.loadBalancer?.ingress ?? []).filter((entry) => !own.includes(entry));
  const written = await writeStatus(client, service, { entries, conditions, now }, signal);
  if (!hasFinalizer(written, RELEASE_FINALIZER)) return;
  await writeFinalizers(client, removeFinalizer(written, RELEASE_FINALIZER), signal);
}

/**
 * The Service with our finalizer, to be called before it is given anything. Where the finalizer is there already, the
 * server is asked whether the Service is: a view that lags behind must not take ports for one that is gone.
 *
 * @throws {KubeError} among others `NotFound` and `Conflict`
 */
export async function markService(
  client: KubeClient,
  service: Service,
  signal: AbortSignal,
): Promise<Service> {
  if (!hasFinalizer(service, RELEASE_FINALIZER)) {
    return writeFinalizers(client, addFinalizer(service, RELEASE_FINALIZER), signal);
  }
  const { name = '', namespace, uid } = service.metadata;
  const { metadata } = await client.resource(coreV1.services).get(name, { namespace, signal });
  if (metadata.uid === uid && metadata.deletionTimestamp === undefined) return service;
  throw new KubeError(
    'Conflict',
    `service ${namespace}/${name} is another by now, or goes: tried again later`,
  );
}

function writeFinalizers(client: KubeClient, { metadata }: Service, signal: AbortSignal): Promise<Service> {
  const { name = '', namespace, resourceVersion, finalizers } = metadata;
  const body = { metadata: { resourceVersion, finalizers } };
  return client.resource(coreV1.services).patch(name, { type: 'merge', namespace, body, signal });
}

/** An address of a node, or one that is written as only this load balancer writes it, whose node is gone. */
function isOwn({ ip, ipMode, ports }: IngressEntry, nodeAddresses: ReadonlySet<string>): boolean {
  const address = canonicalAddress(ip ?? '');
  return address !== undefined && (nodeAddresses.has(address) || (ipMode === 'Proxy' && ports !== undefined));
}
