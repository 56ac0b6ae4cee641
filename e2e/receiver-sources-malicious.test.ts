/** A receiver source that lies or attacks gets nothing and breaks nothing: others are told as if it were not there. */
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  json,
  receivers,
  type SourceHandler,
} from '../packages/notifications/src/sources/testing/fake-source.ts';
import { SourceSite } from './testing/source-site.ts';
import { outcomeOf, postAlert } from './testing/who-is-told.ts';

let site: SourceSite;
beforeAll(async () => {
  site = await SourceSite.start();
  await site.world.client.apply(
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'token', namespace: 'kube-system' },
      stringData: { token: 'the-secret' },
    },
    { fieldManager: 'test' },
  );
});
afterEach(async () => await site.removeSources());
afterAll(async () => await site?.close());

const bearer = (reference: object): object => ({ bearerToken: { valueFrom: { secretKeyRef: reference } } });
const at = (url: string): object => ({ metadata: { name: 'mallory' }, spec: { webhook: { url } } });
const theInbox = (): string => `${site.world.inbox.url}/mallory`;

describe('an entry that asks for what the source may not have is left out, with the reason, and the rest is used', () => {
  test.each<[string, () => object, string]>([
    [
      'a Secret of another namespace',
      () => ({
        metadata: { name: 'mallory' },
        spec: {
          webhook: {
            url: theInbox(),
            httpConfig: bearer({ namespace: 'kube-system', name: 'token', key: 'token' }),
          },
        },
      }),
      'refers into a namespace that the source may not use',
    ],
    [
      "a Secret of the notification manager's own namespace",
      () => ({
        metadata: { name: 'mallory' },
        spec: { webhook: { url: theInbox(), httpConfig: bearer({ name: 'token', key: 'token' }) } },
      }),
      'refers into a namespace that the source may not use',
    ],
    [
      'the metadata service of a cloud',
      () => at('http://169.254.169.254/latest'),
      'the address may not be used',
    ],
    ['the same, written otherwise', () => at('http://[::ffff:a9fe:a9fe]/'), 'the address may not be used'],
    [
      'names of the language',
      () =>
        JSON.parse('{"metadata":{"name":"mallory"},"spec":{"__proto__":{"webhook":{"url":"http://a/"}}}}'),
      'spec: names no channel',
    ],
    [
      'a selector that no alert can match',
      () =>
        site.person('mallory', {
          webhook: { url: theInbox(), alertSelector: { matchLabels: { a: 'a value with spaces' } } },
        }),
      'alertSelector',
    ],
  ])('%s', async (_, entry, reason) => {
    await site.use();
    site.source.handler = json({ receivers: [entry(), site.person('ann')] });
    const { told, words } = await site.outcome();
    expect(told).toEqual(['ann', 'everybody', 'shop-team']);
    expect(words).toMatch(new RegExp(`left out were mallory \\(.*${reason}`, 'u'));
    expect(site.world.inbox.told('mallory')).toEqual([]);
  });
});

test('a Secret of a namespace that the source was given is used', async () => {
  await site.use({ secretNamespaces: ['kube-system'] });
  site.source.handler = json({
    receivers: [
      site.person('hooked', {
        webhook: {
          url: `${site.world.inbox.url}/hooked`,
          httpConfig: bearer({ namespace: 'kube-system', name: 'token', key: 'token' }),
        },
      }),
    ],
  });
  const tokens: (string | undefined)[] = [];
  site.world.inbox.answer = ({ url, headers }) => {
    if (url === '/hooked') tokens.push(headers.authorization);
    return true;
  };
  expect(await site.told()).toEqual(['everybody', 'hooked', 'shop-team']);
  expect(tokens).toEqual(['Bearer the-secret']);
});

