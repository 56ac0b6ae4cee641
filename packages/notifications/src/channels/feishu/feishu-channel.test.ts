import { afterAll, describe, expect, test } from 'vitest';
import { FakeClock } from '../../testing/fake-clock.ts';
import { testAlert, testContext, testHttp, testNotice } from '../../testing/notice.ts';
import { feishuProvider } from '../../testing/providers/feishu.ts';
import type { FeishuWorld } from '../../testing/providers/feishu.ts';
import { StandIn } from '../../testing/providers/stand-in.ts';
import type { StandInAnswer } from '../../testing/providers/stand-in.ts';
import { sendNotice } from '../../testing/send-notice.ts';
import type { ChannelContext } from '../channel.ts';
import { TokenCache } from '../token-cache.ts';
import { feishuChannel } from './feishu-channel.ts';

const http = testHttp();
afterAll(() => http.close());

const clock = new FakeClock();
const context = (rest: Partial<ChannelContext> = {}) =>
  testContext({ http, clock, tokens: new TokenCache({ clock }), ...rest });
const alerts = [testAlert('PodDown'), testAlert('DiskFull')];
const account = { appID: { value: 'app' }, appSecret: { value: 'secret' } };

const world = (robot: Partial<FeishuWorld['robot']> = {}): FeishuWorld => ({
  robot: { id: 'robot', ...robot },
  appId: 'app',
  appSecret: 'secret',
  unknown: new Set(['ou_404', 'od_404']),
  tokens: new Set(),
  now: () => clock.now(),
});
const start = (of = world()) => StandIn.start(feishuProvider(of));
const api = (standIn: StandIn) => ({ apiUrl: `${standIn.url}/open-apis` });
const robotOf = (standIn: StandIn, rest = {}) => ({
  chatbot: { webhook: { value: `${standIn.url}/open-apis/bot/v2/hook/robot` }, ...rest },
});

/** A template for rich texts: a paragraph per alert. */
const richText: ChannelContext['render'] = (_, some) =>
  JSON.stringify({
    zh_cn: {
      title: 'Alerts',
      content: some.map(({ annotations }) => [{ tag: 'text', text: annotations['message'] }]),
    },
  });

const paths = (standIn: StandIn) => standIn.requests.map(({ path }) => path.replace('/open-apis/', ''));
const bodies = (standIn: StandIn) => standIn.requests.map(({ json }) => json as Record<string, unknown>);

