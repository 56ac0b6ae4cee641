import { Type, type Static } from 'typebox';
import { Credential } from './credential.ts';
import { described, optionalBoolean, optionalString, optionalStringMap } from './fields.ts';
import { TLSConfig } from './http-client-config.ts';

const labels = optionalStringMap;

/** `spec.dingtalk` of a Config, as a schema. */
export const DingTalkConfig = Type.Object({
  labels,
  conversation: Type.Optional(Type.Object({ appkey: Credential, appsecret: Credential })),
});
/** A DingTalk application; chatbots need none. */
export type DingTalkConfig = Static<typeof DingTalkConfig>;

/** `spec.email` of a Config, as a schema. */
export const EmailConfig = Type.Object({
  labels,
  from: Type.String(),
  smartHost: Type.Object({ host: Type.String(), port: Type.Integer() }),
  hello: described('The name to greet the server with.'),
  authUsername: optionalString,
  authIdentify: described('The identity of PLAIN authentication.'),
  authPassword: Type.Optional(Credential),
  authSecret: Type.Optional(Credential),
  requireTLS: optionalBoolean,
  tls: Type.Optional(TLSConfig),
});
/** A mail server to send through. `authPassword` is for PLAIN and LOGIN, `authSecret` for CRAM-MD5. */
export type EmailConfig = Static<typeof EmailConfig>;

/** `spec.feishu` of a Config, as a schema. */
export const FeishuConfig = Type.Object({ labels, appID: Credential, appSecret: Credential });
/** A Feishu application; chatbots need none. */
export type FeishuConfig = Static<typeof FeishuConfig>;

/** `spec.pushover` of a Config, as a schema. */
export const PushoverConfig = Type.Object({ labels, pushoverTokenSecret: Credential });
/** A Pushover application. */
export type PushoverConfig = Static<typeof PushoverConfig>;

/** `spec.slack` of a Config, as a schema. */
export const SlackConfig = Type.Object({ labels, slackTokenSecret: Credential });
/** The token of a Slack bot or user. */
export type SlackConfig = Static<typeof SlackConfig>;

/** `spec.sms` of a Config, as a schema. */
export const SmsConfig = Type.Object({
  defaultProvider: described('aliyun, aws, huawei or tencent; the first that is configured when absent.'),
  providers: Type.Object({
    aliyun: Type.Optional(
      Type.Object({
        signName: Type.String(),
        templateCode: optionalString,
        accessKeyId: Credential,
        accessKeySecret: Credential,
      }),
    ),
    aws: Type.Optional(
      Type.Object({ region: optionalString, accessKeyId: Credential, secretAccessKey: Credential }),
    ),
    huawei: Type.Optional(
      Type.Object({
        url: optionalString,
        signature: Type.String(),
        templateId: Type.String(),
        sender: Type.String(),
        appSecret: Credential,
        appKey: Credential,
      }),
    ),
    tencent: Type.Optional(
      Type.Object({
        sign: Type.String(),
        templateID: Type.String(),
        smsSdkAppid: Type.String(),
        secretId: Credential,
        secretKey: Credential,
      }),
    ),
  }),
});
/** Accounts with providers of text messages. */
export type SmsConfig = Static<typeof SmsConfig>;

/** `spec.telegram` of a Config, as a schema. */
export const TelegramConfig = Type.Object({ labels, telegramTokenSecret: Credential });
/** The token of a Telegram bot. */
export type TelegramConfig = Static<typeof TelegramConfig>;

/** `spec.webhook` of a Config, as a schema. */
export const WebhookConfig = Type.Object({ labels });
/** Nothing: upstream has it, and webhooks need none. */
export type WebhookConfig = Static<typeof WebhookConfig>;

/** `spec.wechat` of a Config, as a schema. */
export const WechatConfig = Type.Object({
  labels,
  wechatApiUrl: optionalString,
  wechatApiCorpId: Type.String(),
  wechatApiAgentId: Type.String(),
  wechatApiSecret: Credential,
});
/** A WeCom application; chatbots need none. */
export type WechatConfig = Static<typeof WechatConfig>;
