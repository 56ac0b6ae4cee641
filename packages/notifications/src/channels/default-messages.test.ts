import { systemClock } from '@armillary/kube';
import { expect, test } from 'vitest';
import { Templates } from '../templates/templates.ts';
import { testAlert, testContext, testNotice } from '../testing/notice.ts';
import type { ChannelType } from './channel-type.ts';
import type { Channel, Message } from './channel.ts';
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

const noHttp = { send: () => Promise.reject(new Error('nothing is sent here')) };
// One of a notice would have no time left for all of these on a machine that is busy.
const render = new Templates({ texts: [], languagePacks: [] }, systemClock).renderer({
  groupLabels: {},
  milliseconds: Number.POSITIVE_INFINITY,
});
const context = testContext({ http: noHttp, render });

const alerts = Array.from({ length: 1000 }, (_, index) =>
  testAlert(`Alert ${index}`, { annotations: { message: `<b>#${index}#</b> & "more"` } }),
);

function messages<T extends ChannelType>(
  channel: Channel<T>,
  spec: Parameters<typeof channel.destinations>[0],
): Message[] {
  return channel.messages(testNotice(channel.type, spec, alerts), context);
}

/** Text messages by the provider that the settings of its account name. */
function textMessages(providers: object): Message[] {
  const spec = { phoneNumbers: ['+13105550100'] };
  return smsChannel.messages(testNotice('sms', spec, alerts, { providers }), context);
}

const webhook = { value: 'https://example.com/hook' };
const chatbot = { webhook };
const conversation = { chatids: ['chat1'] };

test.each<[string, () => Message[]]>([
  ['dingtalk robot', () => messages(dingtalkChannel, { chatbot })],
  ['dingtalk robot, markdown', () => messages(dingtalkChannel, { chatbot, tmplType: 'markdown' })],
  ['dingtalk conversation', () => messages(dingtalkChannel, { conversation })],
  ['discord', () => messages(discordChannel, { webhook })],
  ['discord embed', () => messages(discordChannel, { webhook, type: 'embed' })],
  ['feishu post', () => messages(feishuChannel, { chatbot })],
  ['feishu text', () => messages(feishuChannel, { user: ['ou'], tmplType: 'text' })],
  ['pushover', () => messages(pushoverChannel, { profiles: [{ userKey: 'u'.repeat(30) }] })],
  ['slack', () => messages(slackChannel, { channels: ['ops'] })],
  ['sms aliyun', () => textMessages({ aliyun: {} })],
  ['sms aws', () => textMessages({ aws: {} })],
  ['sms huawei', () => textMessages({ huawei: {} })],
  ['sms tencent', () => textMessages({ tencent: {} })],
  ['teams', () => messages(teamsChannel, { webhook })],
  ['teams text', () => messages(teamsChannel, { webhook, type: 'text' })],
  ['telegram', () => messages(telegramChannel, { channels: ['42'] })],
  ['webhook', () => messages(webhookChannel, { url: 'https://example.com/hook' })],
  ['wechat', () => messages(wechatChannel, { toUser: ['wang'] })],
  ['wechat robot, markdown', () => messages(wechatChannel, { chatbot, tmplType: 'markdown' })],
])(
  'with the templates that come with the program each of 1,000 alerts is told once: %s',
  (_name, messagesOf) => {
    const sent = messagesOf();
    expect(sent.reduce((sum, { alerts: told }) => sum + told, 0)).toBe(1000);
    let next = 0;
    for (const { alerts: told, body } of sent) {
      const text = JSON.stringify(body);
      for (const index of Array.from({ length: told }, (_, offset) => next + offset))
        expect(text).toContain(`#${index}#`);
      expect(text).not.toContain(`#${next + told}#`);
      next += told;
    }
  },
);
