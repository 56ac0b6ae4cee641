import { describe, expect, test } from 'vitest';
import { testAlert, testContext, testNotice } from '../../testing/notice.ts';
import { smsChannel } from './sms-channel.ts';

const context = testContext({ http: { send: () => Promise.reject(new Error('nothing is sent here')) } });
const long = testAlert('Long', { annotations: { message: 'x'.repeat(500) } });

const key = { accessKeyId: { value: 'id' }, accessKeySecret: { value: 'secret' } };
const providers = {
  aliyun: { signName: 'Ops', ...key },
  tencent: { sign: 'Ops', templateID: '11', smsSdkAppid: '14', secretId: {}, secretKey: {} },
  huawei: { signature: 'Ops', templateId: 't1', sender: 'csms1', appKey: {}, appSecret: {} },
  aws: { region: 'eu-west-1', accessKeyId: {}, secretAccessKey: {} },
};
const { aliyun, tencent, huawei, aws } = providers;

describe('the provider', () => {
  /** What a message is cut into tells them apart: Huawei has ten values, AWS long texts. */
  function chosen(config: { defaultProvider?: string; providers: Partial<typeof providers> }): string {
    const notice = testNotice('sms', { phoneNumbers: ['+13105550100'] }, [long], config);
    const [first = '', ...more] = smsChannel.messages(notice, context)[0]?.body.values ?? [];
    if (more.length === 9) return 'huawei';
    return first.length === 500 ? 'aws' : 'aliyun or tencent';
  }

  test('is defaultProvider', () => {
    expect(chosen({ defaultProvider: 'huawei', providers })).toBe('huawei');
    expect(chosen({ defaultProvider: 'aws', providers })).toBe('aws');
  });

  test('is the first that is configured without one, never chosen by chance', () => {
    expect(chosen({ providers: { aws, huawei, tencent, aliyun } })).toBe('aliyun or tencent');
    expect(chosen({ providers: { aws, huawei, tencent } })).toBe('aliyun or tencent');
    expect(chosen({ providers: { aws, huawei } })).toBe('huawei');
    expect(chosen({ providers: { aws } })).toBe('aws');
  });

  test('must be configured, where upstream crashes', () => {
    expect(() => chosen({ defaultProvider: 'huawei', providers: { aws } })).toThrow(
      'names huawei as sms.defaultProvider, but sms.providers has aws',
    );
    expect(() => chosen({ providers: {} })).toThrow('has no provider');
    const without = testNotice('sms', { phoneNumbers: ['1'] }, [long]);
    expect(() => smsChannel.messages(without, context)).toThrow(
      expect.objectContaining({ fault: 'permanent' }),
    );
  });
});

test('each number is delivered by itself, one that is written twice once', () => {
  const phoneNumbers = ['13800138000', '+86 138 0013 8000', '+1 310 555 0100'];
  expect(smsChannel.destinations({ phoneNumbers, template: 't' }, undefined)).toEqual([
    {
      address: '+8613800138000',
      shown: 'SMS +8613800138000',
      spec: { phoneNumbers: ['+8613800138000'], template: 't' },
    },
    {
      address: '+13105550100',
      shown: 'SMS +13105550100',
      spec: { phoneNumbers: ['+13105550100'], template: 't' },
    },
  ]);
});
