import { Type, type Static } from 'typebox';
import { described, optionalInteger, optionalString } from './fields.ts';

const channel = {
  notificationTimeout: Type.Optional(Type.Integer({ format: 'int32', description: 'Seconds.' })),
  template: optionalString,
};
const nanoseconds = Type.Optional(Type.Integer({ format: 'int64', description: 'Nanoseconds.' }));
const tmplType = optionalString;

/** At most `threshold` messages in `unit`. */
const Throttle = Type.Object({ threshold: optionalInteger, unit: nanoseconds, maxWaitTime: nanoseconds });

/** `spec.receivers.options` of a NotificationManager, as a schema. */
export const ReceiverOptions = Type.Object({
  global: Type.Optional(
    Type.Object({
      templateFile: Type.Optional(
        Type.Array(Type.String(), { description: 'Deprecated: template.text of the NotificationManager.' }),
      ),
      template: optionalString,
      cluster: described('The name of this cluster, for alerts that have no label cluster.'),
    }),
  ),
  dingtalk: Type.Optional(
    Type.Object({
      ...channel,
      titleTemplate: optionalString,
      tmplType,
      tokenExpires: nanoseconds,
      conversationMessageMaxSize: optionalInteger,
      chatbotMessageMaxSize: optionalInteger,
      chatBotThrottle: Type.Optional(Throttle),
      conversationThrottle: Type.Optional(Throttle),
    }),
  ),
  discord: Type.Optional(Type.Object(channel)),
  email: Type.Optional(
    Type.Object({
      ...channel,
      deliveryType: described('Deprecated.'),
      maxEmailReceivers: Type.Optional(Type.Integer({ description: 'Most mailboxes that one mail is for.' })),
      subjectTemplate: optionalString,
      tmplType,
    }),
  ),
  feishu: Type.Optional(Type.Object({ ...channel, tmplType, tokenExpires: nanoseconds })),
  pushover: Type.Optional(Type.Object({ ...channel, titleTemplate: optionalString })),
  slack: Type.Optional(Type.Object(channel)),
  sms: Type.Optional(Type.Object(channel)),
  teams: Type.Optional(Type.Object({ ...channel, titleTemplate: optionalString })),
  telegram: Type.Optional(Type.Object(channel)),
  webhook: Type.Optional(Type.Object(channel)),
  wechat: Type.Optional(
    Type.Object({ ...channel, tmplType, messageMaxSize: optionalInteger, tokenExpires: nanoseconds }),
  ),
});
/**
 * What holds for all receivers that do not say otherwise, by channel. TRAP: `notificationTimeout` is in seconds,
 * `tokenExpires` and the times of throttles are in nanoseconds.
 */
export type ReceiverOptions = Static<typeof ReceiverOptions>;