describe('a robot', () => {
  test('gets a rich text, signed and with its keywords', async () => {
    await using standIn = await start(world({ secret: 's3cret', keywords: ['ops'] }));
    const spec = robotOf(standIn, { secret: { value: 's3cret' }, keywords: ['ops', 'alert'] });
    await sendNotice(feishuChannel, testNotice('feishu', spec, alerts), context({ render: richText }));
    expect(bodies(standIn)).toEqual([
      {
        timestamp: String(Math.floor(clock.now() / 1000)),
        sign: expect.any(String),
        msg_type: 'post',
        content: {
          post: {
            zh_cn: {
              title: 'Alerts',
              content: [
                [{ tag: 'text', text: 'PodDown happened' }],
                [{ tag: 'text', text: 'DiskFull happened' }],
                [{ tag: 'text', text: '[Keywords] ops, alert' }],
              ],
            },
          },
        },
      },
    ]);
    expect(standIn.complaints).toEqual([]);
  });

  test('gets a text when it is asked for', async () => {
    await using standIn = await start();
    const spec = { ...robotOf(standIn, { keywords: ['ops'] }), tmplType: 'text' };
    await sendNotice(feishuChannel, testNotice('feishu', spec, alerts), context());
    expect(bodies(standIn)).toEqual([
      { msg_type: 'text', content: { text: 'PodDown happened\nDiskFull happened\n\n[Keywords] ops' } },
    ]);
  });

  test('gets what is no rich text all the same, where upstream fails', async () => {
    await using standIn = await start();
    await sendNotice(feishuChannel, testNotice('feishu', robotOf(standIn), alerts), context());
    expect(JSON.stringify(bodies(standIn))).toContain('{"tag":"text","text":"DiskFull happened"}');
    expect(standIn.complaints).toEqual([]);
  });

  test.each(['post', 'text'])('gets no request of more than 20 KB, and every alert: %s', async (tmplType) => {
    await using standIn = await start(world({ keywords: ['ops'], secret: 's' }));
    const many = [
      ...Array.from({ length: 200 }, (_, n) =>
        testAlert(`A${n}`, { annotations: { message: `A${n}: ${'"警\\'.repeat(50)}` } }),
      ),
      testAlert('Long', { annotations: { message: 'tick '.repeat(9000).trim() } }),
    ];
    const spec = { ...robotOf(standIn, { keywords: ['ops'], secret: { value: 's' } }), tmplType };
    const with_ = context(tmplType === 'post' ? { render: richText } : {});
    const notice = testNotice('feishu', spec, many);
    const told = feishuChannel.messages(notice, with_).map((message) => message.alerts);
    expect(told.reduce((sum, count) => sum + count)).toBe(201);
    expect(told.slice(-3)).toEqual([0, 0, 1]);
    await sendNotice(feishuChannel, notice, with_);
    expect(standIn.complaints).toEqual([]);
    const all = standIn.requests.map(({ text }) => text).join('');
    for (let n = 0; n < 200; n++) expect(all).toContain(`A${n}: `);
    expect(all.match(/tick/gu)).toHaveLength(9000);
  });

  test('that never answers ends in time', async () => {
    await using standIn = await start();
    standIn.answerNext('never');
    const sending = sendNotice(
      feishuChannel,
      testNotice('feishu', robotOf(standIn), alerts),
      context({ timeoutMs: 50 }),
    );
    await expect(sending).rejects.toMatchObject({ fault: 'transient', code: 'Timeout' });
  });
});

describe('users and departments', () => {
  const spec = { user: ['ou_1', 'ou_2'], department: ['od_1'] };

  test('get a message of the application, with one token', async () => {
    await using standIn = await start();
    const with_ = context({ ...api(standIn), render: richText });
    const notice = testNotice('feishu', spec, alerts, account);
    expect(await sendNotice(feishuChannel, notice, with_)).toEqual({ rejected: [] });
    await sendNotice(feishuChannel, notice, with_);
    expect(paths(standIn)).toEqual([
      'auth/v3/tenant_access_token/internal',
      'message/v4/batch_send/',
      'message/v4/batch_send/',
    ]);
    expect(bodies(standIn)[1]).toMatchObject({
      msg_type: 'post',
      user_ids: ['ou_1', 'ou_2'],
      department_ids: ['od_1'],
    });
    expect(standIn.complaints).toEqual([]);
  });

  test('that do not exist are reported, and the others are told', async () => {
    await using standIn = await start();
    const notice = testNotice(
      'feishu',
      { user: ['ou_1', 'ou_404'], department: ['od_404'] },
      alerts,
      account,
    );
    const report = await sendNotice(feishuChannel, notice, context(api(standIn)));
    expect(report.rejected.map(({ address }) => address)).toEqual(['user ou_404', 'department od_404']);
  });

  test('none of which exists are an error', async () => {
    await using standIn = await start();
    const notice = testNotice('feishu', { user: ['ou_404'] }, alerts, account);
    await expect(sendNotice(feishuChannel, notice, context(api(standIn)))).rejects.toMatchObject({
      fault: 'permanent',
    });
  });

  test('are told with a new token when the old one is refused with HTTP 400', async () => {
    const known = world();
    await using standIn = await start(known);
    const with_ = context(api(standIn));
    const notice = testNotice('feishu', spec, alerts, account);
    await sendNotice(feishuChannel, notice, with_);
    known.tokens.clear();
    known.tokens.add('another');
    expect(await sendNotice(feishuChannel, notice, with_)).toEqual({ rejected: [] });
  });

  test('are an error with a wrong secret, or without a Config', async () => {
    await using standIn = await start();
    const wrong = { ...account, appSecret: { value: 'wrong' } };
    await expect(
      sendNotice(feishuChannel, testNotice('feishu', spec, alerts, wrong), context(api(standIn))),
    ).rejects.toMatchObject({
      fault: 'permanent',
      message: expect.stringContaining('check appID and appSecret'),
    });
    await expect(
      sendNotice(feishuChannel, testNotice('feishu', spec, alerts), context()),
    ).rejects.toMatchObject({
      fault: 'permanent',
    });
  });
});

