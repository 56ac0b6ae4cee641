import type { Cause } from '@armillary/resource';
import { describe, expect, test } from 'vitest';
import type { ConfigSpec } from '../kinds/config.ts';
import { validateConfig } from './config.ts';
import { both, fields, secret, v2beta2 } from './testing/objects.ts';

const config = (spec: unknown): Cause[] => validateConfig(v2beta2('Config', spec));

describe('configs', () => {
  const mail = { from: 'nm@example.com', smartHost: { host: 'mail.example.com', port: 25 } };
  const aliyun = { signName: 's', accessKeyId: secret, accessKeySecret: secret };

  test.each<[string, ConfigSpec]>([
    ['nothing', {}],
    ['a mail server', { email: { ...mail, authUsername: 'u', authPassword: secret } }],
    ['a sender with a name', { email: { ...mail, from: 'Alerts <nm@example.com>' } }],
    ['one provider of text messages', { sms: { providers: { aliyun } } }],
    ['a default provider', { sms: { defaultProvider: 'aliyun', providers: { aliyun } } }],
    ['chatbots only', { dingtalk: {} }],
  ])('%s is taken', (_, spec) => {
    expect(config(spec)).toEqual([]);
  });

  test.each<[string, unknown, string[]]>([
    ['a sender that is none', { email: { ...mail, from: 'nm' } }, ['spec.email.from']],
    ['a sender with a header', { email: { ...mail, from: 'nm@example.com\nBcc: a@b' } }, ['spec.email.from']],
    [
      'no host, and a port that is none',
      { email: { ...mail, smartHost: { host: '', port: 70_000 } } },
      ['spec.email.smartHost.host', 'spec.email.smartHost.port'],
    ],
    ['a command in the greeting', { email: { ...mail, hello: 'a\r\nRCPT' } }, ['spec.email.hello']],
    [
      'two passwords',
      { email: { ...mail, authPassword: both, authSecret: {}, tls: { rootCA: both } } },
      ['spec.email.authPassword.valueFrom', 'spec.email.authSecret', 'spec.email.tls.rootCA.valueFrom'],
    ],
    ['an account without credential', { slack: {} }, ['spec.slack.slackTokenSecret']],
    ['an empty credential', { telegram: { telegramTokenSecret: {} } }, ['spec.telegram.telegramTokenSecret']],
    [
      'two credentials',
      { pushover: { pushoverTokenSecret: both }, feishu: { appID: both, appSecret: secret } },
      ['spec.feishu.appID.valueFrom', 'spec.pushover.pushoverTokenSecret.valueFrom'],
    ],
    [
      'another address of WeCom',
      { wechat: { wechatApiUrl: 'x', wechatApiCorpId: 'c', wechatApiAgentId: 'a', wechatApiSecret: secret } },
      ['spec.wechat.wechatApiUrl'],
    ],
    ['no provider of text messages', { sms: { providers: {} } }, ['spec.sms.providers']],
    [
      'a default provider that is not configured',
      { sms: { defaultProvider: 'tencent', providers: { aliyun } } },
      ['spec.sms.defaultProvider'],
    ],
    [
      'a default provider that is none',
      { sms: { defaultProvider: 'constructor', providers: { aliyun } } },
      ['spec.sms.defaultProvider'],
    ],
    [
      "a provider's credential",
      { sms: { providers: { aliyun: { ...aliyun, accessKeyId: {} } } } },
      ['spec.sms.providers.aliyun.accessKeyId'],
    ],
  ])('%s is refused', (_, spec, expected) => {
    expect(fields(config(spec))).toEqual(expected);
  });
});
