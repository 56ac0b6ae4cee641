import type { Cause } from '@armillary/resource';
import { describe, expect, test } from 'vitest';
import type { ReceiverSpec } from '../kinds/receiver.ts';
import { validateReceiver } from './receiver.ts';
import { both, fields, hook, secret, shown, v2beta2 } from './testing/objects.ts';

const receiver = (spec: unknown): Cause[] => validateReceiver(v2beta2('Receiver', spec));

describe('receivers that are taken', () => {
  test.each<[string, ReceiverSpec]>([
    ['no channel', {}],
    ['a mailbox', { email: { to: ['ann@example.com', 'Bob <bob@example.com>'], tmplType: 'html' } }],
    [
      'empty choices, as clients written in Go send them',
      { email: { to: ['ann@example.com'], tmplType: '' } },
    ],
    ['a list of mailboxes in one entry', { email: { to: ['ann@example.com, "B, ob" <bob@example.com>'] } }],
    ['a chatbot', { dingtalk: { chatbot: { webhook: hook, secret } } }],
    ['a chatbot whose address is a secret', { feishu: { chatbot: { webhook: secret } } }],
    ['a webhook by address', { webhook: { url: 'http://hook.example.com:8080/in?token=x' } }],
    [
      'a webhook by service',
      { webhook: { service: { namespace: 'ops', name: 'hook', port: 8080, path: 'in' } } },
    ],
    ['a discord receiver without template', { discord: { webhook: hook } }],
    ['a telegram receiver without template', { telegram: { channels: ['-1001'] } }],
    ['a phone number', { sms: { phoneNumbers: ['+86 138-0000-0000', '13800000000'] } }],
    ['a disabled one', { slack: { enabled: false, channels: ['ops'] } }],
    ['teams', { teams: { webhook: hook, type: 'card' } }],
  ])('%s', (_, spec) => {
    expect(receiver(spec)).toEqual([]);
  });
});

