import { afterAll, describe, expect, test } from 'vitest';
import type { Credential } from '../../kinds/credential.ts';
import { testAlert, testContext, testHttp, testNotice } from '../../testing/notice.ts';
import { StandIn } from '../../testing/providers/stand-in.ts';
import type { StandInAnswer } from '../../testing/providers/stand-in.ts';
import {
  accessKey,
  aliyunProvider,
  awsProvider,
  huaweiProvider,
  snsError,
  tencentProvider,
} from '../../testing/providers/text-messages.ts';
import type { ChannelContext, DeliveryReport, Notice } from '../channel.ts';
import { smsChannel } from './sms-channel.ts';

const http = testHttp();
afterAll(() => http.close());

const context = (rest: Partial<ChannelContext> = {}) => testContext({ http, ...rest });
const alerts = [testAlert('PodDown'), testAlert('DiskFull')];
const to = (number: string) => ({ phoneNumbers: [number] });

const id = { value: accessKey.id };
const secret = { value: accessKey.secret };
const aliyun = { signName: 'Ops', templateCode: 'SMS_1', accessKeyId: id, accessKeySecret: secret };
const tencent = { sign: 'Ops', templateID: '11', smsSdkAppid: '1400000000', secretId: id, secretKey: secret };
const huawei = { signature: 'Ops', templateId: 't1', sender: 'csms1', appKey: id, appSecret: secret };
const aws = { region: 'eu-west-1', accessKeyId: id, secretAccessKey: secret };

async function sendAll(notice: Notice<'sms'>, with_: ChannelContext): Promise<DeliveryReport[]> {
  const reports: DeliveryReport[] = [];
  for (const message of smsChannel.messages(notice, with_)) {
    reports.push(await smsChannel.send(message, notice, with_));
  }
  return reports;
}

describe('Alibaba Cloud', () => {
  const notice = (of = alerts, accessKeySecret: Credential = secret) =>
    testNotice('sms', to('13800138000'), of, { providers: { aliyun: { ...aliyun, accessKeySecret } } });

  test('gets the text as a variable, signed', async () => {
    await using standIn = await StandIn.start(aliyunProvider());
    expect(await sendAll(notice(), context({ apiUrl: standIn.url }))).toEqual([{ rejected: [] }]);
    const { query } = standIn.requests[0] ?? {};
    expect(query?.get('PhoneNumbers')).toBe('13800138000');
    expect(query?.get('TemplateParam')).toBe(JSON.stringify({ code: 'PodDown happened\nDiskFull happened' }));
    expect(standIn.complaints).toEqual([]);
  });

  test('gets quotes, line ends and other letters unbroken, which upstream pastes into JSON', async () => {
    await using standIn = await StandIn.start(aliyunProvider());
    const message = 'disk "C:\\" 已满\n{100%} & more = \'~*()!';
    await sendAll(notice([testAlert('Odd', { annotations: { message } })]), context({ apiUrl: standIn.url }));
    expect(JSON.parse(standIn.requests[0]?.query.get('TemplateParam') ?? '')).toEqual({ code: message });
  });

  test('gets a short text when its template takes no long one, and that is noted', async () => {
    await using standIn = await StandIn.start(aliyunProvider({ longestVariable: 35 }));
    const three = [...alerts, testAlert('LinkLost')];
    const [report] = await sendAll(notice(three), context({ apiUrl: standIn.url }));
    expect(report?.notes).toEqual([expect.stringContaining('35 characters')]);
    const { code } = JSON.parse(standIn.requests[1]?.query.get('TemplateParam') ?? '') as { code: string };
    expect(code).toMatch(/^PodDown happened.*…$/u);
  });

  test('tells many alerts in several messages, none left out', async () => {
    await using standIn = await StandIn.start(aliyunProvider());
    const many = Array.from({ length: 60 }, (_, n) => testAlert(`Alert${n}`));
    await sendAll(notice(many), context({ apiUrl: standIn.url }));
    const all = standIn.requests.map(({ query }) => query.get('TemplateParam')).join('');
    for (const { annotations } of many) expect(all).toContain(annotations['message']);
  });

  const said = (Code: string, Message = 'said', status = 200): StandInAnswer => ({
    status,
    json: { Code, Message },
  });
  test.each<[string, StandInAnswer, object]>([
    [
      'one a minute',
      said('isv.BUSINESS_LIMIT_CONTROL', '触发分钟级流控Permits:1'),
      { fault: 'rate', retryAfterMs: 60_000 },
    ],
    [
      'five an hour',
      said('isv.BUSINESS_LIMIT_CONTROL', '触发小时级流控Permits:5'),
      { fault: 'rate', retryAfterMs: 3_600_000 },
    ],
    [
      'ten a day',
      said('isv.BUSINESS_LIMIT_CONTROL', '触发天级流控Permits:10'),
      { fault: 'rate', retryAfterMs: 86_400_000 },
    ],
    ['throttled', said('Throttling.User', 'said', 400), { fault: 'rate' }],
    ['no money', said('isv.AMOUNT_NOT_ENOUGH'), { fault: 'transient' }],
    ['no such template', said('isv.SMS_TEMPLATE_ILLEGAL'), { fault: 'permanent' }],
    ['a failure of its own', said('isp.SYSTEM_ERROR'), { fault: 'transient' }],
    ['a code nobody knows', said('isv.STRANGE'), { fault: 'transient', code: 'isv.STRANGE' }],
    ['HTTP 503', { status: 503, text: '' }, { fault: 'transient' }],
    ['a page', { status: 200, text: '<html>' }, { fault: 'transient' }],
  ])('says: %s', async (_, answer, expected) => {
    await using standIn = await StandIn.start(aliyunProvider());
    standIn.answerNext(answer);
    await expect(sendAll(notice(), context({ apiUrl: standIn.url }))).rejects.toMatchObject(expected);
  });

  test('refuses a wrong key, and the error does not tell it', async () => {
    await using standIn = await StandIn.start(aliyunProvider());
    const wrong = notice(alerts, { value: 'wrong-secret' });
    await expect(sendAll(wrong, context({ apiUrl: standIn.url }))).rejects.toMatchObject({
      fault: 'permanent',
      message: expect.stringMatching(/^(?!.*wrong-secret).*check accessKeyId/u),
    });
  });
});

