import type { KubeObject } from './kube-object.ts';
import type { ResourceType } from './resource-type.ts';

/** A part of a service's endpoints. */
export interface EndpointSlice extends KubeObject {
  addressType: 'IPv4' | 'IPv6' | 'FQDN';
  endpoints: {
    addresses: string[];
    conditions?: { ready?: boolean; serving?: boolean; terminating?: boolean };
    nodeName?: string;
    targetRef?: { kind?: string; namespace?: string; name?: string; uid?: string };
    zone?: string;
  }[];
  ports?: { name?: string; protocol?: string; port?: number; appProtocol?: string }[];
}

/** The resources of `discovery.k8s.io/v1`. */
export const discoveryV1 = {
  endpointSlices: {
    group: 'discovery.k8s.io',
    version: 'v1',
    plural: 'endpointslices',
    kind: 'EndpointSlice',
    namespaced: true,
  } as ResourceType<EndpointSlice>,
} as const;
