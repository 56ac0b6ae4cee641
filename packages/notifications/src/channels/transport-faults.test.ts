import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AddressPolicy } from '../outgoing/address-policy.ts';
import { createOutgoingHttp } from '../outgoing/create-outgoing-http.ts';
import type { ClosableOutgoingHttp } from '../outgoing/create-outgoing-http.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { testAlert, testContext, testHttp, testNotice } from '../testing/notice.ts';
import { dingtalkProvider } from '../testing/providers/dingtalk.ts';
import { discordWebhook, startDiscord } from '../testing/providers/discord.ts';
import { feishuProvider } from '../testing/providers/feishu.ts';
import { pushoverToken, pushoverUser, startPushover } from '../testing/providers/pushover.ts';
import { startSlack } from '../testing/providers/slack.ts';
import { StandIn } from '../testing/providers/stand-in.ts';
import type { Provider } from '../testing/providers/stand-in.ts';
import { startTeams, teamsWorkflow } from '../testing/providers/teams.ts';
import { startTelegram } from '../testing/providers/telegram.ts';
import {
  accessKey,
  aliyunProvider,
  awsProvider,
  huaweiProvider,
  tencentProvider,
} from '../testing/providers/text-messages.ts';
import { wechatProvider } from '../testing/providers/wechat.ts';
import { sendNotice } from '../testing/send-notice.ts';
import type { ChannelContext } from './channel.ts';
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

const alerts = [testAlert('Down')];
const startWebhook = () => StandIn.start(() => ({ status: 200 }));

const id = { value: accessKey.id };
const secret = { value: accessKey.secret };
/** A provider of text messages and an account with it. */
const textMessages = (provider: Provider, providers: object) => ({
  start: () => StandIn.start(provider),
  send: (url: string, context: ChannelContext) => {
    const notice = testNotice('sms', { phoneNumbers: ['+13105550100'] }, alerts, { providers });
    return sendNotice(smsChannel, notice, { ...context, apiUrl: url });
  },
});
const now = (): number => Date.now();
const tokens = new Set<string>();
const unknown = new Set<string>();

/** Each channel with a stand-in of its provider, and one notice that it takes. */
const channels = {
  dingtalk: {
    start: () => {
      const application = { appkey: '', appsecret: '' };
      return StandIn.start(dingtalkProvider({ robot: { token: 'xoxb-robot' }, application, tokens, now }));
    },
    send: (url: string, context: ChannelContext) => {
      const webhook = { value: `${url}/robot/send?access_token=xoxb-robot` };
      return sendNotice(dingtalkChannel, testNotice('dingtalk', { chatbot: { webhook } }, alerts), context);
    },
  },
  feishu: {
    start: () =>
      StandIn.start(
        feishuProvider({ robot: { id: 'xoxb-robot' }, appId: '', appSecret: '', unknown, tokens, now }),
      ),
    send: (url: string, context: ChannelContext) => {
      const webhook = { value: `${url}/open-apis/bot/v2/hook/xoxb-robot` };
      return sendNotice(feishuChannel, testNotice('feishu', { chatbot: { webhook } }, alerts), context);
    },
  },
  wechat: {
    start: () =>
      StandIn.start(
        wechatProvider({ corpid: '', corpsecret: '', agentid: 1, robotKey: 'xoxb-robot', unknown, tokens }),
      ),
    send: (url: string, context: ChannelContext) => {
      const webhook = { value: `${url}/cgi-bin/webhook/send?key=xoxb-robot` };
      return sendNotice(wechatChannel, testNotice('wechat', { chatbot: { webhook } }, alerts), context);
    },
  },
  'sms aliyun': textMessages(aliyunProvider(), {
    aliyun: { signName: 'Ops', templateCode: 'SMS_1', accessKeyId: id, accessKeySecret: secret },
  }),
  'sms tencent': textMessages(tencentProvider(), {
    tencent: { sign: 'Ops', templateID: '11', smsSdkAppid: '1400000000', secretId: id, secretKey: secret },
  }),
  'sms huawei': textMessages(huaweiProvider(), {
    huawei: { signature: 'Ops', templateId: 't1', sender: 'csms1', appKey: id, appSecret: secret },
  }),
  'sms aws': textMessages(awsProvider(), {
    aws: { region: 'eu-west-1', accessKeyId: id, secretAccessKey: secret },
  }),
  discord: {
    start: startDiscord,
    send: (url: string, context: ChannelContext) =>
      sendNotice(
        discordChannel,
        testNotice('discord', { webhook: { value: url + discordWebhook } }, alerts),
        context,
      ),
  },
  pushover: {
    start: startPushover,
    send: (url: string, context: ChannelContext) => {
      const spec = { profiles: [{ userKey: pushoverUser }] };
      const notice = testNotice('pushover', spec, alerts, { pushoverTokenSecret: { value: pushoverToken } });
      return sendNotice(pushoverChannel, notice, { ...context, apiUrl: url });
    },
  },
  slack: {
    start: startSlack,
    send: (url: string, context: ChannelContext) => {
      const config = { slackTokenSecret: { value: 'xoxb-good' } };
      const notice = testNotice('slack', { channels: ['ops'] }, alerts, config);
      return sendNotice(slackChannel, notice, { ...context, apiUrl: url });
    },
  },
  teams: {
    start: startTeams,
    send: (url: string, context: ChannelContext) =>
      sendNotice(
        teamsChannel,
        testNotice('teams', { webhook: { value: url + teamsWorkflow } }, alerts),
        context,
      ),
  },
  telegram: {
    start: startTelegram,
    send: (url: string, context: ChannelContext) => {
      const config = { telegramTokenSecret: { value: '123:good' } };
      const notice = testNotice('telegram', { channels: ['42'] }, alerts, config);
      return sendNotice(telegramChannel, notice, { ...context, apiUrl: url });
    },
  },
  webhook: {
    start: startWebhook,
    send: (url: string, context: ChannelContext) =>
      sendNotice(webhookChannel, testNotice('webhook', { url: `${url}/hook` }, alerts), context),
  },
};

