import { afterAll, describe, expect, test } from 'vitest';
import { FakeClock } from '../../testing/fake-clock.ts';
import { testAlert, testContext, testHttp, testNotice } from '../../testing/notice.ts';
import { dingtalkProvider } from '../../testing/providers/dingtalk.ts';
import type { DingtalkWorld } from '../../testing/providers/dingtalk.ts';
import { StandIn } from '../../testing/providers/stand-in.ts';
import type { StandInAnswer } from '../../testing/providers/stand-in.ts';
import { sendNotice } from '../../testing/send-notice.ts';
import type { ChannelContext, Notice } from '../channel.ts';
import { TokenCache } from '../token-cache.ts';
import { dingtalkChannel } from './dingtalk-channel.ts';

const http = testHttp();
afterAll(() => http.close());

const clock = new FakeClock();
const tokens = () => new TokenCache({ clock });
const context = (rest: Partial<ChannelContext> = {}) =>
  testContext({ http, clock, tokens: tokens(), ...rest });
const alerts = [testAlert('PodDown'), testAlert('DiskFull')];
const account = { conversation: { appkey: { value: 'key' }, appsecret: { value: 'secret' } } };

function start(robot: Partial<DingtalkWorld['robot']> = {}): Promise<StandIn> {
  const application = { appkey: 'key', appsecret: 'secret' };
  const world = { robot: { token: 'robot', ...robot }, application, tokens: new Set<string>() };
  return StandIn.start(dingtalkProvider({ ...world, now: () => clock.now() }));
}

const robotOf = (standIn: StandIn, rest = {}) => ({
  chatbot: { webhook: { value: `${standIn.url}/robot/send?access_token=robot` }, ...rest },
});

/** Sends a notice; how many alerts each of its messages told. */
async function sendAll(notice: Notice<'dingtalk'>, with_: ChannelContext): Promise<number[]> {
  await sendNotice(dingtalkChannel, notice, with_);
  return dingtalkChannel.messages(notice, with_).map((message) => message.alerts);
}

const bodies = (standIn: StandIn) => standIn.requests.map(({ json }) => json as Record<string, unknown>);

