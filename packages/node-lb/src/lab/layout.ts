import ipaddr from 'ipaddr.js';
import { addressText } from '../address/address.ts';
import type { PerFamily } from '../address/protocol.ts';
import { NodeLbError } from '../errors.ts';
import { defaultLink } from '../plan/link.ts';
import type { Link } from '../plan/link.ts';
import { labPrefix, rootLinkName } from './lab-name.ts';
import type { Maker } from './lab-name.ts';

/** What lives in a network namespace of its own and can send and answer. */
export interface LabHost {
  /** Unique in the lab, such as `node-1`. */
  readonly name: string;
  /** As `ip netns` knows it. */
  readonly namespace: string;
  readonly addresses: PerFamily<string>;
}

/** A node of the lab's cluster. */
export interface LabNode extends LabHost {
  readonly podNetwork: PerFamily<string>;
  /** The node's own address in that network. */
  readonly podGateway: PerFamily<string>;
  /** For the node's agent: namespaces are known by name all over the machine, so each node needs names of its own. */
  readonly link: Link;
}

/** A pod. Only `backend` pods are endpoints of the lab's Service; a `caller` is a pod like any other of the cluster. */
export interface LabPod extends LabHost {
  readonly node: string;
  readonly role: 'backend' | 'caller';
}

/** How many pods of each kind a node has. */
export interface PodsOfNode {
  readonly backends: number;
  readonly callers: number;
}

/** Who is in a lab, and all addresses. */
export interface LabLayout {
  readonly prefix: string;
  readonly switchNamespace: string;
  /** The nodes' network, and the addresses in it of the switch and of the namespace that the lab was started in. */
  readonly network: PerFamily<string>;
  readonly switchAddress: PerFamily<string>;
  readonly root: { readonly link: string; readonly address: string };
  /** Outside of the cluster: it knows the way to the nodes and nothing else. */
  readonly client: LabHost;
  readonly nodes: readonly LabNode[];
  readonly pods: readonly LabPod[];
  /** All pods of all nodes, as `--cluster-cidr` of kube-proxy means it. */
  readonly clusterCidr: PerFamily<string>;
}

/** What a layout is made from. */
export interface LayoutOptions {
  readonly maker: Maker;
  /** Tells the labs of one process apart. */
  readonly serial: number;
  /** 0 to 254: the third octet of the nodes' network, which is the only one that the machine itself gets to see. */
  readonly subnet: number;
  readonly nodes: readonly PodsOfNode[];
}

/**
 * The addresses of a lab, from the networks for measuring (RFC 2544) and unique local ones: nodes in 198.18.SUBNET.0/24,
 * pods in 198.19.NODE.0/24. Throws `NodeLbError` (`Invalid`) for more nodes or pods than these have room for, and for none.
 */
export function layoutOf({ maker, serial, subnet, nodes }: LayoutOptions): LabLayout {
  if (nodes.length < 1 || nodes.length > 200 || nodes.some((pods) => pods.backends + pods.callers > 200)) {
    throw new NodeLbError('Invalid', 'a lab has 1 to 200 nodes with 0 to 200 pods each');
  }
  const prefix = labPrefix(maker, serial);
  const outside = (host: number): PerFamily<string> => ({
    IPv4: `198.18.${subnet}.${host}`,
    IPv6: written(`fd5a:6c62:${hex(subnet)}::${hex(host)}`),
  });
  const inside = (node: number, host: number): PerFamily<string> => ({
    IPv4: `198.19.${node}.${host}`,
    IPv6: written(`fd5b:6c62:0:${hex(node)}::${hex(host)}`),
  });
  const labNodes = nodes.map((_, index): LabNode => ({
    name: `node-${index + 1}`,
    namespace: `${prefix}-node-${index + 1}`,
    addresses: outside(11 + index),
    podNetwork: { IPv4: `${inside(index + 1, 0).IPv4}/24`, IPv6: `${inside(index + 1, 0).IPv6}/64` },
    podGateway: inside(index + 1, 1),
    link: { ...defaultLink, namespace: `${prefix}-bounce-${index + 1}` },
  }));
  const pods = nodes.flatMap(({ backends, callers }, index) =>
    Array.from({ length: backends + callers }, (_, at): LabPod => {
      const role = at < backends ? 'backend' : 'caller';
      const name = `${role}-${index + 1}-${role === 'backend' ? at + 1 : at - backends + 1}`;
      const node = `node-${index + 1}`;
      return { name, namespace: `${prefix}-${name}`, node, role, addresses: inside(index + 1, 10 + at) };
    }),
  );
  return {
    prefix,
    switchNamespace: `${prefix}-switch`,
    network: { IPv4: `198.18.${subnet}.0/24`, IPv6: `${outside(0).IPv6}/64` },
    switchAddress: outside(254),
    root: { link: rootLinkName(maker, serial), address: outside(1).IPv4 },
    client: { name: 'client', namespace: `${prefix}-client`, addresses: outside(2) },
    nodes: labNodes,
    pods,
    clusterCidr: { IPv4: '198.19.0.0/16', IPv6: 'fd5b:6c62::/48' },
  };
}

/** As programs and the kernel write it: addresses are compared as text, and `fd5a:6c62:0::2` is `fd5a:6c62::2` there. */
function written(address: string): string {
  return addressText(ipaddr.parse(address));
}

function hex(number: number): string {
  return number.toString(16);
}
