import { afterAll, describe, expect, test } from 'vitest';
import { FakeClock } from '../../testing/fake-clock.ts';
import { testAlert, testContext, testHttp, testNotice } from '../../testing/notice.ts';
import { StandIn } from '../../testing/providers/stand-in.ts';
import type { StandInAnswer } from '../../testing/providers/stand-in.ts';
import { wechatProvider } from '../../testing/providers/wechat.ts';
import type { WechatWorld } from '../../testing/providers/wechat.ts';
import { sendNotice } from '../../testing/send-notice.ts';
import type { ChannelContext } from '../channel.ts';
import { TokenCache } from '../token-cache.ts';
import { wechatChannel } from './wechat-channel.ts';

const http = testHttp();
afterAll(() => http.close());

const clock = new FakeClock();
const context = (rest: Partial<ChannelContext> = {}) =>
  testContext({ http, clock, tokens: new TokenCache({ clock }), ...rest });
const alerts = [testAlert('PodDown'), testAlert('DiskFull')];

const world = (): WechatWorld => ({
  corpid: 'corp',
  corpsecret: 'secret',
  agentid: 1_000_002,
  robotKey: 'robot',
  unknown: new Set(['nobody', '404']),
  tokens: new Set(),
});
const start = (of = world()) => StandIn.start(wechatProvider(of));
const account = (standIn: StandIn, rest = {}) => ({
  wechatApiUrl: `${standIn.url}/cgi-bin/`,
  wechatApiCorpId: 'corp',
  wechatApiAgentId: '1000002',
  wechatApiSecret: { value: 'secret' },
  ...rest,
});
const robotOf = (standIn: StandIn, rest = {}) => ({
  chatbot: { webhook: { value: `${standIn.url}/cgi-bin/webhook/send?key=robot` }, ...rest },
});

const paths = (standIn: StandIn) => standIn.requests.map(({ path }) => path.replace('/cgi-bin/', ''));
const bodies = (standIn: StandIn) =>
  standIn.requests
    .filter(({ method }) => method === 'POST')
    .map(({ json }) => json as Record<string, unknown>);