describe('a robot', () => {
  test('gets a text with the alerts', async () => {
    await using standIn = await start();
    await sendAll(testNotice('dingtalk', robotOf(standIn), alerts), context());
    expect(bodies(standIn)).toEqual([
      {
        msgtype: 'text',
        text: { content: 'PodDown happened\nDiskFull happened' },
        at: { atMobiles: [], atUserIds: [], isAtAll: false },
      },
    ]);
    expect(standIn.complaints).toEqual([]);
  });

  test('is signed for, encoded once where upstream encodes twice', async () => {
    await using standIn = await start({ secret: 'SEC+/=' });
    const spec = robotOf(standIn, { secret: { value: 'SEC+/=' } });
    // Several times of the day give signs with and without the letters that are encoded.
    for (let minute = 0; minute < 20; minute++) {
      clock.advance(60_000);
      await sendAll(testNotice('dingtalk', spec, alerts), context());
    }
    expect(standIn.requests).toHaveLength(20);
  });

  test('with a wrong secret is an error that says what to compare, and no secret', async () => {
    await using standIn = await start({ secret: 'right' });
    const notice = testNotice('dingtalk', robotOf(standIn, { secret: { value: 'wrong' } }), alerts);
    await expect(sendAll(notice, context())).rejects.toMatchObject({
      fault: 'permanent',
      code: 'errcode 310000',
      message: expect.stringMatching(/^(?!.*wrong).*chatbot\.secret/u),
    });
  });

  test('gets its keywords, and mentions in markdown within the text', async () => {
    await using standIn = await start({ keywords: ['alert'] });
    const bot = { keywords: ['alert', 'ops'], atMobiles: ['13800138000'], atUsers: ['wang'], atAll: true };
    const notice = testNotice('dingtalk', { ...robotOf(standIn, bot), tmplType: 'markdown' }, alerts);
    await sendAll(notice, context());
    expect(bodies(standIn)).toEqual([
      {
        msgtype: 'markdown',
        markdown: {
          title: 'PodDown, DiskFull',
          text: 'PodDown happened\nDiskFull happened\n\n[Keywords] alert, ops\n\n@13800138000 @wang',
        },
        at: { atMobiles: ['13800138000'], atUserIds: ['wang'], isAtAll: true },
      },
    ]);
    expect(standIn.complaints).toEqual([]);
  });

  test('gets the beginning of the text as its title when the template of titles says nothing', () => {
    const spec = {
      chatbot: { webhook: { value: 'https://x' } },
      tmplType: 'markdown',
      titleTemplate: 'mute',
    };
    const render: ChannelContext['render'] = (template) =>
      template === 'mute' ? '' : `${'word '.repeat(30)}end`;
    const [message] = dingtalkChannel.messages(testNotice('dingtalk', spec, alerts), context({ render }));
    expect(message?.body).toMatchObject({ markdown: { title: expect.stringMatching(/^word( word)+…$/u) } });
  });

  test('gets no request longer than it takes, and every alert', async () => {
    await using standIn = await start();
    // Every sign takes more room in JSON than in the text.
    const many = Array.from({ length: 300 }, (_, n) =>
      testAlert(`A${n}`, { annotations: { message: `A${n} ${'"\\警'.repeat(60)}` } }),
    );
    const notice = testNotice('dingtalk', { ...robotOf(standIn), tmplType: 'markdown' }, many);
    const told = await sendAll(notice, context());
    expect(told.reduce((sum, count) => sum + count)).toBe(300);
    expect(standIn.requests.length).toBeGreaterThan(3);
    const all = bodies(standIn).map(({ markdown }) => (markdown as { text: string }).text);
    for (const { annotations } of many) expect(all.join('\n')).toContain(annotations['message']);
  });

  test('gets an alert that is too long in parts, where upstream drops it and calls that success', async () => {
    await using standIn = await start();
    const long = testAlert('Long', { annotations: { message: 'word '.repeat(10_000).trim() } });
    const told = await sendAll(testNotice('dingtalk', robotOf(standIn), [long]), context());
    expect(told).toEqual([0, 0, 1]);
    const words = bodies(standIn).flatMap(({ text }) => (text as { content: string }).content.split(' '));
    expect(words).toHaveLength(10_000);
  });

  test('gets shorter texts when chatbotMessageMaxSize says so, but not longer ones', async () => {
    await using standIn = await start();
    const notice = testNotice('dingtalk', robotOf(standIn), [
      testAlert('A', { annotations: { message: 'x'.repeat(30_000) } }),
    ]);
    const sizes = async (chatbotMessageMaxSize: number): Promise<number> => {
      const before = standIn.requests.length;
      await sendAll(notice, context({ options: { dingtalk: { chatbotMessageMaxSize } } }));
      const bytes = standIn.requests.slice(before).map(({ text }) => Buffer.byteLength(text));
      return Math.max(...bytes);
    };
    expect(await sizes(2000)).toBeLessThanOrEqual(2000);
    expect(await sizes(1_000_000)).toBeLessThanOrEqual(20_000);
  });
});

