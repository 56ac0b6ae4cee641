import type { Channel } from './channel.ts';
import type { ChannelType } from './channel-type.ts';
import { dingtalkChannel } from './dingtalk/dingtalk-channel.ts';
import { discordChannel } from './discord/discord-channel.ts';
import { feishuChannel } from './feishu/feishu-channel.ts';
import { pushoverChannel } from './pushover/pushover-channel.ts';
import { slackChannel } from './slack/slack-channel.ts';
import { smsChannel } from './sms/sms-channel.ts';
import { teamsChannel } from './teams/teams-channel.ts';
import { telegramChannel } from './telegram/telegram-channel.ts';
import { webhookChannel } from './webhook/webhook-channel.ts';
import { wechatChannel } from './wechat/wechat-channel.ts';

/** All channels by their type. */
export type Channels = ReadonlyMap<ChannelType, Channel>;

/** The channels; that of e-mail holds connections and is made by who closes them. */
export function createChannels(email: Channel<'email'>): Channels {
  const all = [
    dingtalkChannel,
    discordChannel,
    email,
    feishuChannel,
    pushoverChannel,
    slackChannel,
    smsChannel,
    teamsChannel,
    telegramChannel,
    webhookChannel,
    wechatChannel,
  ];
  // Each is given what was made for its own type, so that the narrower types of its methods hold.
  return new Map(all.map((channel) => [channel.type, channel as unknown as Channel]));
}
