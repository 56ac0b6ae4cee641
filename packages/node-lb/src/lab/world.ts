import { families } from '../address/protocol.ts';
import type { Commands } from '../host/commands.ts';
import type { LabHost, LabLayout, LabNode, LabPod } from './layout.ts';

/** The pods' bridge of a node. */
const podBridge = 'cni0';
/** The interface of everybody towards the switch or the pods' bridge. */
const uplink = 'eth0';

/**
 * Makes the network of a lab: a switch, behind it a client, the nodes and this machine itself; on each node a bridge
 * with its pods, and routes between the pods of all nodes. Nothing in it filters or translates yet.
 *
 * What was made before a failure is left for `removeLab`.
 */
export async function buildWorld(layout: LabLayout, commands: Commands): Promise<void> {
  const namespaces = [
    layout.switchNamespace,
    ...[layout.client, ...layout.nodes, ...layout.pods].map((host) => host.namespace),
  ];
  await commands.run('ip', ['-batch', '-'], { input: lines(namespaces.map((name) => `netns add ${name}`)) });
  await Promise.all(namespaces.map((name) => setSysctls(commands.inside(name), everywhere)));
  await commands.run('ip', ['-batch', '-'], { input: lines(cables(layout)) });
  await Promise.all([
    inside(commands, layout.switchNamespace, switchSettings(layout)),
    inside(commands, layout.client.namespace, outsideSettings(layout, layout.client)),
    ...layout.nodes.map(async (node) => {
      await inside(commands, node.namespace, nodeSettings(layout, node));
      await setSysctls(commands.inside(node.namespace), nodeSysctls);
      await setSysctls(commands.inside(node.namespace), bridgeSysctls, ['-e']);
    }),
    ...layout.pods.map((pod) => inside(commands, pod.namespace, podSettings(layout, pod))),
  ]);
}

/** A cable goes with either of the namespaces that it joins. */
function cables(layout: LabLayout): string[] {
  const { switchNamespace, client, nodes, pods, root } = layout;
  const cable = (host: LabHost, to: string): string =>
    `link add name ${uplink} netns ${host.namespace} type veth peer name ${host.name} netns ${to}`;
  return [
    ...[client, ...nodes].map((host) => cable(host, switchNamespace)),
    ...pods.map((pod) => cable(pod, nodeOf(layout, pod).namespace)),
    `link add name ${root.link} type veth peer name root netns ${switchNamespace}`,
    `address add ${root.address}/24 dev ${root.link}`,
    `link set ${root.link} up`,
  ];
}

/** The switch is also everybody's default gateway, and forwards nothing: what nobody translates ends there. */
function switchSettings(layout: LabLayout): string[] {
  return [
    'link add name switch type bridge forward_delay 0 mcast_snooping 0',
    'link set switch up',
    ...families.map((family) => address(layout.switchAddress[family], 'switch')),
    ...['root', layout.client.name, ...layout.nodes.map((node) => node.name)].map(
      (port) => `link set ${port} master switch up`,
    ),
  ];
}

function outsideSettings(layout: LabLayout, host: LabHost): string[] {
  return [
    'link set lo up',
    `link set ${uplink} up`,
    ...families.map((family) => address(host.addresses[family], uplink)),
    ...families.map((family) => `route add default via ${layout.switchAddress[family]}`),
  ];
}

function nodeSettings(layout: LabLayout, node: LabNode): string[] {
  const pods = layout.pods.filter((pod) => pod.node === node.name);
  return [
    ...outsideSettings(layout, node),
    `link add name ${podBridge} type bridge forward_delay 0 mcast_snooping 0`,
    `link set ${podBridge} up`,
    ...families.map((family) => address(node.podGateway[family], podBridge)),
    ...pods.flatMap((pod) => [
      `link set ${pod.name} master ${podBridge} up`,
      // A pod may be sent back to itself by way of its Service.
      `link set ${pod.name} type bridge_slave hairpin on`,
    ]),
    ...layout.nodes
      .filter((other) => other.name !== node.name)
      .flatMap((other) =>
        families.map((family) => `route add ${other.podNetwork[family]} via ${other.addresses[family]}`),
      ),
  ];
}

function podSettings(layout: LabLayout, pod: LabPod): string[] {
  const gateway = nodeOf(layout, pod).podGateway;
  return [
    'link set lo up',
    `link set ${uplink} up`,
    ...families.map((family) => address(pod.addresses[family], uplink)),
    ...families.map((family) => `route add default via ${gateway[family]}`),
  ];
}

/**
 * Before there is any interface: not what this machine happens to have, which new namespaces take over. And without
 * duplicate address detection, which would keep IPv6 addresses, link-local ones too, silent for a second or two.
 */
const everywhere = {
  'net.ipv4.ip_forward': 0,
  'net.ipv4.conf.all.rp_filter': 2,
  'net.ipv6.conf.default.accept_dad': 0,
} as const;

/** As installers of Kubernetes want them; what an agent adds gets the kernel's own default again. */
const nodeSysctls = {
  'net.ipv6.conf.default.accept_dad': 1,
  'net.ipv4.ip_forward': 1,
  'net.ipv6.conf.all.forwarding': 1,
} as const;

/** These too, but they are only there while the module br_netfilter is loaded, which is not for a lab to do. */
const bridgeSysctls = {
  'net.bridge.bridge-nf-call-iptables': 1,
  'net.bridge.bridge-nf-call-ip6tables': 1,
} as const;

async function setSysctls(
  commands: Commands,
  settings: Readonly<Record<string, number>>,
  options: readonly string[] = [],
): Promise<void> {
  const words = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  await commands.run('sysctl', ['-q', ...options, '-w', ...words]);
}

function address(text: string, device: string): string {
  return text.includes(':') ? `address add ${text}/64 dev ${device}` : `address add ${text}/24 dev ${device}`;
}

function nodeOf(layout: LabLayout, pod: LabPod): LabNode {
  const node = layout.nodes.find((candidate) => candidate.name === pod.node);
  if (node === undefined) throw new TypeError(`the pod ${pod.name} has no node`);
  return node;
}

async function inside(commands: Commands, namespace: string, settings: string[]): Promise<void> {
  await commands.run('ip', ['-n', namespace, '-batch', '-'], { input: lines(settings) });
}

function lines(settings: readonly string[]): string {
  return `${settings.join('\n')}\n`;
}
