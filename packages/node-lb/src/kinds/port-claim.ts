import { defineKind, type KindObject } from '@armillary/resource';
import { Type, type Static } from 'typebox';
import { NETWORK_GROUP } from './network-group.ts';

const Address = Type.String({ minLength: 2, maxLength: 45 });

/** What a node shall do with one of its ports: everything its agent needs to know beside the Service's endpoints. */
export const PortClaimSpec = Type.Object({
  nodeName: Type.String({ minLength: 1, description: 'The node whose port this is.' }),
  protocol: Type.Union([Type.Literal('TCP'), Type.Literal('UDP'), Type.Literal('SCTP')]),
  port: Type.Integer({ minimum: 1, maximum: 65535 }),
  service: Type.Object(
    {
      namespace: Type.String(),
      name: Type.String(),
      uid: Type.String(),
      portName: Type.Optional(Type.String({ description: "The port's name in the Service." })),
    },
    { description: 'Who owns it. A claim whose Service is gone, or has another uid, is garbage.' },
  ),
  addresses: Type.Array(Address, {
    minItems: 1,
    description: 'Addresses of the node that answer, those of the family that the Service prefers first.',
  }),
  externalTrafficPolicy: Type.Union([Type.Literal('Cluster'), Type.Literal('Local')]),
  clusterIPs: Type.Array(Address, {
    description: 'Where the traffic goes under the policy Cluster, one address for each family.',
  }),
  sourceRanges: Type.Optional(
    Type.Array(Type.String(), {
      description:
        'Networks that may connect; everybody when absent. With networks of one family only, the other is closed.',
    }),
  ),
  withdrawAt: Type.Optional(
    Type.String({
      format: 'date-time',
      description: 'The node is being left: nobody is sent here any more, and the claim goes at this time.',
    }),
  ),
});
/** See {@link PortClaimSpec}. */
export type PortClaimSpec = Static<typeof PortClaimSpec>;

const Condition = Type.Object({
  type: Type.String(),
  status: Type.String({ description: 'True, False or Unknown' }),
  observedGeneration: Type.Optional(Type.Integer({ format: 'int64' })),
  lastTransitionTime: Type.String({ format: 'date-time' }),
  reason: Type.String(),
  message: Type.Optional(Type.String()),
});

/** What became of it, as the node's agent saw it. */
export const PortClaimStatus = Type.Object({
  observedGeneration: Type.Optional(Type.Integer({ format: 'int64' })),
  addresses: Type.Optional(Type.Array(Address, { description: 'Addresses that answer now.' })),
  owner: Type.Optional(
    Type.String({ description: 'Who has the port instead, as "nginx (pid 1234)", when that is known.' }),
  ),
  conditions: Type.Optional(
    Type.Array(Condition, { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] }),
  ),
});
/** See {@link PortClaimStatus}. */
export type PortClaimStatus = Static<typeof PortClaimStatus>;

/**
 * network.armillary.dev/v1alpha1 PortClaim: a port of a node that belongs to one Service. Its name says node, protocol
 * and port ({@link claimName}), so that the API server itself refuses a second owner.
 */
export const portClaimKind = defineKind({
  group: NETWORK_GROUP,
  kind: 'PortClaim',
  plural: 'portclaims',
  shortNames: ['pclaim'],
  categories: ['node-lb'],
  scope: 'Cluster',
  versions: [
    {
      name: 'v1alpha1',
      served: true,
      storage: true,
      schema: Type.Object({ spec: PortClaimSpec, status: Type.Optional(PortClaimStatus) }),
      subresources: { status: {} },
      additionalPrinterColumns: [
        { name: 'Node', type: 'string', jsonPath: '.spec.nodeName' },
        { name: 'Protocol', type: 'string', jsonPath: '.spec.protocol' },
        { name: 'Port', type: 'integer', jsonPath: '.spec.port' },
        { name: 'Namespace', type: 'string', jsonPath: '.spec.service.namespace' },
        { name: 'Service', type: 'string', jsonPath: '.spec.service.name' },
        {
          name: 'Programmed',
          type: 'string',
          jsonPath: '.status.conditions[?(@.type=="Programmed")].status',
        },
        {
          name: 'Reason',
          type: 'string',
          jsonPath: '.status.conditions[?(@.type=="Programmed")].reason',
        },
        { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
      ],
    },
  ],
});

/** An object of {@link portClaimKind}. */
export type PortClaim = KindObject<typeof portClaimKind>;
