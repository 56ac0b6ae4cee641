import { expect, test } from 'vitest';
import { validateConfig } from '../validation/config.ts';
import { validateReceiver } from '../validation/receiver.ts';
import { redact } from './redact.ts';

const secret = { value: 'SECRET' };
const webhook = { value: 'https://hooks.example.com/SECRET' };
const pushoverUser = 'SECRET'.repeat(5);
const apiVersion = 'notification.kubesphere.io/v2beta2';

/** A receiver with a secret wherever one can be. */
const receiver = {
  dingtalk: { chatbot: { webhook, secret } },
  discord: { webhook },
  feishu: { chatbot: { webhook, secret } },
  pushover: { profiles: [{ userKey: pushoverUser }] },
  teams: { webhook },
  webhook: {
    url: 'https://hooks.example.com/SECRET?key=SECRET',
    httpConfig: {
      basicAuth: { username: 'u', password: secret },
      bearerToken: secret,
      proxyUrl: 'http://user:SECRET@proxy.example.com:1080',
      tlsConfig: { rootCA: secret, clientCertificate: { cert: secret, key: secret } },
    },
  },
  wechat: { chatbot: { webhook } },
};
/** A config with a secret wherever one can be. */
const config = {
  dingtalk: { conversation: { appkey: secret, appsecret: secret } },
  email: {
    from: 'a@example.com',
    smartHost: { host: 'mail.example.com', port: 25 },
    authPassword: secret,
    authSecret: secret,
    tls: { rootCA: secret, clientCertificate: { cert: secret, key: secret } },
  },
  feishu: { appID: secret, appSecret: secret },
  pushover: { pushoverTokenSecret: secret },
  slack: { slackTokenSecret: secret },
  sms: {
    providers: {
      aliyun: { signName: 's', accessKeyId: secret, accessKeySecret: secret },
      aws: { accessKeyId: secret, secretAccessKey: secret },
      huawei: {
        url: 'https://sms.example.com/SECRET',
        signature: 's',
        templateId: 't',
        sender: 's',
        appKey: secret,
        appSecret: secret,
      },
      tencent: { sign: 's', templateID: 't', smsSdkAppid: 'a', secretId: secret, secretKey: secret },
    },
  },
  telegram: { telegramTokenSecret: secret },
  wechat: {
    wechatApiUrl: 'https://wechat.example.com/SECRET/',
    wechatApiCorpId: 'c',
    wechatApiAgentId: '1',
    wechatApiSecret: secret,
  },
};

test.each([
  ['receiver', 'Receiver', receiver, validateReceiver],
  ['config', 'Config', config, validateConfig],
] as const)('nothing secret of any channel of a %s is shown', (_, kind, spec, validate) => {
  expect(validate({ apiVersion, kind, metadata: { name: 'x' }, spec })).toEqual([]);
  expect(JSON.stringify(redact(spec))).not.toContain('SECRET');
});

test.each([' https://h.example/SECRET', 'HTTPS://u:SECRET@h.example', 'socks5://u:SECRET@h.example/'])(
  'no more than the host of an address is shown, however it is written: %j',
  (url) => expect(redact({ url })).toEqual({ url: expect.stringMatching(/^\w+:\/\/h\.example\/…$/) }),
);

test('what is no secret is shown: hosts, names and references to Secrets', () => {
  const reference = { valueFrom: { secretKeyRef: { namespace: 'n', name: 's', key: 'k' } } };
  const spec = {
    url: 'https://hooks.example.com:8443/path',
    channels: ['#ops'],
    template: '{{ .Labels.alertname }} https://example.com/runbooks',
    slackTokenSecret: reference,
  };
  expect(redact(spec)).toEqual({ ...spec, url: 'https://hooks.example.com:8443/…' });
});

test.each([
  ' https://a.example/SECRET',
  'http:user:SECRET@proxy.example:3128',
  'HTTPS:\\\\a.example\\SECRET',
])('an address that is written oddly loses as much: %s', (proxyUrl) => {
  expect(JSON.stringify(redact({ httpConfig: { proxyUrl } }))).not.toContain('SECRET');
});
