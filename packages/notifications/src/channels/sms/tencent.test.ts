import { afterAll, expect, test } from 'vitest';
import { testAlert, testContext, testHttp, testNotice } from '../../testing/notice.ts';
import { StandIn } from '../../testing/providers/stand-in.ts';
import type { StandInAnswer } from '../../testing/providers/stand-in.ts';
import { accessKey, tencentProvider } from '../../testing/providers/text-messages.ts';
import { sendNotice } from '../../testing/send-notice.ts';
import type { ChannelContext } from '../channel.ts';
import { smsChannel } from './sms-channel.ts';

const http = testHttp();
afterAll(() => http.close());

const context = (rest: Partial<ChannelContext> = {}) => testContext({ http, ...rest });
const alerts = [testAlert('PodDown'), testAlert('DiskFull')];
const id = { value: accessKey.id };
const secret = { value: accessKey.secret };
const tencent = { sign: 'Ops', templateID: '11', smsSdkAppid: '1400000000', secretId: id, secretKey: secret };

const notice = (number = '13800138000') =>
  testNotice('sms', { phoneNumbers: [number] }, alerts, { providers: { tencent } });

test.each([
  ['13800138000', '+8613800138000'],
  ['+852 9123 4567', '+85291234567'],
])('gets a signed request for %s', async (number, expected) => {
  await using standIn = await StandIn.start(tencentProvider());
  expect(await sendNotice(smsChannel, notice(number), context({ apiUrl: standIn.url }))).toEqual({
    rejected: [],
  });
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
  const report = await sendNotice(smsChannel, notice(), context({ apiUrl: standIn.url }));
  expect(report.notes).toEqual([expect.stringContaining('12 characters')]);
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
  ['no messages left', perNumber('FailedOperation.InsufficientBalanceInSmsPackage'), { fault: 'transient' }],
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
  await expect(sendNotice(smsChannel, notice(), context({ apiUrl: standIn.url }))).rejects.toMatchObject(
    expected,
  );
});