describe('what Feishu answers', () => {
  const coded = (code: number, msg: string, status = 200, headers = {}): StandInAnswer => ({
    status,
    headers,
    json: { code, msg, data: {} },
  });
  test.each<[string, Parameters<StandIn['answerNext']>[0], object]>([
    [
      'too many requests with HTTP 400, which upstream does not read',
      coded(9499, 'too many request', 400),
      { fault: 'rate' },
    ],
    ['the same code for a request it cannot read', coded(9499, 'Bad Request', 400), { fault: 'permanent' }],
    ['too often', coded(11_232, 'frequency limited'), { fault: 'rate' }],
    ['too often in a group', coded(230_020, 'limit'), { fault: 'rate' }],
    [
      'too often, with the time to wait',
      coded(99_991_400, 'request trigger frequency limit', 429, { 'x-ogw-ratelimit-reset': '12' }),
      { fault: 'rate', retryAfterMs: 12_000 },
    ],
    ['HTTP 429', { status: 429 }, { fault: 'rate' }],
    ['a wrong sign', coded(19_021, 'sign match fail'), { fault: 'permanent' }],
    ['a missing keyword', coded(19_024, 'Key Words Not Found'), { fault: 'permanent' }],
    ['a robot that is gone', coded(19_001, 'param invalid'), { fault: 'permanent' }],
    ['a code nobody knows', coded(55_555, 'strange', 400), { fault: 'transient' }],
    ['success in the old way only', { status: 200, json: { StatusCode: 0 } }, {}],
    ['a page', { status: 200, text: 'hello' }, { fault: 'transient' }],
    ['half an answer', 'reset in the body', { fault: 'transient' }],
  ])('%s', async (_, answer, expected) => {
    await using standIn = await start();
    standIn.answerNext(answer);
    const sending = sendNotice(feishuChannel, testNotice('feishu', robotOf(standIn), alerts), context());
    if ('fault' in expected) await expect(sending).rejects.toMatchObject(expected);
    else expect(await sending).toEqual({ rejected: [] });
  });
});

describe('destinations and limits', () => {
  const webhook = { value: 'https://open.feishu.cn/open-apis/bot/v2/hook/secret-id' };

  test('recipients are shared out as one request takes them, a robot is by itself', () => {
    const user = Array.from({ length: 250 }, (_, n) => `ou_${n}`);
    const found = feishuChannel.destinations({ user, department: ['od'], chatbot: { webhook } }, undefined);
    expect(found.map(({ spec }) => [spec.user?.length, spec.department, spec.chatbot === undefined])).toEqual(
      [
        [undefined, undefined, false],
        [200, ['od'], true],
        [50, [], true],
      ],
    );
    expect(JSON.stringify(found.map(({ address, shown }) => address + shown))).not.toContain('secret-id');
  });

  test('5 a second and 100 a minute for a robot', () => {
    const limits = feishuChannel.limits(testNotice('feishu', { chatbot: { webhook } }, alerts), undefined);
    expect(limits.map(({ count, windowMs }) => [count, windowMs])).toEqual([
      [5, 1000],
      [100, 60_000],
    ]);
    expect(new Set(limits.map(({ key }) => key)).size).toBe(2);
  });

  test('an application shares its limits among all whom it tells', () => {
    const keys = (user: string) =>
      feishuChannel
        .limits(testNotice('feishu', { user: [user] }, alerts, account), undefined)
        .map(({ key }) => key);
    expect(keys('a').filter((key) => keys('b').includes(key))).toHaveLength(2);
  });
});