describe('receivers that are refused', () => {
  test('with the field and the words that kubectl prints', () => {
    expect(shown(receiver({ slack: { channels: [] } }))).toEqual([
      'spec.slack.channels: Required value: must be specified',
    ]);
    expect(shown(receiver({ email: { to: ['ann@example.com'], tmplType: 'pdf' } }))).toEqual([
      'spec.email.tmplType: Unsupported value: "pdf": supported values: "text", "html"',
    ]);
    expect(shown(receiver({ wechat: {} }))).toEqual([
      'spec.wechat: Required value: must specify one of: `toUser`, `toParty`, `toTag` or `chatbot`',
    ]);
  });

  test.each<[string, unknown, string[]]>([
    ['no recipients', { email: { to: [] } }, ['spec.email.to']],
    ['a recipient that is no address', { email: { to: ['a@example.com', 'bob'] } }, ['spec.email.to[1]']],
    ['a list with something else in it', { email: { to: ['ann@example.com, bob'] } }, ['spec.email.to[0]']],
    ['an empty list', { email: { to: [' , '] } }, ['spec.email.to[0]']],
    [
      'a quote that does not end',
      { email: { to: ['"Ann <ann@example.com>, bob@example.com'] } },
      ['spec.email.to[0]'],
    ],
    [
      'a header in a recipient',
      { email: { to: ['a@example.com\r\nBcc: b@example.com'] } },
      ['spec.email.to[0]'],
    ],
    ['a blank chat', { telegram: { channels: [' '] } }, ['spec.telegram.channels[0]']],
    ['no chats', { telegram: { channels: [] } }, ['spec.telegram.channels']],
    ['a name of any length', { slack: { channels: ['x'.repeat(1001)] } }, ['spec.slack.channels[0]']],
    [
      'a template of any length',
      { slack: { channels: ['x'], template: 'x'.repeat(65_537) } },
      ['spec.slack.template'],
    ],
    [
      'no conversations',
      { dingtalk: { conversation: { chatids: [] } } },
      ['spec.dingtalk.conversation.chatids'],
    ],
    ['neither chatbot nor conversation', { dingtalk: {} }, ['spec.dingtalk']],
    ['no users', { feishu: { user: [] } }, ['spec.feishu']],
    ['more users than feishu takes', { feishu: { user: Array(201).fill('u') } }, ['spec.feishu.user']],
    ['an unknown form', { feishu: { user: ['u'], tmplType: 'html' } }, ['spec.feishu.tmplType']],
    ['no profiles', { pushover: { profiles: [] } }, ['spec.pushover.profiles']],
    [
      'a short key',
      { pushover: { profiles: [{ userKey: 'short' }] } },
      ['spec.pushover.profiles[0].userKey'],
    ],
    [
      'an unknown sound and a device with a space',
      { pushover: { profiles: [{ userKey: 'u'.repeat(30), sound: 'moo', devices: ['my phone'] }] } },
      ['spec.pushover.profiles[0].devices', 'spec.pushover.profiles[0].sound'],
    ],
    ['no numbers', { sms: { phoneNumbers: [] } }, ['spec.sms.phoneNumbers']],
    ['a number that is none', { sms: { phoneNumbers: ['call me'] } }, ['spec.sms.phoneNumbers[0]']],
    ['no address', { webhook: {} }, ['spec.webhook']],
    [
      'an address and a service',
      { webhook: { url: 'http://a.example.com', service: { namespace: 'a', name: 'b' } } },
      ['spec.webhook.url'],
    ],
    ['an address that is none', { webhook: { url: 'hook.example.com' } }, ['spec.webhook.url']],
    ['another protocol', { webhook: { url: 'file:///etc/passwd' } }, ['spec.webhook.url']],
    ['a password in the address', { webhook: { url: 'http://u:p@a.example.com' } }, ['spec.webhook.url']],
    [
      'a service whose name would be another host',
      { webhook: { service: { namespace: 'b', name: 'example.com/?' } } },
      ['spec.webhook.service.name'],
    ],
    [
      'a port and scheme that are none',
      { webhook: { service: { namespace: 'a', name: 'b', port: 0, scheme: 'ftp' } } },
      ['spec.webhook.service.port', 'spec.webhook.service.scheme'],
    ],
    [
      'a proxy that is none',
      { webhook: { url: 'http://a.example.com', httpConfig: { proxyUrl: 'proxy:3128' } } },
      ['spec.webhook.httpConfig.proxyUrl'],
    ],
    ['no webhook', { discord: {} }, ['spec.discord.webhook']],
    ['an unknown type of message', { discord: { webhook: hook, type: 'card' } }, ['spec.discord.type']],
    ['an unknown type of card', { teams: { webhook: hook, type: 'embed' } }, ['spec.teams.type']],
    [
      'an inline webhook that is no address',
      { discord: { webhook: { value: 'x' } } },
      ['spec.discord.webhook.value'],
    ],
    ['no credential', { dingtalk: { chatbot: { webhook: {} } } }, ['spec.dingtalk.chatbot.webhook']],
    [
      'an empty credential',
      { wechat: { chatbot: { webhook: { value: '' } } } },
      ['spec.wechat.chatbot.webhook'],
    ],
    [
      'two credentials',
      { feishu: { chatbot: { webhook: both } } },
      ['spec.feishu.chatbot.webhook.valueFrom'],
    ],
    [
      'a reference to nothing',
      { dingtalk: { chatbot: { webhook: hook, secret: { valueFrom: {} } } } },
      ['spec.dingtalk.chatbot.secret.valueFrom.secretKeyRef'],
    ],
    [
      'two tokens and two certificates',
      {
        webhook: {
          url: 'http://a.example.com',
          httpConfig: {
            bearerToken: both,
            basicAuth: { username: 'u', password: {} },
            tlsConfig: { rootCA: both, clientCertificate: { cert: both, key: {} } },
          },
        },
      },
      [
        'spec.webhook.httpConfig.bearerToken.valueFrom',
        'spec.webhook.httpConfig.basicAuth.password',
        'spec.webhook.httpConfig.tlsConfig.rootCA.valueFrom',
        'spec.webhook.httpConfig.tlsConfig.clientCertificate.cert.valueFrom',
        'spec.webhook.httpConfig.tlsConfig.clientCertificate.key',
      ],
    ],
    [
      'a selector of alerts that no alert can match',
      { sms: { phoneNumbers: ['138000'], alertSelector: { matchLabels: { alertname: 'Disk full' } } } },
      ['spec.sms.alertSelector.matchLabels'],
    ],
    [
      'a selector of configs',
      {
        slack: { channels: ['x'], slackConfigSelector: { matchExpressions: [{ key: 'a', operator: 'Is' }] } },
      },
      ['spec.slack.slackConfigSelector.matchExpressions[0].operator'],
    ],
    [
      'a template file without name',
      { slack: { channels: ['x'], tmplText: { name: '' } } },
      ['spec.slack.tmplText.name'],
    ],
  ])('%s', (_, spec, expected) => {
    expect(fields(receiver(spec))).toEqual(expected);
  });

  test('an unknown type on discord, or a wrong selector on telegram, is refused and nothing else is asked for', () => {
    // Upstream's admission reads the settings of e-mail and Slack there, and dies when there are none.
    expect(fields(receiver({ discord: { webhook: secret, type: 'x' } }))).toEqual(['spec.discord.type']);
    expect(
      fields(
        receiver({
          telegram: { channels: ['c'], alertSelector: { matchExpressions: [{ key: 'a', operator: 'In' }] } },
        }),
      ),
    ).toEqual(['spec.telegram.alertSelector.matchExpressions[0].values']);
  });

  test('secrets in addresses are not repeated', () => {
    const texts = shown([
      ...receiver({ discord: { webhook: { value: 'hooks.example.com/s3cret' } } }),
      ...receiver({ webhook: { url: 'http://u:s3cret@a.example.com' } }),
    ]);
    expect(texts).toHaveLength(2);
    expect(texts.join()).not.toContain('s3cret');
  });
});
