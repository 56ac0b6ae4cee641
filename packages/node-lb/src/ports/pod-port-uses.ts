import { formatKey, keyOf, type Container, type Pod } from '@armillary/kube';
import ipaddr from 'ipaddr.js';
import { canonicalAddress } from '../address/address.ts';
import { isPort, isProtocol } from '../address/port-range.ts';
import type { PortUse } from './port-use.ts';

type ContainerPort = NonNullable<Container['ports']>[number] & { hostIP?: unknown };

/**
 * The ports of its node that a pod has: hostPorts, which the network plugin translates without a socket, and declared
 * ports under hostNetwork. A pod counts from when it has a node, long before it runs, until it has ended. What a
 * hostNetwork pod opens undeclared only the node's agent can see.
 */
export function portUsesOfPod(pod: Pod): PortUse[] {
  const { nodeName, hostNetwork } = pod.spec;
  const ended = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
  if (!nodeName || ended) return [];
  const kind = hostNetwork ? 'HostNetwork' : 'HostPort';
  const owner = `pod ${formatKey(keyOf(pod))} (${hostNetwork ? 'hostNetwork' : 'hostPort'})`;
  return containersOf(pod)
    .flatMap((container) => container.ports ?? [])
    .flatMap((declared: ContainerPort): PortUse[] => {
      const port = hostNetwork ? declared.containerPort : declared.hostPort;
      const protocol = declared.protocol ?? 'TCP';
      if (!isPort(port) || !isProtocol(protocol)) return [];
      const use = { protocol, port, node: nodeName, kind, owner } as const;
      // Under hostNetwork, hostIP binds nothing: the process listens where it likes.
      const address = hostNetwork ? undefined : hostAddress(declared.hostIP);
      if (address === undefined) return [use];
      return isLoopback(address) ? [] : [{ ...use, address }];
    });
}

/** Those that live as long as the pod: init containers do so when they restart always, as sidecars. */
function containersOf({ spec }: Pod): Container[] {
  const { containers, initContainers = [], ephemeralContainers } = spec;
  const sidecars = initContainers.filter((container) => container['restartPolicy'] === 'Always');
  const ephemeral = Array.isArray(ephemeralContainers) ? (ephemeralContainers as Container[]) : [];
  return [...containers, ...sidecars, ...ephemeral];
}

/** The one address of a hostPort; undefined for all, as what cannot be read is taken to be. */
function hostAddress(hostIP: unknown): string | undefined {
  const address = typeof hostIP === 'string' ? canonicalAddress(hostIP) : undefined;
  return address === '0.0.0.0' || address === '::' ? undefined : address;
}

function isLoopback(address: string): boolean {
  return ipaddr.parse(address).range() === 'loopback';
}
