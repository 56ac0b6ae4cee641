import { defineKind, type KindObject } from '@armillary/resource';
import { Type, type Static } from 'typebox';
import { emptyStatus, notificationKind, v2beta2 } from './fields.ts';
import {
  DingTalkReceiver,
  DiscordReceiver,
  EmailReceiver,
  FeishuReceiver,
  PushoverReceiver,
  SlackReceiver,
  SmsReceiver,
  TeamsReceiver,
  TelegramReceiver,
  WebhookReceiver,
  WechatReceiver,
} from './receiver-channels.ts';

const ReceiverSpec = Type.Object(
  {
    dingtalk: Type.Optional(DingTalkReceiver),
    discord: Type.Optional(DiscordReceiver),
    email: Type.Optional(EmailReceiver),
    feishu: Type.Optional(FeishuReceiver),
    pushover: Type.Optional(PushoverReceiver),
    slack: Type.Optional(SlackReceiver),
    sms: Type.Optional(SmsReceiver),
    teams: Type.Optional(TeamsReceiver),
    telegram: Type.Optional(TelegramReceiver),
    webhook: Type.Optional(WebhookReceiver),
    wechat: Type.Optional(WechatReceiver),
  },
  {
    description:
      'Whom to tell, by one channel or several. Of an object in the cluster the labels say of what: by default type=global is told of everything, type=tenant with user=NAME of that tenant.',
  },
);
/** Whom to tell: every field is one channel, named by its `ChannelType`. */
export type ReceiverSpec = Static<typeof ReceiverSpec>;

/** notification.kubesphere.io/v2beta2 Receiver: upstream's, with `teams`. */
export const receiverKind = defineKind({
  ...notificationKind,
  kind: 'Receiver',
  plural: 'receivers',
  shortNames: ['nr'],
  versions: [{ ...v2beta2, schema: Type.Object({ spec: Type.Optional(ReceiverSpec), status: emptyStatus }) }],
});

/** An object of {@link receiverKind}. */
export type Receiver = KindObject<typeof receiverKind>;