describe('Tencent Cloud', () => {
  const notice = (number = '13800138000') =>
    testNotice('sms', to(number), alerts, { providers: { tencent } });

  test.each([
    ['13800138000', '+8613800138000'],
    ['+852 9123 4567', '+85291234567'],
  ])('gets a signed request for %s', async (number, expected) => {
    await using standIn = await StandIn.start(tencentProvider());
    expect(await sendAll(notice(number), context({ apiUrl: standIn.url }))).toEqual([{ rejected: [] }]);
    expect(standIn.requests[0]?.json).toEqual({
      PhoneNumberSet: [expected],
      SmsSdkAppId: '1400000000',
      SignName: 'Ops',
      TemplateId: '11',
      TemplateParamSet: ['PodDown happened\nDiskFull happened'],
    });
    expect(standIn.complaints).toEqual([]);
  });

  test('gets a short text when its template takes no long one, and that is noted', async () => {
    await using standIn = await StandIn.start(tencentProvider({ longestVariable: 12 }));
    const [report] = await sendAll(notice(), context({ apiUrl: standIn.url }));
    expect(report?.notes).toEqual([expect.stringContaining('12 characters')]);
  });

  const failed = (Code: string): StandInAnswer => ({
    status: 200,
    json: { Response: { Error: { Code, Message: 'said' } } },
  });
  const perNumber = (Code: string): StandInAnswer => ({
    status: 200,
    json: { Response: { SendStatusSet: [{ Code, Message: 'said' }] } },
  });
  test.each<[string, StandInAnswer, object]>([
    [
      'a number that gets too many in 30 s',
      perNumber('LimitExceeded.PhoneNumberThirtySecondLimit'),
      { fault: 'rate', retryAfterMs: 30_000 },
    ],
    [
      'a number that gets too many a day',
      perNumber('LimitExceeded.PhoneNumberDailyLimit'),
      { fault: 'rate', retryAfterMs: 86_400_000 },
    ],
    ['too many requests', failed('RequestLimitExceeded'), { fault: 'rate', retryAfterMs: 1000 }],
    ['a wrong signature', failed('AuthFailure.SignatureFailure'), { fault: 'permanent' }],
    ['a clock that is wrong', failed('AuthFailure.SignatureExpire'), { fault: 'transient' }],
    ['a wrong template', perNumber('FailedOperation.TemplateIncorrectOrUnapproved'), { fault: 'permanent' }],
    [
      'no messages left',
      perNumber('FailedOperation.InsufficientBalanceInSmsPackage'),
      { fault: 'transient' },
    ],
    ['a failure of its own', failed('InternalError.Timeout'), { fault: 'transient' }],
    ['a code nobody knows', perNumber('Strange'), { fault: 'transient' }],
    [
      'nothing about the number',
      { status: 200, json: { Response: { SendStatusSet: [] } } },
      { fault: 'transient' },
    ],
    ['JSON of another kind', { status: 200, json: { Response: null } }, { fault: 'transient' }],
  ])('says: %s', async (_, answer, expected) => {
    await using standIn = await StandIn.start(tencentProvider());
    standIn.answerNext(answer);
    await expect(sendAll(notice(), context({ apiUrl: standIn.url }))).rejects.toMatchObject(expected);
  });
});

