import { describe, expect, test } from 'vitest';
import { json, listOf, mailTo } from './testing/fake-source.ts';
import type { SourceHandler } from './testing/fake-source.ts';
import { SourceWorld } from './testing/source-world.ts';

describe('a malicious source', () => {
  const list = (...entries: unknown[]): SourceHandler =>
    json(listOf([], { receivers: [...entries, mailTo('ann')] }));
  const webhook = (url: string): object => ({ metadata: { name: 'w' }, spec: { webhook: { url } } });
  const hook = (credential: object): object => ({
    metadata: { name: 'h' },
    spec: { discord: { webhook: credential } },
  });
  const skipped = async (handler: SourceHandler, spec = {}): Promise<string[]> => {
    await using world = await SourceWorld.start(handler, spec);
    const answer = await world.ask();
    expect(answer.receivers.map(({ name }) => name)).toContain('ann');
    expect(world.sources.status()[0]?.skipped).toBe(answer.skipped.length);
    return answer.skipped.map(({ name, reason }) => `${name}: ${reason}`);
  };

  test('gets no Secret of a namespace that it was not given', async () => {
    const secret = (reference: object): object => hook({ valueFrom: { secretKeyRef: reference } });
    const refused = [
      'h: spec.discord.webhook.valueFrom.secretKeyRef: refers into a namespace that the source may not use; list it in spec.secretNamespaces of the source',
    ];
    expect(await skipped(list(secret({ namespace: 'kube-system', name: 'a', key: 'b' })))).toEqual(refused);
    expect(await skipped(list(secret({ name: 'a', key: 'b' })), { secretNamespaces: ['hr'] })).toEqual(
      refused,
    );
    const own = list(secret({ namespace: 'hr', name: 'a', key: 'b' }));
    expect(await skipped(own, { secretNamespaces: ['hr'] })).toEqual([]);
  });

  test('gets no label or annotation of a size that no index holds', async () => {
    const entry = (metadata: object): object => ({
      metadata: { name: 'l', ...metadata },
      spec: { slack: { channels: ['#ops'] } },
    });
    const long = 'é'.repeat(513);
    for (const metadata of [
      { labels: { user: long } },
      { labels: { [long]: 'x' } },
      { annotations: { a: long } },
    ]) {
      expect(await skipped(list(entry(metadata)))).toEqual([
        expect.stringContaining('must be strings of at most 512 characters'),
      ]);
    }
  });

  test('gets no ConfigMap either', async () => {
    const entry = {
      metadata: { name: 't' },
      spec: { email: { to: ['a@b.example'], tmplText: { name: 'x' } } },
    };
    expect(await skipped(list(entry))).toEqual([expect.stringContaining('spec.email.tmplText: refers into')]);
  });

  test.each([
    'http://169.254.169.254/latest/meta-data',
    'http://127.0.0.1:19093/api/v2/alerts',
    'http://[::1]/',
    'http://[::ffff:169.254.169.254]/',
    'http://2130706433/',
    'http://0x7f.1/',
    ' HTTP://127.0.0.1/',
    '\u0001ht\ntp://127.0.0.1/',
  ])('has nothing sent to %s', async (url) => {
    const [reason] = await skipped(list(webhook(url)));
    expect(reason).toMatch(/^w: spec\.webhook\.url: /u);
    expect(reason).not.toContain('127.0.0.1');
    expect(await skipped(list(hook({ value: url })))).toHaveLength(1);
  });

  test('may use loopback addresses when it is told so, and no others when there is a list', async () => {
    const allowLoopback = { addressPolicy: { allowLoopback: true } };
    expect(await skipped(list(webhook('http://127.0.0.1/')), allowLoopback)).toEqual([]);
    const listed = { addressPolicy: { allow: ['*.example.com'] } };
    expect(await skipped(list(webhook('https://hooks.example.com/')), listed)).toEqual([]);
    expect(await skipped(list(webhook('https://hooks.example.org/')), listed)).toHaveLength(1);
  });

  test('has no mail sent through a server of its choice on this machine', async () => {
    const smtp = (host: string): object => ({
      metadata: { name: 'c' },
      spec: { email: { from: 'a@b.example', smartHost: { host, port: 25 } } },
    });
    const configs = (host: string): SourceHandler => json(listOf(['ann'], { configs: [smtp(host)] }));
    expect(await skipped(configs('127.0.0.1'))).toHaveLength(1);
    expect(await skipped(configs('::1'))).toHaveLength(1);
    expect(await skipped(configs('mail.example.com'))).toEqual([]);
  });

  test('has no other address of a provider used', async () => {
    const config = (url: string): object => ({
      metadata: { name: 'c', annotations: { 'notification.armillary.dev/api-url': url } },
      spec: { slack: { slackTokenSecret: { value: 't' } } },
    });
    expect(
      await skipped(json(listOf(['ann'], { configs: [config('http://169.254.169.254')] }))),
    ).toHaveLength(1);
    expect(await skipped(json(listOf(['ann'], { configs: [config('https://slack.example.com')] })))).toEqual(
      [],
    );
  });

  test('changes no prototype', async () => {
    const body = JSON.stringify(listOf(['ann'])).replace(
      '"labels":{}',
      '"labels":{"__proto__":{"polluted":"1"},"constructor":"x"}',
    );
    await using world = await SourceWorld.start((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(body);
    });
    const { receivers: named } = await world.ask();
    expect(named[0]?.labels).toEqual({ constructor: 'x' });
    expect(Object.getPrototypeOf(named[0]?.labels)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('spoils only the entries that are wrong', async () => {
    const many = Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`l${n}`, 'x']));
    const entries = [
      null,
      'ann',
      { spec: {} },
      { metadata: { name: '../../etc' }, spec: {} },
      { metadata: { name: 'a'.repeat(300) }, spec: {} },
      mailTo('labels', many),
      { metadata: { name: 'number', labels: { team: 1 } }, spec: {} },
      { metadata: { name: 'wrong' }, spec: { email: { to: 'ann@example.com' } } },
      {
        metadata: { name: 'selector' },
        spec: { email: { to: ['a@b.example'], alertSelector: { matchLabels: { alertname: 'a b' } } } },
      },
      { metadata: { name: 'kind' }, kind: 'Pod', apiVersion: 'v1', spec: {} },
      { metadata: { name: 'misspelt' }, spec: { mail: { to: ['ann@example.com'] } } },
      mailTo('ann'),
    ];
    const reasons = await skipped(list(...entries));
    expect(reasons.map((reason) => reason.split(':')[0])).toEqual([
      'receivers[0]',
      'receivers[1]',
      'receivers[2]',
      'receivers[3]',
      'receivers[4]',
      'labels',
      'number',
      'wrong',
      'selector',
      'receivers[9]',
      'misspelt',
      'ann',
    ]);
  });

  test('has nothing of what it said repeated in reasons', async () => {
    const secret = 'xoxb-very-secret';
    const entries = [
      { metadata: { name: 'a' }, spec: { webhook: { url: `ftp://${secret}` } } },
      { metadata: { name: 'b' }, spec: { email: { to: [{ secret }] } } },
      { metadata: { name: 'c' }, spec: { slack: { channels: secret } } },
      { metadata: { name: 'd' }, spec: { pushover: { profiles: [{ userKey: secret }] } } },
      { metadata: { name: 'e' }, spec: { email: { to: ['a@b.example'], tmplType: secret } } },
      { metadata: { name: 'f' }, kind: secret, spec: {} },
      { metadata: { name: 'g' }, apiVersion: secret, spec: {} },
    ];
    const reasons = await skipped(list(...entries));
    expect(reasons).toHaveLength(entries.length);
    expect(reasons.join('\n')).not.toContain(secret);
  });

  test('fills no log with names of its own making', async () => {
    const field = `\n${'x'.repeat(10_000)}`;
    const reference = { secretKeyRef: { namespace: 'kube-system', name: 'a', key: 'b' } };
    const entry = { metadata: { name: 'a' }, spec: { email: { to: ['a@b.example'] }, [field]: reference } };
    const [reason = ''] = await skipped(list(entry));
    expect(reason).toMatch(/^a: spec\. x{200}/u);
    expect(reason.length).toBeLessThan(400);
  });

  test('that answers with a string instead of tenants tells nobody', async () => {
    await using world = await SourceWorld.start(json('ann'));
    expect(await world.told()).toBe('none AnswerInvalid');
  });
});
