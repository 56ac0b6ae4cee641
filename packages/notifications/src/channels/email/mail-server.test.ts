import { describe, expect, test } from 'vitest';
import type { EmailConfig } from '../../kinds/config-channels.ts';
import { AddressPolicy } from '../../outgoing/address-policy.ts';
import { testContext, testHttp } from '../../testing/notice.ts';
import { mailServerOf } from './mail-server.ts';
import { emailNotice } from './testing/email-notice.ts';

const context = testContext({ http: testHttp(), addresses: new AddressPolicy() });

async function serverOf(config: Partial<EmailConfig>, source?: string) {
  const { config: account } = emailNotice({ config });
  if (!account) throw new Error('the notice has a config');
  return await mailServerOf(source ? { ...account, origin: { kind: 'source', source } } : account, context);
}

const password = { authUsername: 'nm', authPassword: { value: 'secret\n' } };
const at = (host: string, port = 587) => ({ smartHost: { host, port } });

describe('encryption', () => {
  test.each<[string, Partial<EmailConfig>, string]>([
    ['on port 465 from the first byte', at('mail.example.com', 465), 'begin'],
    ['on port 465 whatever requireTLS says', { ...at('mail.example.com', 465), requireTLS: false }, 'begin'],
    ['where the server offers it', at('mail.example.com'), 'offer'],
    ['required by the Config', { ...at('mail.example.com'), requireTLS: true }, 'require'],
    ['required by a password', { ...at('mail.example.com'), ...password }, 'require'],
    ['not required by a password on this machine', { ...at('127.0.0.1'), ...password }, 'offer'],
    ['nor on this machine by name', { ...at('localhost'), ...password }, 'offer'],
    [
      'not required by a password when the Config says so',
      { ...at('mail.example.com'), ...password, requireTLS: false },
      'offer',
    ],
    [
      'not required by CRAM-MD5, which tells no password',
      { ...at('mail.example.com'), authUsername: 'nm', authSecret: { value: 's' } },
      'offer',
    ],
  ])('%s', async (_, config, expected) => {
    expect((await serverOf(config)).encryption).toBe(expected);
  });

  test('a server that needs no TLS may have any certificate, unless the Config has an opinion about it', async () => {
    expect((await serverOf({ requireTLS: false })).tls).toEqual({ insecureSkipVerify: true });
    expect((await serverOf({ requireTLS: false, tls: { serverName: 'mail' } })).tls).toEqual({
      serverName: 'mail',
    });
    expect((await serverOf({ ...at('mail.example.com', 465), requireTLS: false })).tls).toEqual({});
  });

  test('certificates are verified unless the Config says otherwise', async () => {
    expect((await serverOf({})).tls).toEqual({});
    expect((await serverOf({ tls: {} })).tls).toEqual({});
    expect((await serverOf({ tls: { insecureSkipVerify: true } })).tls).toEqual({ insecureSkipVerify: true });
  });
});

describe('login', () => {
  test.each<[string, Partial<EmailConfig>, unknown]>([
    ['none without a name', { authPassword: { value: 'secret' } }, undefined],
    ['none without a password', { authUsername: 'nm' }, undefined],
    ['a password without the line end of its file', password, { user: 'nm', password: 'secret' }],
    [
      'a shared secret',
      { authUsername: 'nm', authSecret: { value: 's' } },
      { user: 'nm', password: 's', method: 'CRAM-MD5' },
    ],
    [
      'a password rather than a shared secret, since it goes with any mechanism',
      { ...password, authSecret: { value: 's' } },
      { user: 'nm', password: 'secret' },
    ],
    [
      'on behalf of somebody',
      { ...password, authIdentify: 'team' },
      { user: 'nm', password: 'secret', identity: 'team' },
    ],
  ])('%s', async (_, config, expected) => {
    expect((await serverOf(config)).login).toEqual(expected);
  });
});

describe('where the server may be', () => {
  test("for the cluster's own Configs also beside the program, but at no metadata service", async () => {
    const { policy } = await serverOf({});
    expect(policy.allows('127.0.0.1')).toBe(true);
    expect(policy.allows('169.254.169.254')).toBe(false);
  });

  test("for Configs of a source where the source's receivers may be", async () => {
    expect((await serverOf({}, 'who')).policy).toBe(context.addresses);
  });
});
