import {
  apiVersionOf,
  coreV1,
  type EndpointSlice,
  type KubeClient,
  type KubeObject,
  type Node,
  type ResourceType,
  type Service,
} from '@armillary/kube';
import { families, type Family } from '../address/protocol.ts';
import { endpointSliceType } from '../api/endpoint-slice-type.ts';
import { LOAD_BALANCER_CLASS } from '../kinds/network-group.ts';
import { nodeLoadBalancerKind, SETTINGS_NAME } from '../kinds/node-load-balancer.ts';
import type { NodeLoadBalancer } from '../kinds/node-load-balancer.ts';
import type { LabLayout, LabNode } from './layout.ts';
import type { LabProtocol } from './matrix-cell.ts';

/** Where the lab's Service is. */
export const labService = { namespace: 'default', name: 'lab' } as const;
/** Where the pods listen, over both protocols. */
export const podPort = 8080;

/** Makes the Node objects of a lab: ready, and with their addresses, as kubelets would report them. */
export async function createNodes(api: KubeClient, layout: LabLayout, signal: AbortSignal): Promise<void> {
  const nodes = api.resource<Node>(coreV1.nodes);
  const now = new Date(api.clock.now()).toISOString();
  await Promise.all(
    layout.nodes.map(async (node) => {
      const created = await nodes.create(
        {
          apiVersion: 'v1',
          kind: 'Node',
          metadata: { name: node.name, labels: { 'kubernetes.io/hostname': node.name } },
          spec: { podCIDR: node.podNetwork.IPv4, podCIDRs: [node.podNetwork.IPv4, node.podNetwork.IPv6] },
        },
        { signal },
      );
      await nodes.updateStatus({ ...created, status: nodeStatus(node, now) }, { signal });
    }),
  );
}

function nodeStatus(node: LabNode, now: string): NonNullable<Node['status']> {
  return {
    addresses: [
      { type: 'Hostname', address: node.name },
      ...families.map((family) => ({ type: 'InternalIP', address: node.addresses[family] })),
    ],
    conditions: [
      {
        type: 'Ready',
        status: 'True',
        reason: 'LabReady',
        message: 'the node of a lab',
        lastHeartbeatTime: now,
        lastTransitionTime: now,
      },
    ],
  };
}

/** What the lab's Service is like. */
export interface LabServiceOptions {
  readonly policy: 'Cluster' | 'Local';
  readonly families: readonly Family[];
  readonly ports: Readonly<Record<LabProtocol, number>>;
}

/** Makes the lab's Service and its endpoint slices: all pods that are backends, ready. */
export async function createService(
  api: KubeClient,
  layout: LabLayout,
  options: LabServiceOptions,
  signal: AbortSignal,
): Promise<Service> {
  const service = await api.resource<Service>(coreV1.services).create(serviceObject(options), { signal });
  const type = await endpointSliceType(api, signal);
  await Promise.all(
    options.families.map((family) =>
      api.resource(type).create(sliceObject(layout, family, type), { signal }),
    ),
  );
  return service;
}

/** Without a selector: its endpoints are the lab's to write. */
function serviceObject({ policy, families: wanted, ports }: LabServiceOptions): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...labService },
    spec: {
      type: 'LoadBalancer',
      loadBalancerClass: LOAD_BALANCER_CLASS,
      externalTrafficPolicy: policy,
      ipFamilies: [...wanted],
      ipFamilyPolicy: wanted.length > 1 ? 'RequireDualStack' : 'SingleStack',
      ports: (['TCP', 'UDP'] as const).map((protocol) => ({
        name: protocol.toLowerCase(),
        protocol,
        port: ports[protocol],
        targetPort: podPort,
      })),
    },
  };
}

/** A slice holds one family, so a Service of both has two. */
function sliceObject(layout: LabLayout, family: Family, type: ResourceType<EndpointSlice>): EndpointSlice {
  return {
    apiVersion: apiVersionOf(type),
    kind: type.kind,
    metadata: {
      name: `${labService.name}-${family.toLowerCase()}`,
      namespace: labService.namespace,
      labels: {
        'kubernetes.io/service-name': labService.name,
        'endpointslice.kubernetes.io/managed-by': 'armillary-lab',
      },
    },
    addressType: family,
    endpoints: layout.pods
      .filter(({ role }) => role === 'backend')
      .map((pod) => ({
        addresses: [pod.addresses[family]],
        conditions: { ready: true },
        // v1 says where a pod is in its own field, v1beta1 in the topology.
        ...(type.version === 'v1'
          ? { nodeName: pod.node }
          : { topology: { 'kubernetes.io/hostname': pod.node } }),
      })),
    ports: (['TCP', 'UDP'] as const).map((protocol) => ({
      name: protocol.toLowerCase(),
      protocol,
      port: podPort,
    })),
  };
}

/** Tells the controller to keep addresses out of Services' status. */
export async function withholdStatus(api: KubeClient, signal: AbortSignal): Promise<void> {
  const settings: NodeLoadBalancer = {
    apiVersion: apiVersionOf(nodeLoadBalancerKind),
    kind: nodeLoadBalancerKind.kind,
    metadata: { name: SETTINGS_NAME },
    spec: { publishStatus: false },
  };
  await api.resource<NodeLoadBalancer & KubeObject>(nodeLoadBalancerKind).create(settings, { signal });
}

/** Publishes the Service at a node's addresses, for kube-proxy itself to serve, as an outside load balancer would. */
export async function publishAt(
  api: KubeClient,
  node: LabNode,
  wanted: readonly Family[],
  signal: AbortSignal,
): Promise<void> {
  const ingress = wanted.map((family) => ({ ip: node.addresses[family] }));
  await api.resource<Service>(coreV1.services).patch(labService.name, {
    namespace: labService.namespace,
    type: 'merge',
    subresource: 'status',
    body: { status: { loadBalancer: { ingress } } },
    signal,
  });
}
