import type { Service } from '@armillary/kube';
import { canonicalNetworks } from '../address/network.ts';
import { NodeLbError } from '../errors.ts';
import type { Refuse } from './refusal.ts';

/** The annotation that Kubernetes had before `spec.loadBalancerSourceRanges`; the field wins. */
const ANNOTATION = 'service.beta.kubernetes.io/load-balancer-source-ranges';

/**
 * Most networks of a Service, counted once for each of its ports: so nodes hold them, in sets of a million that all
 * Services of a node share.
 */
const mostNetworks = 20_000;

/**
 * The networks that may connect, in canonical text; undefined for everybody. A list that was written and names nothing
 * is a mistake, and no mistake may open a Service.
 */
export function readSourceRanges(service: Service, refuse: Refuse): readonly string[] | undefined {
  const field = service.spec?.loadBalancerSourceRanges ?? [];
  const annotation = service.metadata.annotations?.[ANNOTATION] ?? '';
  const ports = service.spec?.ports?.length ?? 0;
  if (field.length > 0) return readNetworks('spec.loadBalancerSourceRanges', field, ports, refuse);
  // Kubernetes takes an empty annotation for everybody.
  return annotation.trim() === ''
    ? undefined
    : readNetworks(ANNOTATION, annotation.split(','), ports, refuse);
}

function readNetworks(
  place: string,
  texts: readonly string[],
  ports: number,
  refuse: Refuse,
): string[] | undefined {
  const written = texts.filter((text) => text.trim() !== '');
  if (written.length === 0) {
    return refuse(
      'InvalidSourceRange',
      `${place} names no network; write 10.0.0.0/8, or leave it out for everybody`,
    );
  }
  try {
    const networks = canonicalNetworks(written);
    if (networks.length * ports <= mostNetworks) return networks;
    return refuse(
      'InvalidSourceRange',
      `${place}: ${networks.length} networks for each of ${ports} ports are more than ${mostNetworks} in all; write larger networks`,
    );
  } catch (error) {
    if (!(error instanceof NodeLbError)) throw error;
    return refuse('InvalidSourceRange', `${place}: ${error.message}`);
  }
}
