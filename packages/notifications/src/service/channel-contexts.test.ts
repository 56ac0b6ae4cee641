import { expect, test } from 'vitest';
import type { Notice } from '../channels/channel.ts';
import { TokenCache } from '../channels/token-cache.ts';
import { CredentialReader } from '../credentials/credential-reader.ts';
import { TemplateTexts } from '../objects/template-texts.ts';
import { AddressPolicy } from '../outgoing/address-policy.ts';
import type { Trust } from '../sources/trust.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { testAlert } from '../testing/notice.ts';
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

/** What a channel may read for a notice, while the source may use these namespaces; no source when absent. */
async function readFor(notice: Notice, secretNamespaces?: string[]): Promise<string> {
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
    apiUrls: {},
  });
  try {
    const context = await contexts.for(notice, new AbortController().signal);
    return await context.credential(token);
  } finally {
    await contexts.close();
  }
}

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