describe('users, parties and tags', () => {
  test('get a message of the application', async () => {
    await using standIn = await start();
    const spec = { toUser: ['wang', 'li'], toParty: ['1'], toTag: ['t'] };
    const report = await sendNotice(
      wechatChannel,
      testNotice('wechat', spec, alerts, account(standIn)),
      context(),
    );
    expect(report).toEqual({ rejected: [] });
    expect(bodies(standIn)).toEqual([
      {
        touser: 'wang|li',
        toparty: '1',
        totag: 't',
        agentid: 1_000_002,
        msgtype: 'text',
        text: { content: 'PodDown happened\nDiskFull happened' },
        safe: 0,
      },
    ]);
    expect(standIn.complaints).toEqual([]);
  });

  test('that do not exist are reported, and the others are told', async () => {
    await using standIn = await start();
    const spec = { toUser: ['wang', 'nobody'], toParty: ['404'], toTag: [] };
    const report = await sendNotice(
      wechatChannel,
      testNotice('wechat', spec, alerts, account(standIn)),
      context(),
    );
    expect(report.rejected.map(({ address }) => address)).toEqual(['user nobody', 'party 404']);
  });

  test('none of which exists are an error', async () => {
    await using standIn = await start();
    const notice = testNotice('wechat', { toUser: ['nobody'] }, alerts, account(standIn));
    await expect(sendNotice(wechatChannel, notice, context())).rejects.toMatchObject({
      fault: 'permanent',
      code: 'errcode 81013',
    });
    const json = { errcode: 0, errmsg: 'ok', invaliduser: 'nobody' };
    standIn.answerNext({ status: 200, json: { errcode: 0, access_token: 't' } }, { status: 200, json });
    await expect(sendNotice(wechatChannel, notice, context())).rejects.toMatchObject({ fault: 'permanent' });
  });

  test('share one token, kept and forgotten under one key: a revoked one is renewed at once', async () => {
    const known = world();
    await using standIn = await start(known);
    const with_ = context();
    const notice = testNotice('wechat', { toUser: ['wang'] }, alerts, account(standIn));
    await sendNotice(wechatChannel, notice, with_);
    await sendNotice(wechatChannel, notice, with_);
    expect(paths(standIn)).toEqual(['gettoken', 'message/send', 'message/send']);
    known.tokens.clear();
    known.tokens.add('another');
    await sendNotice(wechatChannel, notice, with_);
    expect(paths(standIn).slice(3)).toEqual(['message/send', 'gettoken', 'message/send']);
  });

  test('are told by a new token when the old one expired in the eyes of WeCom', async () => {
    await using standIn = await start();
    const with_ = context();
    const notice = testNotice('wechat', { toUser: ['wang'] }, alerts, account(standIn));
    await sendNotice(wechatChannel, notice, with_);
    standIn.answerNext({ status: 200, json: { errcode: 42_001, errmsg: 'access_token expired' } });
    expect(await sendNotice(wechatChannel, notice, with_)).toEqual({ rejected: [] });
  });

  test('are told by a token that is renewed after expires_in, or tokenExpires when that is sooner', async () => {
    await using standIn = await start();
    const notice = testNotice('wechat', { toUser: ['wang'] }, alerts, account(standIn));
    const fetched = async (with_: ChannelContext, waitMs: number): Promise<number> => {
      const before = paths(standIn).filter((path) => path === 'gettoken').length;
      await sendNotice(wechatChannel, notice, with_);
      clock.advance(waitMs);
      await sendNotice(wechatChannel, notice, with_);
      return paths(standIn).filter((path) => path === 'gettoken').length - before;
    };
    expect(await fetched(context(), 3_600_000)).toBe(1);
    expect(await fetched(context(), 7_200_000)).toBe(2);
    expect(await fetched(context({ options: { wechat: { tokenExpires: 60e9 } } }), 60_000)).toBe(2);
  });

  test('get texts of 2,048 bytes, or of messageMaxSize, which upstream ignores', async () => {
    await using standIn = await start();
    const long = testAlert('Long', { annotations: { message: '磁盘已满 '.repeat(300).trim() } });
    const notice = testNotice('wechat', { toUser: ['wang'] }, [long], account(standIn));
    const longest = async (messageMaxSize?: number): Promise<number> => {
      const before = bodies(standIn).length;
      await sendNotice(
        wechatChannel,
        notice,
        context({ options: { wechat: messageMaxSize ? { messageMaxSize } : {} } }),
      );
      const texts = bodies(standIn)
        .slice(before)
        .map(({ text }) => (text as { content: string }).content);
      expect(texts.join(' ').split(' ')).toHaveLength(300);
      return Math.max(...texts.map((text) => Buffer.byteLength(text)));
    };
    expect(await longest()).toBeGreaterThan(1900);
    expect(await longest(500)).toBeLessThanOrEqual(500);
    expect(await longest(9000)).toBeLessThanOrEqual(2048);
    expect(standIn.complaints).toEqual([]);
  });

  test('are an error with a wrong secret, or without a Config', async () => {
    await using standIn = await start();
    const wrong = account(standIn, { wechatApiSecret: { value: 'wrong' } });
    const notice = testNotice('wechat', { toUser: ['wang'] }, alerts, wrong);
    await expect(sendNotice(wechatChannel, notice, context())).rejects.toMatchObject({
      fault: 'permanent',
      message: expect.stringContaining('check wechatApiSecret'),
    });
    await expect(
      sendNotice(wechatChannel, testNotice('wechat', { toUser: ['wang'] }, alerts), context()),
    ).rejects.toMatchObject({
      fault: 'permanent',
    });
  });

  test('are reached at the base address of the program when the Config has none', async () => {
    await using standIn = await start();
    const notice = testNotice('wechat', { toUser: ['wang'] }, alerts, account(standIn, { wechatApiUrl: '' }));
    await sendNotice(wechatChannel, notice, context({ apiUrl: `${standIn.url}/cgi-bin` }));
    expect(paths(standIn)).toEqual(['gettoken', 'message/send']);
  });
});

describe('a robot', () => {
  test('mentions in text by lists', async () => {
    await using standIn = await start();
    const spec = robotOf(standIn, { atUsers: ['wang', '@all'], atMobiles: ['13800138000'] });
    await sendNotice(wechatChannel, testNotice('wechat', spec, alerts), context());
    expect(bodies(standIn)).toEqual([
      {
        msgtype: 'text',
        text: {
          content: 'PodDown happened\nDiskFull happened',
          mentioned_list: ['wang', '@all'],
          mentioned_mobile_list: ['13800138000'],
        },
      },
    ]);
  });

  test('mentions in markdown within the text, which may be 4,096 bytes', async () => {
    await using standIn = await start();
    const long = testAlert('Long', { annotations: { message: 'word '.repeat(1600).trim() } });
    const spec = { ...robotOf(standIn, { atUsers: ['wang'] }), tmplType: 'markdown' };
    await sendNotice(wechatChannel, testNotice('wechat', spec, [long]), context());
    const texts = bodies(standIn).map(({ markdown }) => (markdown as { content: string }).content);
    expect(texts).toHaveLength(2);
    for (const text of texts) expect(text).toMatch(/\n<@wang>$/u);
    expect(standIn.complaints).toEqual([]);
  });

  test('that is gone is an error that says so', async () => {
    await using standIn = await start();
    const spec = { chatbot: { webhook: { value: `${standIn.url}/cgi-bin/webhook/send?key=old` } } };
    await expect(
      sendNotice(wechatChannel, testNotice('wechat', spec, alerts), context()),
    ).rejects.toMatchObject({
      fault: 'permanent',
      message: expect.stringContaining('check chatbot.webhook'),
    });
  });

  test('that never answers ends in time, where upstream waits for ever', async () => {
    await using standIn = await start();
    standIn.answerNext('never');
    const sending = sendNotice(
      wechatChannel,
      testNotice('wechat', robotOf(standIn), alerts),
      context({ timeoutMs: 50 }),
    );
    await expect(sending).rejects.toMatchObject({ fault: 'transient', code: 'Timeout' });
  });
});