describe('Huawei Cloud', () => {
  const rich = testAlert('KubePodCrashLooping', {
    labels: {
      alertname: 'PodDown',
      severity: 'critical',
      namespace: 'shop',
      deployment: 'web',
      pod: 'web-1',
    },
    annotations: { message: 'web-1 of the deployment web is down', summary: 'down' },
  });
  const notice = (rest = {}, spec = {}) =>
    testNotice('sms', { ...to('13800138000'), ...spec }, [rich], {
      providers: { huawei: { ...huawei, ...rest } },
    });
  const values = (standIn: StandIn): unknown =>
    JSON.parse(new URLSearchParams(standIn.requests[0]?.text).get('templateParas') ?? '');

  test('gets the ten variables of an alert, long ones cut with a note', async () => {
    await using standIn = await StandIn.start(huaweiProvider());
    const [report] = await sendAll(notice(), context({ apiUrl: standIn.url }));
    expect(values(standIn)).toEqual([
      'PodDown',
      'critical',
      expect.stringMatching(/^web-1 of the.*…$/u),
      'down',
      '',
      '',
      '',
      'shop',
      'web',
      'web-1',
    ]);
    expect(report?.notes).toEqual([expect.stringMatching(/20 characters.*: message$/u)]);
    expect(standIn.complaints).toEqual([]);
  });

  test('gets one message per alert', () => {
    const two = testNotice('sms', to('13800138000'), alerts, { providers: { huawei } });
    expect(smsChannel.messages(two, context()).map((message) => message.alerts)).toEqual([1, 1]);
  });

  test("gets the text of the user's own template as the only variable", async () => {
    await using standIn = await StandIn.start(huaweiProvider());
    await sendAll(
      notice({}, { template: 'short' }),
      context({ apiUrl: standIn.url, render: () => 'web "down"' }),
    );
    expect(values(standIn)).toEqual(['web "down"']);
  });

  test.each(['', '/', '/sms', '/sms/', '/sms/batchSendSms/v1'])(
    'is found at the address of the Config, whatever its path: %o',
    async (path) => {
      await using standIn = await StandIn.start(huaweiProvider());
      await sendAll(notice({ url: standIn.url + path }), context({ apiUrl: 'http://127.0.0.1:1' }));
      expect(standIn.complaints).toEqual([]);
    },
  );

  const said = (code: string, rest = {}): StandInAnswer => ({
    status: 200,
    json: { code, description: 'said', ...rest },
  });
  test.each<[string, StandInAnswer, object]>([
    ['a wrong digest', said('E000105'), { fault: 'permanent' }],
    ['a failure of its own', said('E000000'), { fault: 'transient' }],
    ['too many messages', said('E000623'), { fault: 'rate' }],
    [
      'a number that was refused',
      said('E000510', { result: [{ status: 'E200028' }] }),
      { fault: 'permanent', code: 'E200028' },
    ],
    [
      'a number that was refused beside success',
      said('000000', { result: [{ status: 'E200015' }] }),
      { fault: 'rate' },
    ],
    ['a code nobody knows', said('E999999'), { fault: 'transient' }],
    ['no code', { status: 200, json: { result: null } }, { fault: 'transient' }],
    ['HTTP 403', { status: 403, text: '' }, { fault: 'permanent' }],
  ])('says: %s', async (_, answer, expected) => {
    await using standIn = await StandIn.start(huaweiProvider());
    standIn.answerNext(answer);
    await expect(sendAll(notice(), context({ apiUrl: standIn.url }))).rejects.toMatchObject(expected);
  });
});

