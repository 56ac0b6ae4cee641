import { afterAll, expect, test } from 'vitest';
import { testAlert, testContext, testHttp, testNotice } from '../../testing/notice.ts';
import { StandIn } from '../../testing/providers/stand-in.ts';
import type { StandInAnswer } from '../../testing/providers/stand-in.ts';
import { accessKey, awsProvider, snsError } from '../../testing/providers/text-messages.ts';
import { sendNotice } from '../../testing/send-notice.ts';
import type { ChannelContext } from '../channel.ts';
import { smsChannel } from './sms-channel.ts';

const http = testHttp();
afterAll(() => http.close());

const context = (rest: Partial<ChannelContext> = {}) => testContext({ http, ...rest });
const alerts = [testAlert('PodDown'), testAlert('DiskFull')];
const id = { value: accessKey.id };
const secret = { value: accessKey.secret };
const aws = { region: 'eu-west-1', accessKeyId: id, secretAccessKey: secret };

const notice = (number = '+13105550100', account = aws, of = alerts) =>
  testNotice('sms', { phoneNumbers: [number] }, of, { providers: { aws: account } });

test('gets a signed request', async () => {
  await using standIn = await StandIn.start(awsProvider());
  expect(await sendNotice(smsChannel, notice(), context({ apiUrl: standIn.url }))).toEqual({
    rejected: [],
  });
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
  await sendNotice(smsChannel, notice('+13105550100', aws, [long]), context({ apiUrl: standIn.url }));
  const texts = standIn.requests.map(({ text }) => new URLSearchParams(text).get('Message') ?? '');
  expect(texts.map((text) => text.length <= 1600)).toEqual([true, true, true, true]);
  expect(texts.join(' ').split(' ')).toHaveLength(1000);
});

test('needs a number with its country, and a region', async () => {
  await expect(sendNotice(smsChannel, notice('13800138000'), context())).rejects.toMatchObject({
    fault: 'permanent',
  });
  await expect(
    sendNotice(smsChannel, notice('+13105550100', { ...aws, region: '' }), context()),
  ).rejects.toThrow('must name a region');
  await expect(
    sendNotice(smsChannel, notice('+13105550100', { ...aws, region: 'x/../y' }), context()),
  ).rejects.toThrow('region');
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
  await expect(sendNotice(smsChannel, notice(), context({ apiUrl: standIn.url }))).rejects.toMatchObject(
    expected,
  );
});