describe('a conversation', () => {
  test('gets its messages by the application, with one token for all of them', async () => {
    await using standIn = await start();
    const with_ = context({ apiUrl: standIn.url });
    const spec = { conversation: { chatids: ['chat1'] }, tmplType: 'markdown' };
    const notice = testNotice('dingtalk', spec, alerts, account);
    await sendAll(notice, with_);
    await sendAll(notice, with_);
    expect(standIn.requests.map(({ path }) => path)).toEqual(['/gettoken', '/chat/send', '/chat/send']);
    expect(bodies(standIn)[1]).toEqual({
      chatid: 'chat1',
      msg: {
        msgtype: 'markdown',
        markdown: { title: 'PodDown, DiskFull', text: 'PodDown happened\nDiskFull happened' },
      },
    });
    expect(standIn.complaints).toEqual([]);
  });

  test('gets its message with a new token when the old one was revoked', async () => {
    const world = {
      robot: { token: 'robot' },
      application: { appkey: 'key', appsecret: 'secret' },
      tokens: new Set<string>(),
      now: () => clock.now(),
    };
    await using standIn = await StandIn.start(dingtalkProvider(world));
    const with_ = context({ apiUrl: standIn.url });
    const notice = testNotice('dingtalk', { conversation: { chatids: ['chat1'] } }, alerts, account);
    await sendAll(notice, with_);
    world.tokens.clear();
    world.tokens.add('another');
    await sendAll(notice, with_);
    expect(standIn.requests.map(({ path }) => path).slice(2)).toEqual([
      '/chat/send',
      '/gettoken',
      '/chat/send',
    ]);
  });

  test('keeps a token as long as tokenExpires says', async () => {
    await using standIn = await start();
    const with_ = context({ apiUrl: standIn.url, options: { dingtalk: { tokenExpires: 100e9 } } });
    const notice = testNotice('dingtalk', { conversation: { chatids: ['chat1'] } }, alerts, account);
    await sendAll(notice, with_);
    clock.advance(80_000);
    await sendAll(notice, with_);
    clock.advance(20_000);
    await sendAll(notice, with_);
    expect(standIn.requests.filter(({ path }) => path === '/gettoken')).toHaveLength(2);
  });

  test('is an error with a wrong secret', async () => {
    await using standIn = await start();
    const wrong = { conversation: { appkey: { value: 'key' }, appsecret: { value: 'wrong' } } };
    const notice = testNotice('dingtalk', { conversation: { chatids: ['chat1'] } }, alerts, wrong);
    await expect(sendAll(notice, context({ apiUrl: standIn.url }))).rejects.toMatchObject({
      fault: 'permanent',
      message: expect.stringContaining('check appkey and appsecret'),
    });
  });

  test('without a Config is an error, not a crash', async () => {
    const notice = testNotice('dingtalk', { conversation: { chatids: ['chat1'] } }, alerts);
    await expect(sendAll(notice, context())).rejects.toMatchObject({ fault: 'permanent' });
  });

  test('gets a long text in parts of conversationMessageMaxSize, where upstream calls the failure a success', async () => {
    await using standIn = await start();
    const options = { dingtalk: { conversationMessageMaxSize: 1000 } };
    const long = testAlert('Long', { annotations: { message: 'word '.repeat(500).trim() } });
    const notice = testNotice('dingtalk', { conversation: { chatids: ['chat1'] } }, [long], account);
    const told = await sendAll(notice, context({ apiUrl: standIn.url, options }));
    expect(told).toEqual([0, 0, 1]);
  });
});

describe('what DingTalk answers', () => {
  const coded = (errcode: number, rest = {}): StandInAnswer => ({
    status: 200,
    json: { errcode, errmsg: 'said', ...rest },
  });
  test.each<[string, Parameters<StandIn['answerNext']>[0], object]>([
    ['busy', coded(-1), { fault: 'transient' }],
    ['too fast', coded(130_101), { fault: 'rate', retryAfterMs: 600_000 }],
    ['too fast, as it is called since', coded(410_100), { fault: 'rate', retryAfterMs: 600_000 }],
    ['over the limit', coded(90_030), { fault: 'rate' }],
    ['one of the many limits', coded(90_018), { fault: 'rate', retryAfterMs: 60_000 }],
    ['too long', coded(101_002), { fault: 'permanent' }],
    ['no such robot', coded(400_106), { fault: 'permanent' }],
    ['a code nobody knows', coded(987_654), { fault: 'transient' }],
    [
      'flood protection',
      { status: 200, json: { status: 1111, punish: 'LS', wait: 5 } },
      { fault: 'rate', retryAfterMs: 5000 },
    ],
    ['flood protection beside success', coded(0, { status: 1111, punish: 'LS' }), { fault: 'rate' }],
    ['a detail of code 88', coded(88, { sub_code: '60011' }), { fault: 'permanent' }],
    ['HTTP 502', { status: 502, text: 'bad gateway' }, { fault: 'transient' }],
    [
      'HTTP 429 with Retry-After',
      { status: 429, headers: { 'retry-after': '7' } },
      { fault: 'rate', retryAfterMs: 7000 },
    ],
    ['a page', { status: 200, text: '<html>' }, { fault: 'transient' }],
    ['no answer but a reset', 'reset', { fault: 'transient' }],
    ['half an answer', 'reset in the body', { fault: 'transient' }],
  ])('%s', async (_, answer, expected) => {
    await using standIn = await start();
    standIn.answerNext(answer);
    const notice = testNotice('dingtalk', robotOf(standIn), alerts);
    await expect(sendAll(notice, context())).rejects.toMatchObject(expected);
  });

  test('nothing: the request ends in time, where upstream waits for ever', async () => {
    await using standIn = await start();
    standIn.answerNext('never');
    const notice = testNotice('dingtalk', robotOf(standIn), alerts);
    const sending = sendAll(notice, context({ timeoutMs: 50 }));
    await expect(sending).rejects.toMatchObject({ fault: 'transient', code: 'Timeout' });
  });
});

