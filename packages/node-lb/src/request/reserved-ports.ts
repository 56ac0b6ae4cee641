import type { PortRange } from '../address/port-range.ts';
import type { Protocol } from '../address/protocol.ts';

/**
 * Ports that a node needs for itself, whoever is allowed what: whoever took one would cut the node off, or stand
 * between it and its cluster. A socket often does not show them, as with the tunnels of the network plugins.
 */
export const RESERVED_PORTS: readonly PortRange[] = [
  // ssh, DNS, portmapper, BGP
  ...ports('TCP', 22, 53, 111, 179),
  // etcd, the API server, Calico's health checks
  range('TCP', 2379, 2380),
  ...ports('TCP', 6443, 9099),
  // kubelet, kube-proxy, controller manager, scheduler
  range('TCP', 10_248, 10_259),
  ...ports('UDP', 53),
  // DHCP, whose clients often hold their port only while they ask: who has it meanwhile takes the node its address
  ...ports('UDP', 68, 546),
  // memberlist of MetalLB; VXLAN of Linux and of Flannel; Flannel over UDP; Geneve; WireGuard
  ...ports('UDP', 7946, 4789, 8472, 8285, 6081),
  range('UDP', 51_820, 51_821),
];

function range(protocol: Protocol, from: number, to: number): PortRange {
  return { protocol, from, to };
}

function ports(protocol: Protocol, ...numbers: number[]): PortRange[] {
  return numbers.map((port) => range(protocol, port, port));
}
