import { defineKind, type KindObject } from '@armillary/resource';
import { Type, type Static } from 'typebox';
import {
  DingTalkConfig,
  EmailConfig,
  FeishuConfig,
  PushoverConfig,
  SlackConfig,
  SmsConfig,
  TelegramConfig,
  WebhookConfig,
  WechatConfig,
} from './config-channels.ts';
import { emptyStatus, notificationKind, v2beta2 } from './fields.ts';

const ConfigSpec = Type.Object(
  {
    dingtalk: Type.Optional(DingTalkConfig),
    email: Type.Optional(EmailConfig),
    feishu: Type.Optional(FeishuConfig),
    pushover: Type.Optional(PushoverConfig),
    slack: Type.Optional(SlackConfig),
    sms: Type.Optional(SmsConfig),
    telegram: Type.Optional(TelegramConfig),
    webhook: Type.Optional(WebhookConfig),
    wechat: Type.Optional(WechatConfig),
  },
  {
    description:
      "The account to send with, of one channel or several. Of an object in the cluster the labels say whose it is: by default type=default is everybody's, type=tenant with user=NAME that tenant's.",
  },
);
/** What to send with: every field is the account of one channel. Discord and Teams need none. */
export type ConfigSpec = Static<typeof ConfigSpec>;

/** notification.kubesphere.io/v2beta2 Config, upstream's. */
export const configKind = defineKind({
  ...notificationKind,
  kind: 'Config',
  plural: 'configs',
  shortNames: ['nc'],
  versions: [{ ...v2beta2, schema: Type.Object({ spec: Type.Optional(ConfigSpec), status: emptyStatus }) }],
});

/** An object of {@link configKind}. */
export type Config = KindObject<typeof configKind>;