describe('destinations and limits', () => {
  const spec = {
    chatbot: { webhook: { value: 'https://oapi.dingtalk.com/robot/send?access_token=secret-token' } },
    conversation: { chatids: ['chat1', 'chat2', 'chat1'] },
    template: 'mine',
  };

  test('a robot and each conversation are delivered by themselves', () => {
    const found = dingtalkChannel.destinations(spec, undefined);
    expect(found.map(({ shown }) => shown)).toEqual([
      'DingTalk chatbot',
      'DingTalk conversation chat1',
      'DingTalk conversation chat2',
    ]);
    expect(found[0]?.spec).toEqual({ template: 'mine', chatbot: spec.chatbot });
    expect(found[2]?.spec).toEqual({ template: 'mine', conversation: { chatids: ['chat2'] } });
    expect(JSON.stringify(found.map(({ address, shown }) => [address, shown]))).not.toContain('secret-token');
  });

  test('20 messages a minute for a robot, 25 a second for an application', () => {
    const [robot, conversation] = dingtalkChannel
      .destinations(spec, undefined)
      .map((destination) =>
        dingtalkChannel.limits(testNotice('dingtalk', destination.spec, alerts, account), undefined),
      );
    expect(robot).toEqual([{ key: expect.any(String), count: 20, windowMs: 60_000 }]);
    expect(conversation).toEqual([{ key: expect.any(String), count: 25, windowMs: 1000 }]);
    expect(JSON.stringify([robot, conversation])).not.toContain('secret');
  });

  test('throttles of the options count, in nanoseconds', () => {
    const options = {
      dingtalk: {
        chatBotThrottle: { threshold: 5, unit: 30e9, maxWaitTime: 1 },
        conversationThrottle: { threshold: 2 },
      },
    };
    const [robot, conversation] = dingtalkChannel
      .destinations(spec, options)
      .map((destination) =>
        dingtalkChannel.limits(testNotice('dingtalk', destination.spec, alerts, account), options),
      );
    expect(robot).toMatchObject([{ count: 5, windowMs: 30_000 }]);
    expect(conversation).toMatchObject([{ count: 2, windowMs: 1000 }]);
  });

  test('only conversations need a Config', () => {
    expect(dingtalkChannel.needsConfig({ conversation: spec.conversation })).toBe(true);
    expect(dingtalkChannel.needsConfig({ chatbot: spec.chatbot })).toBe(false);
  });
});

test('a template that says nothing is an error, not a success without a message', () => {
  const notice = testNotice(
    'dingtalk',
    { chatbot: { webhook: { value: 'https://x' } }, template: 'mute' },
    alerts,
  );
  expect(() => dingtalkChannel.messages(notice, context({ render: () => '' }))).toThrow('mute says nothing');
});
