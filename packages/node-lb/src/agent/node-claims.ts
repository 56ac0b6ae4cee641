import type { EndpointSlice, Informer, KubeObject } from '@armillary/kube';
import { asSliceV1 } from '../api/endpoint-slice-type.ts';
import { claimName } from '../kinds/claim-name.ts';
import type { PortClaim } from '../kinds/port-claim.ts';
import { SERVICE_NAME_LABEL } from '../plan/local-endpoints.ts';
import type { NodePlan } from '../plan/node-plan.ts';
import { planOf } from '../plan/plan-of-claims.ts';
import type { NodeSurvey } from './node-survey.ts';

/** Where objects are found: an informer, or a list that was read once. */
export type ObjectStore<T extends KubeObject> = Pick<Informer<T>, 'list' | 'addIndex' | 'byIndex'>;

const byService = 'service';

/** The claims of one node and the endpoints that they lead to, as an API server has them. */
export class NodeClaims {
  readonly #nodeName: string;
  readonly #claims: ObjectStore<PortClaim>;
  readonly #slices: ObjectStore<EndpointSlice>;

  constructor(nodeName: string, claims: ObjectStore<PortClaim>, slices: ObjectStore<EndpointSlice>) {
    this.#nodeName = nodeName;
    this.#claims = claims;
    this.#slices = slices;
    claims.addIndex(byService, ({ spec }) => (isLocal(spec) ? [serviceKey(spec.service)] : []));
    slices.addIndex(byService, (slice) => serviceOf(slice));
  }

  /**
   * Those that count. The label that they were found by is a digest where a name is long, and a claim under another name
   * than that of its port locks nothing.
   */
  list(): PortClaim[] {
    return this.#claims.list().filter(({ metadata, spec }) => {
      return spec.nodeName === this.#nodeName && metadata.name === claimName(this.#nodeName, spec);
    });
  }

  /** What the node shall answer for, if these claims can be served. */
  plan(claims: readonly PortClaim[], { addresses }: NodeSurvey): NodePlan {
    const services = new Set(
      claims.filter(({ spec }) => isLocal(spec)).map(({ spec }) => serviceKey(spec.service)),
    );
    const slices = [...services].flatMap((service) => this.#slices.byIndex(byService, service));
    const options = { nodeName: this.#nodeName, addressesOnNode: addresses };
    return planOf(claims, slices.map(asSliceV1), options);
  }

  /** Whether a change of the slice may change the plan. */
  concerns(slice: EndpointSlice): boolean {
    return serviceOf(slice).some((service) => this.#claims.byIndex(byService, service).length > 0);
  }
}

function isLocal({ externalTrafficPolicy }: PortClaim['spec']): boolean {
  return externalTrafficPolicy === 'Local';
}

function serviceKey({ namespace, name }: { namespace: string; name: string }): string {
  return `${namespace}/${name}`;
}

function serviceOf({ metadata }: EndpointSlice): string[] {
  const name = metadata.labels?.[SERVICE_NAME_LABEL];
  return name === undefined ? [] : [serviceKey({ namespace: metadata.namespace ?? '', name })];
}
