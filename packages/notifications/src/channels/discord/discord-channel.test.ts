import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Alert } from '../../alerts/alert.ts';
import { testAlert, testContext, testHttp, testNotice } from '../../testing/notice.ts';
import { discordWebhook, startDiscord } from '../../testing/providers/discord.ts';
import type { StandIn } from '../../testing/providers/stand-in.ts';
import { sendNotice } from '../../testing/send-notice.ts';
import { discordChannel } from './discord-channel.ts';
import type { DiscordMessage } from './discord-channel.ts';

const http = testHttp();
let discord: StandIn;

beforeEach(async () => {
  discord = await startDiscord();
});
afterEach(async () => {
  expect(discord.complaints).toEqual([]);
  await discord[Symbol.asyncDispose]();
});
afterAll(() => http.close());

type Spec = Parameters<typeof discordChannel.destinations>[0];

function post(alerts: readonly Alert[], spec: Partial<Spec> = {}, path = discordWebhook) {
  const notice = testNotice('discord', { webhook: { value: `${discord.url}${path}` }, ...spec }, alerts);
  return sendNotice(discordChannel, notice, testContext({ http }));
}

const messages = () => discord.requests.map(({ json }) => json as DiscordMessage);
const long = (length: number): Alert =>
  testAlert('Long', { annotations: { message: '0123456789'.repeat(length / 10) } });

test('a receiver without a template is told with the default one, where upstream crashes', async () => {
  await post([testAlert('A'), testAlert('B')]);
  expect(messages()).toEqual([
    { content: 'A happened\nB happened', allowed_mentions: { parse: [], users: [], roles: [] } },
  ]);
});

test('the message is confirmed: Discord is asked to answer once it is stored, and both its answers are success', async () => {
  await post([testAlert('A')], {}, `${discordWebhook}?thread_id=7`);
  const [request] = discord.requests;
  expect(Object.fromEntries(request?.query ?? [])).toEqual({ thread_id: '7', wait: 'true' });
  discord.answerNext({ status: 204 });
  await expect(post([testAlert('A')])).resolves.toEqual({ rejected: [] });
});

describe('mentions', () => {
  const mentions = {
    mentionedUsers: ['everyone', '80351110224678912', 'bob'],
    mentionedRoles: ['41771983423143936'],
  };
  const line = '@everyone<@80351110224678912><@bob><@&41771983423143936>';

  test('only those are called who the receiver names, whatever an alert says', async () => {
    const alert = testAlert('A', { annotations: { message: '@everyone <@1> see' } });
    await post([alert], mentions);
    await post([alert]);
    expect(messages()).toEqual([
      {
        content: `@everyone <@1> see\n${line}`,
        allowed_mentions: { parse: ['everyone'], users: ['80351110224678912'], roles: ['41771983423143936'] },
      },
      { content: '@everyone <@1> see', allowed_mentions: { parse: [], users: [], roles: [] } },
    ]);
  });

  test('beside an embed they are in the content, where they call somebody', async () => {
    await post([testAlert('A')], { ...mentions, type: 'embed' });
    expect(messages()).toMatchObject([{ content: line, embeds: [{ description: 'A happened' }] }]);
  });

  test('a second message does not write them twice', async () => {
    const spec = { ...mentions };
    await post([testAlert('A')], spec);
    await post([testAlert('A')], spec);
    expect(messages()[0]).toEqual(messages()[1]);
  });
});

describe('lengths', () => {
  test.each([
    ['content', 2000],
    ['embed', 4096],
  ])('an alert longer than a message is told in parts: %s', async (type, limit) => {
    await post([long(9000)], { type, mentionedUsers: ['1'] });
    const texts = messages().map(
      ({ content = '', embeds }) => embeds?.[0]?.description ?? content.replace('\n<@1>', ''),
    );
    expect(texts.length).toBeGreaterThan(1);
    expect(texts.join('')).toBe('0123456789'.repeat(900));
    expect(Math.max(...texts.map((text) => text.length))).toBeLessThanOrEqual(limit);
  });

  test('each of many alerts is told in exactly one message', async () => {
    const alerts = Array.from({ length: 60 }, (_, index) =>
      testAlert('A', { annotations: { message: `#${index}# ${'😀'.repeat(80)}` } }),
    );
    await post(alerts);
    for (const index of alerts.keys()) {
      expect(messages().filter(({ content }) => content?.includes(`#${index}#`))).toHaveLength(1);
    }
  });
});

describe('refusals', () => {
  test('a 429 is waited out as its JSON says, to the millisecond', async () => {
    const json = { message: 'You are being rate limited.', retry_after: 0.65, global: false };
    discord.answerNext({ status: 429, headers: { 'retry-after': '65' }, json });
    await expect(post([testAlert('A')])).rejects.toMatchObject({ fault: 'rate', retryAfterMs: 650 });
  });

  test('a webhook that was deleted is not tried again', async () => {
    const sent = post([testAlert('A')], {}, '/api/webhooks/1/gone');
    await expect(sent).rejects.toMatchObject({ fault: 'permanent', code: 'HTTP 404' });
    await expect(sent).rejects.toThrow('Unknown Webhook (code 10015)');
  });

  test('an answer of 200 without the message is not success', async () => {
    discord.answerNext({ status: 200, json: {} });
    await expect(post([testAlert('A')])).rejects.toMatchObject({ fault: 'transient' });
  });
});

test('the address of the webhook is neither shown nor stored', () => {
  const [destination] = discordChannel.destinations(
    { webhook: { value: 'https://discord.com/secret' } },
    undefined,
  );
  expect(JSON.stringify([destination?.address, destination?.shown])).not.toContain('secret');
  const reference = { webhook: { valueFrom: { secretKeyRef: { name: 'hooks', key: 'ops' } } } };
  expect(discordChannel.destinations(reference, undefined)[0]?.address).not.toBe(destination?.address);
  expect(discordChannel.limits(testNotice('discord', reference, []), undefined)).toHaveLength(2);
  expect(discordChannel.needsConfig(reference)).toBe(false);
});
