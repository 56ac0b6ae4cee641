import { Type, type Static } from 'typebox';
import { ConfigMapReference } from './config-map-reference.ts';
import { Credential } from './credential.ts';
import { described, optionalBoolean, optionalString, optionalStrings } from './fields.ts';
import { HTTPClientConfig } from './http-client-config.ts';
import { LabelSelector } from './label-selector.ts';
import { ServiceReference } from './service-reference.ts';

/** What every channel of a Receiver has. */
const channel = {
  enabled: Type.Optional(Type.Boolean({ description: 'True when absent.' })),
  alertSelector: Type.Optional(LabelSelector),
  template: described('The template of the message.'),
  tmplText: Type.Optional(ConfigMapReference),
};
const configSelector = Type.Optional(LabelSelector);
const titleTemplate = described('The template of the title.');

/** `spec.dingtalk` of a Receiver, as a schema. */
export const DingTalkReceiver = Type.Object({
  ...channel,
  dingtalkConfigSelector: configSelector,
  chatbot: Type.Optional(
    Type.Object({
      webhook: Credential,
      keywords: optionalStrings,
      secret: Type.Optional(Credential),
      atMobiles: optionalStrings,
      atUsers: optionalStrings,
      atAll: optionalBoolean,
    }),
  ),
  conversation: Type.Optional(Type.Object({ chatids: Type.Array(Type.String()) })),
  titleTemplate,
  tmplType: described('text or markdown'),
});
/** A DingTalk chatbot, conversations, or both. */
export type DingTalkReceiver = Static<typeof DingTalkReceiver>;

/** `spec.discord` of a Receiver, as a schema. */
export const DiscordReceiver = Type.Object({
  ...channel,
  webhook: Credential,
  type: described('content or embed'),
  mentionedUsers: optionalStrings,
  mentionedRoles: optionalStrings,
});
/** A Discord webhook. */
export type DiscordReceiver = Static<typeof DiscordReceiver>;

/** `spec.email` of a Receiver, as a schema. */
export const EmailReceiver = Type.Object({
  ...channel,
  emailConfigSelector: configSelector,
  to: Type.Array(Type.String()),
  subjectTemplate: described('The template of the subject.'),
  tmplType: described('html or text; html when absent.'),
});
/** Mailboxes. */
export type EmailReceiver = Static<typeof EmailReceiver>;

/** `spec.feishu` of a Receiver, as a schema. */
export const FeishuReceiver = Type.Object({
  ...channel,
  feishuConfigSelector: configSelector,
  user: Type.Optional(Type.Array(Type.String(), { maxItems: 200 })),
  department: Type.Optional(Type.Array(Type.String(), { maxItems: 200 })),
  chatbot: Type.Optional(
    Type.Object({ webhook: Credential, keywords: optionalStrings, secret: Type.Optional(Credential) }),
  ),
  tmplType: described('text or post; post when absent.'),
});
/** Feishu users and departments, a chatbot, or both. */
export type FeishuReceiver = Static<typeof FeishuReceiver>;

/** `spec.pushover` of a Receiver, as a schema. */
export const PushoverReceiver = Type.Object({
  ...channel,
  pushoverConfigSelector: configSelector,
  titleTemplate,
  profiles: Type.Array(
    Type.Object({
      userKey: Type.String({ pattern: '^[A-Za-z0-9]{30}$' }),
      devices: optionalStrings,
      title: described('Deprecated: titleTemplate says the title.'),
      sound: optionalString,
    }),
  ),
});
/** Pushover users. */
export type PushoverReceiver = Static<typeof PushoverReceiver>;

/** `spec.slack` of a Receiver, as a schema. */
export const SlackReceiver = Type.Object({
  ...channel,
  slackConfigSelector: configSelector,
  channels: Type.Array(Type.String()),
});
/** Slack channels. */
export type SlackReceiver = Static<typeof SlackReceiver>;

/** `spec.sms` of a Receiver, as a schema. */
export const SmsReceiver = Type.Object({
  ...channel,
  smsConfigSelector: configSelector,
  phoneNumbers: Type.Array(Type.String()),
});
/** Phone numbers. */
export type SmsReceiver = Static<typeof SmsReceiver>;

/** `spec.teams` of a Receiver, as a schema. Upstream has no such channel. */
export const TeamsReceiver = Type.Object({
  ...channel,
  webhook: Credential,
  titleTemplate,
  type: described('card or text; card when absent.'),
});
/** A Microsoft Teams chat or channel: the address of a Workflows or incoming webhook. */
export type TeamsReceiver = Static<typeof TeamsReceiver>;

/** `spec.telegram` of a Receiver, as a schema. */
export const TelegramReceiver = Type.Object({
  ...channel,
  telegramConfigSelector: configSelector,
  channels: Type.Array(Type.String()),
  mentionedUsers: optionalStrings,
});
/** Telegram chats. */
export type TelegramReceiver = Static<typeof TelegramReceiver>;

/** `spec.webhook` of a Receiver, as a schema. */
export const WebhookReceiver = Type.Object({
  ...channel,
  webhookConfigSelector: configSelector,
  url: described('Exactly one of url and service.'),
  service: Type.Optional(ServiceReference),
  httpConfig: Type.Optional(HTTPClientConfig),
});
/** An HTTP server that takes alerts as JSON; exactly one of `url` and `service`. */
export type WebhookReceiver = Static<typeof WebhookReceiver>;

/** `spec.wechat` of a Receiver, as a schema. */
export const WechatReceiver = Type.Object({
  ...channel,
  wechatConfigSelector: configSelector,
  toUser: optionalStrings,
  toParty: optionalStrings,
  toTag: optionalStrings,
  chatbot: Type.Optional(
    Type.Object({ webhook: Credential, atUsers: optionalStrings, atMobiles: optionalStrings }),
  ),
  tmplType: described('text or markdown; text when absent.'),
});
/** WeCom users, parties and tags, a chatbot, or both. */
export type WechatReceiver = Static<typeof WechatReceiver>;
