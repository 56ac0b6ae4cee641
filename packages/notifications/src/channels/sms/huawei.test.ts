import { afterAll, expect, test } from 'vitest';
import { testAlert, testContext, testHttp, testNotice } from '../../testing/notice.ts';
import { StandIn } from '../../testing/providers/stand-in.ts';
import type { StandInAnswer } from '../../testing/providers/stand-in.ts';
import { accessKey, huaweiProvider } from '../../testing/providers/text-messages.ts';
import { sendNotice } from '../../testing/send-notice.ts';
import type { ChannelContext } from '../channel.ts';
import { smsChannel } from './sms-channel.ts';

const http = testHttp();
afterAll(() => http.close());

const context = (rest: Partial<ChannelContext> = {}) => testContext({ http, ...rest });
const alerts = [testAlert('PodDown'), testAlert('DiskFull')];
const id = { value: accessKey.id };
const secret = { value: accessKey.secret };
const huawei = { signature: 'Ops', templateId: 't1', sender: 'csms1', appKey: id, appSecret: secret };

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
  testNotice('sms', { phoneNumbers: ['13800138000'], ...spec }, [rich], {
    providers: { huawei: { ...huawei, ...rest } },
  });
const values = (standIn: StandIn): unknown =>
  JSON.parse(new URLSearchParams(standIn.requests[0]?.text).get('templateParas') ?? '');

test('gets the ten variables of an alert, long ones cut with a note', async () => {
  await using standIn = await StandIn.start(huaweiProvider());
  const report = await sendNotice(smsChannel, notice(), context({ apiUrl: standIn.url }));
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
  expect(report.notes).toEqual([expect.stringMatching(/20 characters.*: message$/u)]);
  expect(standIn.complaints).toEqual([]);
});

test('gets one message per alert', () => {
  const two = testNotice('sms', { phoneNumbers: ['13800138000'] }, alerts, { providers: { huawei } });
  expect(smsChannel.messages(two, context()).map((message) => message.alerts)).toEqual([1, 1]);
});

test("gets the text of the user's own template as the only variable", async () => {
  await using standIn = await StandIn.start(huaweiProvider());
  await sendNotice(
    smsChannel,
    notice({}, { template: 'short' }),
    context({ apiUrl: standIn.url, render: () => 'web "down"' }),
  );
  expect(values(standIn)).toEqual(['web "down"']);
});

test.each(['', '/', '/sms', '/sms/', '/sms/batchSendSms/v1'])(
  'is found at the address of the Config, whatever its path: %o',
  async (path) => {
    await using standIn = await StandIn.start(huaweiProvider());
    await sendNotice(
      smsChannel,
      notice({ url: standIn.url + path }),
      context({ apiUrl: 'http://127.0.0.1:1' }),
    );
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
  await expect(sendNotice(smsChannel, notice(), context({ apiUrl: standIn.url }))).rejects.toMatchObject(
    expected,
  );
});
