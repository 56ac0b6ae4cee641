import { defineKind, type KindObject } from '@armillary/resource';
import { Type, type Static } from 'typebox';
import { ConfigMapReference } from './config-map-reference.ts';
import {
  described,
  duration,
  emptyStatus,
  notificationKind,
  optionalInteger,
  optionalString,
  optionalStrings,
  v2beta2,
} from './fields.ts';
import { LabelSelector } from './label-selector.ts';
import { podPart, Sidecar } from './pod-part.ts';
import { WebhookReceiver } from './receiver-channels.ts';
import { ReceiverOptions } from './receiver-options.ts';

export type { ReceiverOptions } from './receiver-options.ts';

/** How routers stand beside global and tenant receivers: `spec.routePolicy`. */
export const routePolicies = ['All', 'RouterFirst', 'RouterOnly'] as const;
/** One of the policies. */
export type RoutePolicy = (typeof routePolicies)[number];

const NotificationManagerSpec = Type.Object({
  ...podPart,
  defaultConfigSelector: Type.Optional(LabelSelector),
  receivers: Type.Object({
    tenantKey: described('The label that names the tenant of a receiver; user when absent.'),
    globalReceiverSelector: Type.Object(LabelSelector.properties, {
      description: 'Only matchLabels count, and one pair that fits is enough.',
    }),
    tenantReceiverSelector: Type.Object(LabelSelector.properties, {
      description: 'Only matchLabels count, and one pair that fits is enough.',
    }),
    options: Type.Optional(ReceiverOptions),
  }),
  defaultSecretNamespace: optionalString,
  sidecars: Type.Optional(
    Type.Record(Type.String(), Sidecar, {
      description:
        'By the contract they serve: receiver (who is told, with which settings) or tenant (names).',
    }),
  ),
  history: Type.Optional(
    Type.Object({ webhook: WebhookReceiver }, { description: 'Who is told what was told to whom.' }),
  ),
  groupLabels: optionalStrings,
  batchMaxSize: optionalInteger,
  batchMaxWait: duration('How long alerts may wait for others.'),
  routePolicy: described('All, RouterFirst or RouterOnly; All when absent.'),
  template: Type.Optional(
    Type.Object({
      text: Type.Optional(ConfigMapReference),
      reloadCycle: duration('Not needed: changes are noticed at once.'),
      languagePack: Type.Optional(Type.Array(ConfigMapReference)),
      language: described('English when absent.'),
    }),
  ),
});
/** How notifications are sent, and how the pods that send them run. */
export type NotificationManagerSpec = Static<typeof NotificationManagerSpec>;

/** notification.kubesphere.io/v2beta2 NotificationManager, upstream's. */
export const notificationManagerKind = defineKind({
  ...notificationKind,
  kind: 'NotificationManager',
  plural: 'notificationmanagers',
  shortNames: ['nm'],
  versions: [
    {
      ...v2beta2,
      schema: Type.Object({ spec: Type.Optional(NotificationManagerSpec), status: emptyStatus }),
    },
  ],
});

/** An object of {@link notificationManagerKind}. */
export type NotificationManager = KindObject<typeof notificationManagerKind>;
