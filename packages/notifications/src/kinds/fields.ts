import { Type } from 'typebox';

/** Fields that may be absent, and that upstream says nothing about beside their type. */
export const optionalString = Type.Optional(Type.String());
/** See {@link optionalString}. */
export const optionalBoolean = Type.Optional(Type.Boolean());
/** See {@link optionalString}. */
export const optionalInteger = Type.Optional(Type.Integer());
/** See {@link optionalString}. */
export const optionalStrings = Type.Optional(Type.Array(Type.String()));
/** See {@link optionalString}. */
export const optionalStringMap = Type.Optional(Type.Record(Type.String(), Type.String()));

/** A string with a sentence about it, for what is neither clear by its name nor enumerated in upstream's CRDs. */
export const described = (description: string) => Type.Optional(Type.String({ description }));

/** A length of time as Go writes it. */
export const duration = (description: string) =>
  described(`${description} A duration as Go writes it, such as 90s or 1h30m.`);

/** What all kinds of upstream's group have alike: one version, one for the whole cluster, an empty status. */
export const notificationKind = {
  group: 'notification.kubesphere.io',
  scope: 'Cluster',
  categories: ['notification-manager'],
} as const;

/** The only version that upstream serves and stores, without its schema. */
export const v2beta2 = {
  name: 'v2beta2',
  served: true,
  storage: true,
  subresources: { status: {} },
} as const;

/** The empty status of upstream's kinds. */
export const emptyStatus = Type.Optional(Type.Object({}));