describe('this machine is not reached', () => {
  test.each([
    ['by its address', 'http://127.0.0.1'],
    ['by another form of it', 'http://[::ffff:7f00:1]'],
    ['by a name that turns out to be its', 'http://localhost'],
  ])('%s', async (_, origin) => {
    await site.use({ addressPolicy: {} });
    const { port } = new URL(site.world.inbox.url);
    site.source.handler = json({ receivers: [at(`${origin}:${port}/mallory`)] });
    expect(await site.told()).toEqual(['everybody', 'shop-team']);
    expect(site.world.inbox.told('mallory')).toEqual([]);
  });
});

describe('an answer that is no answer leaves those who were named before', () => {
  let sent = 0;
  let stopped = Promise.withResolvers<void>();

  /** Sends pieces until the other side has had enough, or the hundred mebibytes are through. */
  const flood: SourceHandler = (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.once('close', () => stopped.resolve());
    const piece = Buffer.alloc(65_536, ' ');
    const pump = (): void => {
      while (!response.destroyed && sent < 100 * 2 ** 20) {
        sent += piece.length;
        if (!response.write(piece)) return;
      }
    };
    response.on('drain', pump);
    pump();
  };
  /** Sends a byte now and then, and so would be done in years. */
  const drip: SourceHandler = (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const timer = setInterval(() => response.write(' '), 20);
    response.once('close', () => {
      clearInterval(timer);
      stopped.resolve();
    });
  };
  // Made before somebody waits for it: that takes its time, and nothing else is done meanwhile.
  const small = gzipSync(Buffer.alloc(100 * 2 ** 20, ' '));
  const bomb: SourceHandler = (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
    response.end(small);
  };
  const crowd = receivers(...Array.from({ length: 10_000 }, (_, n) => `mallory${n}`));

  test.each<[string, SourceHandler, string]>([
    ['a hundred mebibytes', flood, 'AnswerTooLarge'],
    ['a hundred mebibytes in a small gzip', bomb, 'AnswerTooLarge'],
    ['ten thousand receivers', crowd, 'AnswerTooLarge|AnswerInvalid'],
    ['more levels than anybody reads', json(nested(2_000)), 'AnswerInvalid'],
    [
      'names of the language',
      json(JSON.parse('{"__proto__":{"receivers":[{}]},"constructor":{}}')),
      'AnswerInvalid',
    ],
  ])('%s', async (_, handler, code) => {
    [sent, stopped] = [0, Promise.withResolvers()];
    await site.use();
    site.source.handler = site.names('ann');
    await site.told();
    site.source.handler = handler;
    site.clock.advance(60_000);
    const { told, words } = await site.outcome();
    expect(told).toEqual(['ann', 'everybody', 'shop-team']);
    expect(words).toMatch(new RegExp(`could not be asked \\((?:${code}): .*\\(stale\\)`, 'u'));
    expect(({} as Record<string, unknown>)['receivers']).toBeUndefined();
    if (handler === flood) await stopped.promise;
    // What was read is a mebibyte; the rest was on its way.
    expect(sent).toBeLessThan(32 * 2 ** 20);
  });

  test('one that is not signed', async () => {
    await site.use({
      auth: { hmac: { secret: { value: 'shared' }, verifyResponses: true } },
    });
    site.source.handler = site.names('mallory');
    const { told, words } = await site.outcome();
    expect(told).toEqual(['everybody', 'shop-team']);
    expect(words).toContain('SignatureRefused');
  });

  test('one that comes byte by byte, which keeps nobody else', async () => {
    [sent, stopped] = [0, Promise.withResolvers()];
    await site.use({ timeout: '2s' });
    site.source.handler = drip;
    const fingerprint = await postAlert(site.url, 'shop');
    await site.source.received(1);
    expect(await site.told('')).toEqual(['everybody']);
    const { told, words } = await outcomeOf(site.url, fingerprint);
    expect(told).toEqual(['everybody', 'shop-team']);
    expect(words).toContain('Timeout');
    await stopped.promise;
  });
});

function nested(levels: number): object {
  let value: object = {};
  for (let level = 0; level < levels; level++) value = { receivers: [value] };
  return value;
}
