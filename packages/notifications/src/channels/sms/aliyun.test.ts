import { afterAll, expect, test } from 'vitest';
import type { Credential } from '../../kinds/credential.ts';
import { testAlert, testContext, testHttp, testNotice } from '../../testing/notice.ts';
import { StandIn } from '../../testing/providers/stand-in.ts';
import type { StandInAnswer } from '../../testing/providers/stand-in.ts';
import { accessKey, aliyunProvider } from '../../testing/providers/text-messages.ts';
import { sendNotice } from '../../testing/send-notice.ts';
import type { ChannelContext } from '../channel.ts';
import { smsChannel } from './sms-channel.ts';

const http = testHttp();
afterAll(() => http.close());

const context = (rest: Partial<ChannelContext> = {}) => testContext({ http, ...rest });
const alerts = [testAlert('PodDown'), testAlert('DiskFull')];
const id = { value: accessKey.id };
const secret = { value: accessKey.secret };
const aliyun = { signName: 'Ops', templateCode: 'SMS_1', accessKeyId: id, accessKeySecret: secret };

const notice = (of = alerts, accessKeySecret: Credential = secret) =>
  testNotice('sms', { phoneNumbers: ['13800138000'] }, of, {
    providers: { aliyun: { ...aliyun, accessKeySecret } },
  });

test('gets the text as a variable, signed', async () => {
  await using standIn = await StandIn.start(aliyunProvider());
  expect(await sendNotice(smsChannel, notice(), context({ apiUrl: standIn.url }))).toEqual({
    rejected: [],
  });
  const { query } = standIn.requests[0] ?? {};
  expect(query?.get('PhoneNumbers')).toBe('13800138000');
  expect(query?.get('TemplateParam')).toBe(JSON.stringify({ code: 'PodDown happened\nDiskFull happened' }));
  expect(standIn.complaints).toEqual([]);
});

test('gets quotes, line ends and other letters unbroken, which upstream pastes into JSON', async () => {
  await using standIn = await StandIn.start(aliyunProvider());
  const message = 'disk "C:\\" 已满\n{100%} & more = \'~*()!';
  await sendNotice(
    smsChannel,
    notice([testAlert('Odd', { annotations: { message } })]),
    context({ apiUrl: standIn.url }),
  );
  expect(JSON.parse(standIn.requests[0]?.query.get('TemplateParam') ?? '')).toEqual({ code: message });
});

test('gets a short text when its template takes no long one, and that is noted', async () => {
  await using standIn = await StandIn.start(aliyunProvider({ longestVariable: 35 }));
  const three = [...alerts, testAlert('LinkLost')];
  const report = await sendNotice(smsChannel, notice(three), context({ apiUrl: standIn.url }));
  expect(report.notes).toEqual([expect.stringContaining('35 characters')]);
  const { code } = JSON.parse(standIn.requests[1]?.query.get('TemplateParam') ?? '') as { code: string };
  expect(code).toMatch(/^PodDown happened.*…$/u);
});

test('tells many alerts in several messages, none left out', async () => {
  await using standIn = await StandIn.start(aliyunProvider());
  const many = Array.from({ length: 60 }, (_, n) => testAlert(`Alert${n}`));
  await sendNotice(smsChannel, notice(many), context({ apiUrl: standIn.url }));
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
  await expect(sendNotice(smsChannel, notice(), context({ apiUrl: standIn.url }))).rejects.toMatchObject(
    expected,
  );
});

test('refuses a wrong key, and the error does not tell it', async () => {
  await using standIn = await StandIn.start(aliyunProvider());
  const wrong = notice(alerts, { value: 'wrong-secret' });
  await expect(sendNotice(smsChannel, wrong, context({ apiUrl: standIn.url }))).rejects.toMatchObject({
    fault: 'permanent',
    message: expect.stringMatching(/^(?!.*wrong-secret).*check accessKeyId/u),
  });
});