describe('what WeCom answers', () => {
  const coded = (errcode: number): StandInAnswer => ({ status: 200, json: { errcode, errmsg: 'said' } });
  test.each<[string, Parameters<StandIn['answerNext']>[0], object]>([
    ['busy', coded(-1), { fault: 'transient', code: 'errcode -1' }],
    ['too often', coded(45_009), { fault: 'rate', retryAfterMs: 60_000 }],
    ['too many at once', coded(45_033), { fault: 'rate' }],
    ['not allowed from here', coded(60_020), { fault: 'permanent' }],
    ['a code nobody knows', coded(123_456), { fault: 'transient' }],
    ['HTTP 500', { status: 500 }, { fault: 'transient' }],
    ['no code', { status: 200, json: {} }, { fault: 'transient' }],
    ['a reset', 'reset', { fault: 'transient' }],
  ])('%s', async (_, answer, expected) => {
    await using standIn = await start();
    standIn.answerNext(answer);
    const notice = testNotice('wechat', robotOf(standIn), alerts);
    await expect(sendNotice(wechatChannel, notice, context())).rejects.toMatchObject(expected);
  });

  test('a token that is refused twice is the end of the attempt', async () => {
    await using standIn = await start();
    const token: StandInAnswer = { status: 200, json: { errcode: 0, access_token: 't', expires_in: 7200 } };
    standIn.answerNext(token, coded(40_014), token, coded(40_014));
    const notice = testNotice('wechat', { toUser: ['wang'] }, alerts, account(standIn));
    await expect(sendNotice(wechatChannel, notice, context())).rejects.toMatchObject({ fault: 'token' });
  });

  test('a token call without a token is tried again', async () => {
    await using standIn = await start();
    standIn.answerNext({ status: 200, json: { errcode: 0, errmsg: 'ok' } });
    const notice = testNotice('wechat', { toUser: ['wang'] }, alerts, account(standIn));
    await expect(sendNotice(wechatChannel, notice, context())).rejects.toMatchObject({ fault: 'transient' });
  });
});

describe('destinations and limits', () => {
  test('recipients are shared out as one request takes them', () => {
    const users = Array.from({ length: 1500 }, (_, n) => `user${n}`);
    const found = wechatChannel.destinations(
      { toUser: users, toParty: ['1'], tmplType: 'markdown' },
      undefined,
    );
    expect(found.map(({ spec }) => [spec.toUser?.length, spec.toParty, spec.tmplType])).toEqual([
      [1000, ['1'], 'markdown'],
      [500, [], 'markdown'],
    ]);
    expect(new Set(found.flatMap(({ spec }) => spec.toUser))).toEqual(new Set(users));
  });

  test('a robot is a destination of its own, without its address in sight', () => {
    const webhook = { value: 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=secret-key' };
    const found = wechatChannel.destinations({ chatbot: { webhook }, toUser: ['wang'] }, undefined);
    expect(found.map(({ shown }) => shown)).toEqual(['WeCom chatbot', 'WeCom user wang']);
    expect(found[0]?.address).not.toContain('secret-key');
  });

  test('20 a minute for a robot, 30 a minute for the same people', () => {
    const webhook = { value: 'https://x' };
    expect(wechatChannel.limits(testNotice('wechat', { chatbot: { webhook } }, alerts), undefined)).toEqual([
      { key: expect.any(String), count: 20, windowMs: 60_000 },
    ]);
    const config = { wechatApiCorpId: 'c', wechatApiAgentId: '1', wechatApiSecret: {} };
    const limit = (user: string) =>
      wechatChannel.limits(testNotice('wechat', { toUser: [user] }, alerts, config), undefined);
    expect(limit('wang')).toEqual([{ key: expect.any(String), count: 30, windowMs: 60_000 }]);
    expect(limit('wang')).not.toEqual(limit('li'));
  });
});
