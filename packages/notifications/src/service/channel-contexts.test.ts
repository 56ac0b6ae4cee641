import { expect, test } from 'vitest';
import type { ChannelContext, Notice } from '../channels/channel.ts';
import { TokenCache } from '../channels/token-cache.ts';
import { CredentialReader } from '../credentials/credential-reader.ts';
import { TemplateTexts } from '../objects/template-texts.ts';
import { AddressPolicy } from '../outgoing/address-policy.ts';
import type { Trust } from '../sources/trust.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { testAlert } from '../testing/notice.ts';
import { StandIn } from '../testing/providers/stand-in.ts';
import { StubCluster } from '../testing/stub-cluster.ts';
import { ChannelContexts } from './channel-contexts.ts';
import { CurrentTemplates } from './current-templates.ts';

const token = { valueFrom: { secretKeyRef: { namespace: 'hr', name: 'bot', key: 'token' } } };
const named = { kind: 'source', source: 'people' } as const;
const noticeOf = (more: object = {}, config?: Notice['config']): Notice => ({
  receiver: {
    type: 'webhook',
    name: 'ann',
    labels: {},
    spec: { url: 'http://a.example', ...more },
    origin: named,
  },
  config,
  alerts: [testAlert('A')],
  groupLabels: {},
});
const account = (origin: NonNullable<Notice['config']>['origin']): Notice['config'] => ({
  type: 'slack',
  name: 'bot',
  labels: {},
  spec: { slackTokenSecret: token },
  origin,
});

interface Given {
  /** Namespaces that the source may use; no source when absent. */
  secretNamespaces?: string[] | undefined;
  apiUrls?: ConstructorParameters<typeof ChannelContexts>[0]['apiUrls'];
}

/** What `use` does with the context of a notice. */
async function withContext<T>(
  notice: Notice,
  { secretNamespaces, apiUrls = {} }: Given,
  use: (context: ChannelContext) => Promise<T>,
): Promise<T> {
  await using cluster = await StubCluster.start();
  const data = { token: Buffer.from('xoxb').toString('base64') };
  cluster.objects.set('/api/v1/namespaces/hr/secrets/bot', { apiVersion: 'v1', kind: 'Secret', data });
  const [client, clock, defaultNamespace] = [cluster.client, new FakeClock(), () => 'monitoring'];
  const texts = new TemplateTexts({ client, clock, defaultNamespace, onProblem: () => {} });
  const trust: Trust | undefined = secretNamespaces && { secretNamespaces, policy: new AddressPolicy() };
  const contexts = new ChannelContexts({
    credentials: new CredentialReader({ client, clock, defaultNamespace }),
    templates: new CurrentTemplates({ texts, clock, spec: () => undefined, onProblem: () => {} }),
    tokens: new TokenCache({ clock }),
    clock,
    userAgent: 'test',
    options: () => undefined,
    trustOf: (source) => (source === 'people' ? trust : undefined),
    apiUrls,
  });
  try {
    return await use(await contexts.for(notice, new AbortController().signal));
  } finally {
    await contexts.close();
  }
}

/** The Secret that a channel may read for a notice. */
const readFor = async (notice: Notice, secretNamespaces?: string[]): Promise<string> =>
  await withContext(notice, { secretNamespaces }, async (context) => await context.credential(token));

test('a delivery that waited reads no Secret that its source may not use any more', async () => {
  expect(await readFor(noticeOf(), ['hr'])).toBe('xoxb');
  expect(await readFor(noticeOf({}, account(named)), ['hr'])).toBe('xoxb');
  for (const allowed of [['other'], [], undefined]) {
    await expect(readFor(noticeOf(), allowed)).rejects.toThrow('may not be used here');
    await expect(readFor(noticeOf({}, account(named)), allowed)).rejects.toThrow('may not be used here');
  }
});

test('nor a ConfigMap', async () => {
  const tmplText = { namespace: 'hr', name: 'texts' };
  expect(await readFor(noticeOf({ tmplText }), ['hr'])).toBe('xoxb');
  await expect(readFor(noticeOf({ tmplText }), ['other'])).rejects.toThrow('tmplText is in a namespace');
  await expect(readFor(noticeOf({ tmplText: { name: 'texts' } }), ['hr'])).rejects.toThrow('tmplText is in');
});

test("an account of the cluster's own has its Secret, whoever it is used for", async () => {
  expect(await readFor(noticeOf({}, account({ kind: 'object' })), [])).toBe('xoxb');
});

test("a provider's API may be where the cluster's administrators say, while the source names only receivers", async () => {
  await using provider = await StandIn.start(() => ({ status: 200, json: {} }));
  const url = `${provider.url}/api`;
  const send = async (notice: Notice, given: Given, to: string): Promise<number | string> =>
    await withContext(notice, { secretNamespaces: [], ...given }, async ({ http, apiUrl }) => {
      expect(apiUrl).toBe(url);
      const request = {
        method: 'GET',
        url: to,
        timeoutMs: 5000,
        signal: new AbortController().signal,
      } as const;
      return await http.send(request).then(
        ({ status }) => status,
        (error: { code: string }) => error.code,
      );
    });
  const slack = (config?: Notice['config']): Notice => ({
    ...noticeOf({}, config && { ...config, apiUrl: url }),
    receiver: { type: 'slack', name: 'ann', labels: {}, spec: { channels: ['#a'] }, origin: named },
  });
  const ofCluster = slack(account({ kind: 'object' }));

  expect(await send(ofCluster, {}, `${url}/chat.postMessage`)).toBe(200);
  expect(await send(slack(), { apiUrls: { slack: url } }, `${url}/chat.postMessage`)).toBe(200);
  for (const elsewhere of [`${provider.url}/other`, `${provider.url}/api/../other`, `${provider.url}/apis`]) {
    expect(await send(ofCluster, {}, elsewhere)).toBe('AddressRefused');
  }
  expect(await send(slack(account(named)), { apiUrls: { slack: 'http://x' } }, `${url}/a`)).toBe(
    'AddressRefused',
  );
});

test("a mail server of the cluster's own Config may be on this machine, one that a source names may not", async () => {
  const notice = (origin: NonNullable<Notice['config']>['origin']): Notice => ({
    ...noticeOf({}, { ...account(origin)!, type: 'email' }),
    receiver: { type: 'email', name: 'ann', labels: {}, spec: { to: ['a@example.com'] }, origin: named },
  });
  const mayBeHere = async (origin: NonNullable<Notice['config']>['origin']): Promise<boolean> =>
    await withContext(
      notice(origin),
      { secretNamespaces: [], apiUrls: { email: 'http://x' } },
      async (context) => context.addresses.allows('127.0.0.1'),
    );
  expect([await mayBeHere({ kind: 'object' }), await mayBeHere(named)]).toEqual([true, false]);
});
