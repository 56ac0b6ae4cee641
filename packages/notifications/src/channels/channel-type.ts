/** The ways to tell people, in the order that upstream's objects list them; `teams` is ours. */
export const channelTypes = [
  'dingtalk',
  'discord',
  'email',
  'feishu',
  'pushover',
  'slack',
  'sms',
  'teams',
  'telegram',
  'webhook',
  'wechat',
] as const;

/** One way to tell people: the name of a field of a Receiver's `spec`. */
export type ChannelType = (typeof channelTypes)[number];
