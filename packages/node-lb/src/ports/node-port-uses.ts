import { keyOf, type Node } from '@armillary/kube';
import { isPort } from '../address/port-range.ts';
import type { PortUse } from './port-use.ts';

/** The port of a node that its kubelet says it listens on; it need not be the reserved 10250. */
export function portUsesOfNode(node: Node): PortUse[] {
  const port = node.status?.daemonEndpoints?.kubeletEndpoint?.Port;
  if (!isPort(port)) return [];
  const { name } = keyOf(node);
  return [{ node: name, protocol: 'TCP', port, kind: 'Kubelet', owner: `kubelet of ${name}` }];
}
