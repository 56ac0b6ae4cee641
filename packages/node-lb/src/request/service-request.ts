import type { Service } from '@armillary/kube';
import { canonicalAddress, familyOf } from '../address/address.ts';
import { LOAD_BALANCER_CLASS } from '../kinds/network-group.ts';
import { readAnnotations } from './annotations.ts';
import { readClusterIPs } from './cluster-ips.ts';
import type { ExposureRequest } from './exposure-request.ts';
import { checkPolicy } from './port-policy.ts';
import type { Refusal, Refuse } from './refusal.ts';
import { RELEASE_FINALIZER } from './release-finalizer.ts';
import { warningsOf, type RequestWarning } from './request-warning.ts';
import { readPorts } from './service-ports.ts';
import type { Settings } from './settings.ts';
import { readSourceRanges } from './source-ranges.ts';

/** Why a Service is left alone. */
type NotOurs =
  /** Its type is not LoadBalancer. */
  | 'OtherType'
  /** Its loadBalancerClass names another. */
  | 'OtherClass'
  /** It has no class, and the settings serve none without. */
  | 'Classless'
  /** It has no class, and another load balancer has given it addresses. */
  | 'ServedByAnother';

/** What a Service asks of this load balancer. */
export type RequestResult =
  | {
      readonly kind: 'request';
      readonly request: ExposureRequest;
      readonly warnings: readonly RequestWarning[];
    }
  | { readonly kind: 'notOurs'; readonly why: NotOurs }
  | ({ readonly kind: 'refused' } & Refusal);

/**
 * Reads what a Service asks for, and whether it may. Whether it is being deleted is not looked at. When several things
 * are wrong, the refusal has the reason of the first and the words of all.
 */
export function requestOf(service: Service, settings: Settings): RequestResult {
  const why = notOurs(service, settings);
  if (why) return { kind: 'notOurs', why };

  const refusals: Refusal[] = [];
  const refuse: Refuse = (reason, message) => {
    refusals.push({ reason, message });
    return undefined;
  };
  const request = readRequest(service, settings, refuse);
  checkPolicy(request, settings, refuse);
  const [first] = refusals;
  if (!first) return { kind: 'request', request, warnings: warningsOf(service, request) };
  const message = refusals.map((refusal) => refusal.message).join('; ');
  return { kind: 'refused', reason: first.reason, message };
}

function notOurs({ metadata, spec, status }: Service, settings: Settings): NotOurs | undefined {
  if (spec?.type !== 'LoadBalancer') return 'OtherType';
  if (spec.loadBalancerClass)
    return spec.loadBalancerClass === LOAD_BALANCER_CLASS ? undefined : 'OtherClass';
  if (!settings.classless) return 'Classless';
  const served = (status?.loadBalancer?.ingress ?? []).length > 0;
  return served && !metadata.finalizers?.includes(RELEASE_FINALIZER) ? 'ServedByAnother' : undefined;
}

function readRequest(service: Service, settings: Settings, refuse: Refuse): ExposureRequest {
  const { metadata, spec } = service;
  const wishes = readAnnotations(metadata.annotations ?? {}, refuse);
  const addresses = wishes.addresses ?? readLoadBalancerIP(spec?.loadBalancerIP, refuse);
  const ports = readPorts(service, refuse);
  const sourceRanges = readSourceRanges(service, refuse);
  const available = readClusterIPs(service, refuse);
  // Whoever names addresses of one family wants no other: a node need not have one then.
  const clusterIPs = available.filter(
    (ip) => !addresses || addresses.some((address) => familyOf(address) === familyOf(ip)),
  );
  if (available.length > 0 && clusterIPs.length === 0) {
    refuse(
      'InvalidAddress',
      `the Service has no ${familyOf(addresses?.[0] ?? '')} cluster IP for ${addresses?.join(', ')}; set ipFamilyPolicy: PreferDualStack`,
    );
  }
  return {
    service: {
      namespace: metadata.namespace ?? '',
      name: metadata.name ?? '',
      uid: metadata.uid ?? '',
    },
    createdAt: Date.parse(metadata.creationTimestamp ?? '') || 0,
    ports,
    families: clusterIPs.map(familyOf),
    clusterIPs,
    trafficPolicy: spec?.externalTrafficPolicy === 'Local' ? 'Local' : 'Cluster',
    count: wishes.count ?? settings.count,
    ...(wishes.pool !== undefined && { pool: wishes.pool }),
    ...(wishes.nodes && { nodes: wishes.nodes }),
    ...(addresses && { addresses }),
    addressType: wishes.addressType ?? settings.addressType,
    ...(sourceRanges && { sourceRanges }),
    partial: wishes.partial ?? false,
  };
}

function readLoadBalancerIP(text: string | undefined, refuse: Refuse): string[] | undefined {
  if (!text) return undefined;
  const address = canonicalAddress(text);
  if (address) return [address];
  return refuse(
    'InvalidAddress',
    `spec.loadBalancerIP: ${JSON.stringify(text)} is no address; write one of a node`,
  );
}
