/** Objects that tests of the load balancer apply with kubectl, and the parts of those they read. */

/** A condition as all objects have it. */
interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

/** What is read of a Service. */
export interface Service {
  metadata: { name: string; resourceVersion: string; uid: string; finalizers?: string[] };
  spec: { clusterIP: string };
  status?: { loadBalancer?: { ingress?: { ip: string; ports?: object[] }[] }; conditions?: Condition[] };
}

/** What is read of a PortClaim. */
export interface PortClaim {
  metadata: { name: string; uid: string };
  spec: { nodeName: string; port: number; service: { name: string } };
  status?: { owner?: string; conditions?: Condition[] };
}

/** What is added to the spec of a Service. */
type Extra = Record<string, unknown>;

/** A LoadBalancer Service of the policy Cluster. */
export function clusterService(name: string, port: number, extra: Extra = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default' },
    spec: { type: 'LoadBalancer', ports: [{ name: 'main', port }], ...extra },
  };
}

/** A LoadBalancer Service of the policy Local, and its only endpoint, in a slice as `sliceVersion` has it. */
export function localService(
  name: string,
  port: number,
  endpoint: { nodeName: string; address: string; port: number },
  sliceVersion: 'v1' | 'v1beta1' = 'v1',
): object[] {
  const { nodeName, address } = endpoint;
  const node = sliceVersion === 'v1' ? { nodeName } : { topology: { 'kubernetes.io/hostname': nodeName } };
  return [
    clusterService(name, port, { externalTrafficPolicy: 'Local' }),
    {
      apiVersion: `discovery.k8s.io/${sliceVersion}`,
      kind: 'EndpointSlice',
      metadata: {
        name: `${name}-1`,
        namespace: 'default',
        labels: { 'kubernetes.io/service-name': name },
      },
      addressType: 'IPv4',
      ports: [{ name: 'main', port: endpoint.port, protocol: 'TCP' }],
      endpoints: [{ addresses: [address], conditions: { ready: true }, ...node }],
    },
  ];
}
