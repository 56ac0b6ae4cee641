import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Alert } from '../../alerts/alert.ts';
import { testAlert, testContext, testHttp, testNotice } from '../../testing/notice.ts';
import type { StandIn } from '../../testing/providers/stand-in.ts';
import { startTelegram } from '../../testing/providers/telegram.ts';
import { sendNotice } from '../../testing/send-notice.ts';
import { telegramChannel } from './telegram-channel.ts';

const http = testHttp();
let telegram: StandIn;

beforeEach(async () => {
  telegram = await startTelegram();
});
afterEach(async () => {
  expect(telegram.complaints).toEqual([]);
  await telegram[Symbol.asyncDispose]();
});
afterAll(() => http.close());

function post(alerts: readonly Alert[], chat = '42', token = '123:good', mentionedUsers?: string[]) {
  const spec = { channels: [chat], ...(mentionedUsers && { mentionedUsers }) };
  const notice = testNotice('telegram', spec, alerts, { telegramTokenSecret: { value: token } });
  return sendNotice(telegramChannel, notice, testContext({ http, apiUrl: telegram.url }));
}

const sent = () => telegram.requests.map(({ json }) => json as { chat_id: string; text: string });

test('a receiver without a template is told with the default one, where upstream crashes', async () => {
  await post([testAlert('A'), testAlert('B')]);
  expect(sent()).toEqual([{ chat_id: '42', text: 'A happened\nB happened' }]);
});

test('people are mentioned at the end of each message, with one @', async () => {
  await post([testAlert('A')], '@ops', '123:good', ['ann', '@bob']);
  expect(sent()).toEqual([{ chat_id: '@ops', text: 'A happened\n@ann @bob' }]);
});

test('a text is as long as Telegram counts it, where an emoji is two, mentions included', async () => {
  await post([testAlert('A', { annotations: { message: '😀'.repeat(5000) } })], '42', '123:good', ['ann']);
  expect(sent().length).toBe(3);
  for (const { text } of sent()) expect(text.length).toBeLessThanOrEqual(4096);
  expect(
    sent()
      .map(({ text }) => text.replace('\n@ann', ''))
      .join(''),
  ).toBe('😀'.repeat(5000));
});

describe('refusals', () => {
  test('a group that became a supergroup is told under its new id at once', async () => {
    await post([testAlert('A')], '-1');
    expect(sent().map(({ chat_id }) => chat_id)).toEqual(['-1', '-1001']);
  });

  test('a group that is said to have moved again and again is not followed for ever', async () => {
    const moved = {
      status: 400,
      json: { ok: false, error_code: 400, parameters: { migrate_to_chat_id: -1 } },
    };
    telegram.answerNext(moved, moved, moved);
    await expect(post([testAlert('A')])).rejects.toMatchObject({ fault: 'permanent' });
    expect(telegram.requests).toHaveLength(2);
  });

  test('too many messages are waited out as the JSON says', async () => {
    const json = {
      ok: false,
      error_code: 429,
      description: 'Too Many Requests: retry after 34',
      parameters: { retry_after: 34 },
    };
    telegram.answerNext({ status: 429, json });
    await expect(post([testAlert('A')])).rejects.toMatchObject({ fault: 'rate', retryAfterMs: 34_000 });
  });

  test.each([
    ['13', 'HTTP 403', 'blocked by the user'],
    ['99', 'HTTP 400', 'chat not found'],
  ])('a chat that cannot be reached is not tried again: %s', async (chat, code, words) => {
    const refused = post([testAlert('A')], chat);
    await expect(refused).rejects.toMatchObject({ fault: 'permanent', code });
    await expect(refused).rejects.toThrow(words);
  });

  test('a token that is refused, and one that would change the path, are named as such and not shown', async () => {
    for (const token of ['123:bad', '../x?y#z', '123:good/getMe?']) {
      const refused = post([testAlert('A')], '42', token);
      await expect(refused).rejects.toMatchObject({
        fault: 'token',
        message: expect.stringContaining('Secret'),
      });
      await expect(refused).rejects.not.toThrow(token);
    }
    expect(telegram.requests.every(({ path }) => path.endsWith('/sendMessage'))).toBe(true);
  });

  test('an answer without a verdict is not success', async () => {
    telegram.answerNext({ status: 200, json: { ok: false } }, { status: 200, json: [] });
    await expect(post([testAlert('A')])).rejects.toMatchObject({ fault: 'transient' });
    await expect(post([testAlert('A')])).rejects.toMatchObject({ fault: 'transient' });
  });
});

describe('destinations', () => {
  test('each chat is one', () => {
    const channels = ['@Ops', '@ops', '-100', ' -100 '];
    const found = telegramChannel.destinations({ channels }, undefined);
    expect(found.map(({ address }) => address)).toEqual(['@ops', '-100']);
  });

  test('a group has a limit more than a person, and the bot has one for all', () => {
    const limits = (chat: string) =>
      telegramChannel
        .limits(
          testNotice('telegram', { channels: [chat] }, [], { telegramTokenSecret: { value: 'x' } }),
          undefined,
        )
        .map(({ count, windowMs }) => `${count}/${windowMs}`);
    expect(limits('42')).toEqual(['30/1000', '1/1000']);
    expect(limits('-100')).toEqual(['30/1000', '1/1000', '20/60000']);
    expect(limits('@ops')).toEqual(['30/1000', '1/1000', '20/60000']);
  });

  test('without a Config nothing is sent', async () => {
    const notice = testNotice('telegram', { channels: ['42'] }, [testAlert('A')]);
    expect(telegramChannel.needsConfig(notice.receiver.spec)).toBe(true);
    await expect(sendNotice(telegramChannel, notice, testContext({ http }))).rejects.toMatchObject({
      fault: 'permanent',
    });
  });
});
