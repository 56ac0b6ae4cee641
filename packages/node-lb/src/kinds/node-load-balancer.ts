import { defineKind, type KindObject } from '@armillary/resource';
import { Type, type Static } from 'typebox';
import { NETWORK_GROUP } from './network-group.ts';

const described = (description: string) => Type.Optional(Type.String({ description }));
const duration = (description: string) =>
  described(`${description} A duration as Go writes it, such as 90s or 1h30m, at most a week.`);
const ports = (description: string) => Type.Optional(Type.Array(Type.String(), { description }));

/** How the load balancer works in this cluster; everything has a default. */
export const NodeLoadBalancerSpec = Type.Object({
  classless: Type.Optional(
    Type.Boolean({ description: 'Whether Services without loadBalancerClass are served; true when absent.' }),
  ),
  nodeSelector: Type.Optional(
    Type.Record(Type.String(), Type.String(), {
      description: 'Labels of the nodes that may be used; all nodes when absent.',
    }),
  ),
  excludedNodes: Type.Optional(
    Type.Union([Type.Literal('Leave'), Type.Literal('Use')], {
      description:
        'What the label node.kubernetes.io/exclude-from-external-load-balancers means: Leave (the default) or Use. Installers put it on control-plane nodes: a cluster of one node needs Use.',
    }),
  ),
  count: Type.Optional(
    Type.Unsafe<number | 'all'>(
      Type.Union([Type.Integer({ minimum: 1 }), Type.String({ pattern: '^all$' })], {
        description: 'On how many nodes a Service answers that does not say so itself; 1 when absent.',
      }),
    ),
  ),
  addressType: Type.Optional(
    Type.Union([Type.Literal('InternalIP'), Type.Literal('ExternalIP')], {
      description: "Which of a node's addresses are published; InternalIP when absent.",
    }),
  ),
  reservedPorts: ports(
    'Ports nobody gets, such as 22, 2379-2380 or UDP/53, beside those that are always reserved; TCP is meant where no protocol is named.',
  ),
  nodePortRange: described('The range of NodePorts of the API server; 30000-32767 when absent.'),
  allow: Type.Optional(
    Type.Array(
      Type.Object({
        namespaces: Type.Array(Type.String(), { description: 'Names; * stands for any letters.' }),
        ports: Type.Array(Type.String(), {
          description: 'Such as 80, 8000-8999 or UDP/53; TCP is meant where no protocol is named.',
        }),
      }),
      { description: 'Who may expose which ports. When absent everybody may expose what is not reserved.' },
    ),
  ),
  publishStatus: Type.Optional(
    Type.Boolean({
      description:
        'Whether addresses are written to the status of Services; true when absent. With false, a kube-proxy that knows no ipMode (before 1.30) takes no short cut.',
    }),
  ),
  grace: Type.Optional(
    Type.Object({
      node: duration('How long a node may be NotReady; 20s when absent.'),
      agent: duration("How long a node's agent may be silent; 15s when absent, 10s at least."),
      return: duration('How long a node must be well again before it is used; 30s when absent.'),
      move: duration(
        'How long a Service that moved stays, unless its node is being removed; 60s when absent.',
      ),
    }),
  ),
  drain: duration('How long a node goes on answering for a Service that moved away; 30s when absent.'),
  maxUnhealthy: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 100,
      description:
        'Per cent of nodes. When so many look bad at once, and two at least, the fault is likely elsewhere, and nothing moves for it; 50 when absent.',
    }),
  ),
});
/** See {@link NodeLoadBalancerSpec}. */
export type NodeLoadBalancerSpec = Static<typeof NodeLoadBalancerSpec>;

/** The name of the only NodeLoadBalancer that counts. */
export const SETTINGS_NAME = 'default';

/** network.armillary.dev/v1alpha1 NodeLoadBalancer: the settings of the cluster, in the one that is called `default`. */
export const nodeLoadBalancerKind = defineKind({
  group: NETWORK_GROUP,
  kind: 'NodeLoadBalancer',
  plural: 'nodeloadbalancers',
  shortNames: ['nlb'],
  categories: ['node-lb'],
  scope: 'Cluster',
  versions: [
    {
      name: 'v1alpha1',
      served: true,
      storage: true,
      schema: Type.Object({ spec: Type.Optional(NodeLoadBalancerSpec) }),
      additionalPrinterColumns: [
        { name: 'Classless', type: 'boolean', jsonPath: '.spec.classless' },
        { name: 'Count', type: 'string', jsonPath: '.spec.count' },
        { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
      ],
    },
  ],
});

/** An object of {@link nodeLoadBalancerKind}. */
export type NodeLoadBalancer = KindObject<typeof nodeLoadBalancerKind>;