describe('AWS', () => {
  const notice = (number = '+13105550100', account = aws, of = alerts) =>
    testNotice('sms', to(number), of, { providers: { aws: account } });

  test('gets a signed request', async () => {
    await using standIn = await StandIn.start(awsProvider());
    expect(await sendAll(notice(), context({ apiUrl: standIn.url }))).toEqual([{ rejected: [] }]);
    const form = Object.fromEntries(new URLSearchParams(standIn.requests[0]?.text));
    expect(form).toEqual({
      Action: 'Publish',
      Version: '2010-03-31',
      PhoneNumber: '+13105550100',
      Message: 'PodDown happened\nDiskFull happened',
    });
    expect(standIn.requests[0]?.headers.authorization).toContain('/eu-west-1/sns/aws4_request');
    expect(standIn.complaints).toEqual([]);
  });

  test('gets one number per request, where upstream joins them with commas', () => {
    const found = smsChannel.destinations({ phoneNumbers: ['+13105550100', '+13105550101'] }, undefined);
    expect(found.map(({ spec }) => spec.phoneNumbers)).toEqual([['+13105550100'], ['+13105550101']]);
  });

  test('gets a long text in messages of 1,600 characters', async () => {
    await using standIn = await StandIn.start(awsProvider());
    const long = testAlert('Long', { annotations: { message: 'word '.repeat(1000).trim() } });
    await sendAll(notice('+13105550100', aws, [long]), context({ apiUrl: standIn.url }));
    const texts = standIn.requests.map(({ text }) => new URLSearchParams(text).get('Message') ?? '');
    expect(texts.map((text) => text.length <= 1600)).toEqual([true, true, true, true]);
    expect(texts.join(' ').split(' ')).toHaveLength(1000);
  });

  test('needs a number with its country, and a region', async () => {
    await expect(sendAll(notice('13800138000'), context())).rejects.toMatchObject({ fault: 'permanent' });
    await expect(sendAll(notice('+13105550100', { ...aws, region: '' }), context())).rejects.toThrow(
      'must name a region',
    );
    await expect(sendAll(notice('+13105550100', { ...aws, region: 'x/../y' }), context())).rejects.toThrow(
      'region',
    );
  });

  test.each<[string, StandInAnswer, object]>([
    ['throttled', snsError('Throttling', 400), { fault: 'rate', retryAfterMs: 1000 }],
    ['throttled, in other words', snsError('ThrottledException', 429), { fault: 'rate' }],
    ['opted out', snsError('OptedOut', 400), { fault: 'permanent' }],
    ['a wrong key', snsError('InvalidClientTokenId', 403), { fault: 'permanent' }],
    ['no right', snsError('AuthorizationError', 403), { fault: 'permanent' }],
    ['a failure of its own', snsError('InternalError', 500), { fault: 'transient' }],
    ['a code nobody knows', snsError('Strange', 400), { fault: 'transient' }],
    ['no message id', { status: 200, text: '<PublishResponse/>' }, { fault: 'transient' }],
    [
      'HTTP 503 with Retry-After',
      { status: 503, headers: { 'retry-after': '2' } },
      { fault: 'rate', retryAfterMs: 2000 },
    ],
  ])('says: %s', async (_, answer, expected) => {
    await using standIn = await StandIn.start(awsProvider());
    standIn.answerNext(answer);
    await expect(sendAll(notice(), context({ apiUrl: standIn.url }))).rejects.toMatchObject(expected);
  });
});

describe('the provider', () => {
  const chosen = (config: object): unknown => {
    const values = testNotice(
      'sms',
      to('+13105550100'),
      [testAlert('A', { annotations: { message: 'x'.repeat(500) } })],
      {
        providers: {},
        ...config,
      },
    );
    // What a message is cut into tells the providers apart: Huawei has ten values, AWS long texts.
    const [message] = smsChannel.messages(values, context());
    const first = (message?.body.values[0] ?? '').length;
    return message?.body.values.length === 10 ? 'huawei' : first > 450 ? 'aws' : 'aliyun or tencent';
  };

  test('is defaultProvider', () => {
    expect(chosen({ defaultProvider: 'huawei', providers: { aws, aliyun, huawei } })).toBe('huawei');
    expect(chosen({ defaultProvider: 'aws', providers: { aws, aliyun, huawei } })).toBe('aws');
  });

  test('is the first that is configured without one, never chosen by chance', () => {
    expect(chosen({ providers: { aws, huawei, tencent } })).toBe('aliyun or tencent');
    expect(chosen({ providers: { aws, huawei } })).toBe('huawei');
    expect(chosen({ providers: { aws } })).toBe('aws');
  });

  test('must be configured, where upstream crashes', () => {
    expect(() => chosen({ defaultProvider: 'huawei', providers: { aws } })).toThrow(
      'names huawei as sms.defaultProvider, but sms.providers has aws',
    );
    expect(() => chosen({})).toThrow('has no provider');
    expect(() => smsChannel.messages(testNotice('sms', to('1'), alerts), context())).toThrow('need a Config');
  });
});

test('a number that is written twice gets one message', () => {
  const found = smsChannel.destinations(
    { phoneNumbers: ['13800138000', '+86 138 0013 8000'], template: 't' },
    undefined,
  );
  expect(found).toEqual([
    {
      address: '+8613800138000',
      shown: 'SMS +8613800138000',
      spec: { phoneNumbers: ['+8613800138000'], template: 't' },
    },
  ]);
});