const fault = (kind: string, rest: object = {}) =>
  expect.objectContaining({ name: 'DeliveryError', fault: kind, ...rest });

describe.each(Object.entries(channels))('%s', (name, { start, send }) => {
  let standIn: StandIn;
  let http: ClosableOutgoingHttp;

  beforeEach(async () => {
    standIn = await start();
    http = testHttp();
  });

  afterEach(async () => {
    await http.close();
    await standIn[Symbol.asyncDispose]();
  });

  const attempt = (rest: Partial<ChannelContext> = {}) => send(standIn.url, testContext({ http, ...rest }));

  test('an alert is told with one request that the provider has no complaint about', async () => {
    await expect(attempt()).resolves.toEqual({ rejected: [] });
    expect(standIn.requests).toHaveLength(1);
    expect(standIn.complaints).toEqual([]);
  });

  test('a provider that asks to wait is waited for', async () => {
    standIn.answerNext({ status: 429, headers: { 'retry-after': '7' } });
    await expect(attempt()).rejects.toEqual(fault('rate', { retryAfterMs: 7000 }));
    standIn.answerNext({ status: 503, headers: { 'retry-after': '120' } });
    await expect(attempt()).rejects.toEqual(fault('rate', { retryAfterMs: 120_000 }));
  });

  test.each([408, 500, 502, 503, 504])('a failure that may pass is tried again: HTTP %d', async (status) => {
    standIn.answerNext({ status, text: '<html>Bad gateway</html>' });
    await expect(attempt()).rejects.toEqual(fault('transient', { code: `HTTP ${status}` }));
  });

  test.each([301, 400, 403, 405, 413, 422])('a refusal is not repeated: HTTP %d', async (status) => {
    standIn.answerNext({ status, headers: { location: 'http://169.254.169.254/' } });
    await expect(attempt()).rejects.toEqual(fault('permanent', { code: `HTTP ${status}` }));
    expect(standIn.requests).toHaveLength(1);
  });

  test.each(['reset', 'reset in the body'] as const)(
    'a connection that breaks is tried again: %s',
    async (way) => {
      standIn.answerNext(way);
      await expect(attempt()).rejects.toEqual(fault('transient'));
    },
  );

  test('a provider that never answers is given up after the time that is set', async () => {
    const clock = new FakeClock();
    const silent = await StandIn.start(() => (clock.advance(3000), { status: 200 }));
    silent.answerNext('never');
    const timed = createOutgoingHttp({
      policy: new AddressPolicy({ allowLoopback: true }),
      userAgent: 'test',
      clock,
    });
    await expect(send(silent.url, testContext({ http: timed, timeoutMs: 3000 }))).rejects.toEqual(
      fault('transient', { code: 'Timeout', message: expect.stringContaining('3000 ms') }),
    );
    await timed.close();
    await silent[Symbol.asyncDispose]();
  });

  test('an address that may not be used is not tried again', async () => {
    const strict = createOutgoingHttp({ policy: new AddressPolicy(), userAgent: 'test' });
    await expect(attempt({ http: strict })).rejects.toEqual(fault('permanent', { code: 'AddressRefused' }));
    expect(standIn.requests).toEqual([]);
    await strict.close();
  });

  test('a message that is stopped with the program is not lost', async () => {
    await expect(attempt({ signal: AbortSignal.abort() })).rejects.toEqual(fault('transient'));
  });

  if (name !== 'webhook')
    test('a page for people is not taken for success', async () => {
      standIn.answerNext({
        status: 200,
        headers: { 'content-type': 'text/html' },
        text: '<!DOCTYPE html><p>Log in',
      });
      await expect(attempt()).rejects.toEqual(fault('transient'));
    });

  test('no error tells an address, a path or a token', async () => {
    standIn.answerNext({ status: 500 }, { status: 400 }, 'reset');
    for (let time = 0; time < 3; time++) {
      const error = await attempt().then(
        () => undefined,
        (thrown: unknown) => thrown as Error,
      );
      expect(error?.message).not.toMatch(/xoxb|123:good|azGDO|uQiRz|3d89bb|c2VjcmV0|\/hook/u);
    }
  });
});
