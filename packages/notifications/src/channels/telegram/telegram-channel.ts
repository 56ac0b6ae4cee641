import { utf16Units } from '../../splitting/measure.ts';
import type { Channel, RateLimit } from '../channel.ts';
import { credentialIdentity } from '../credential-identity.ts';
import { DeliveryError } from '../../delivery-error.ts';
import { postJson } from '../http-outcome.ts';
import { messageTexts } from '../message-texts.ts';
import { templateName } from '../template-name.ts';
import { checkTelegramAnswer, migratedChat } from './telegram-answer.ts';

/** Longest text of a message, in units of UTF-16 (Telegram Bot API, sendMessage). */
const longestText = 4096;

/** Telegram chats, by the bot whose token the Config has: `sendMessage`, plain text. */
export const telegramChannel: Channel<'telegram', string> = {
  type: 'telegram',

  needsConfig: () => true,

  destinations({ channels, ...shared }) {
    const chats = new Map(channels.map((chat) => [chat.trim().toLowerCase(), chat.trim()]));
    return [...chats].map(([address, chat]) => ({
      address,
      shown: `telegram ${chat}`,
      spec: { ...shared, channels: [chat] },
    }));
  },

  /** 30 messages a second per bot, one a second per chat, 20 a minute per group (Telegram, "Bots FAQ"). */
  limits({ receiver, config }) {
    const bot = config ? credentialIdentity(config.spec.telegramTokenSecret) : '';
    const [chat = ''] = receiver.spec.channels;
    const limits: RateLimit[] = [
      { key: bot, count: 30, windowMs: 1000 },
      { key: `${bot}/${chat}`, count: 1, windowMs: 1000 },
    ];
    // People have positive numbers; groups have negative ones, and channels those or names.
    if (!/^\d+$/u.test(chat)) limits.push({ key: `${bot}/${chat}/minute`, count: 20, windowMs: 60_000 });
    return limits;
  },

  messages(notice, context) {
    const { spec } = notice.receiver;
    const { mentionedUsers = [] } = spec;
    const mentions = mentionedUsers.map((user) => `@${user.replace(/^@/u, '')}`).join(' ');
    const suffix = mentions === '' ? '' : `\n${mentions}`;
    const parts = messageTexts(notice, context, {
      template: templateName('telegram', spec, context.options, 'nm.default.text'),
      limit: longestText - suffix.length,
      measure: utf16Units,
    });
    return parts.map(({ alerts, text }) => ({ alerts, body: `${text}${suffix}` }));
  },

  async send({ body }, { receiver, config }, context) {
    const [chat] = receiver.spec.channels;
    if (!config || chat === undefined) {
      throw new DeliveryError(
        'permanent',
        'the receiver names no Telegram chat, or there is no Config with a token',
      );
    }
    const token = (await context.credential(config.spec.telegramTokenSecret)).trim();
    const base = context.apiUrl ?? 'https://api.telegram.org';
    // A token is a number, a colon, and letters: what else somebody wrote must not become part of the path.
    const url = `${base}/bot${encodeURIComponent(token).replace('%3A', ':')}/sendMessage`;
    const post = (chat_id: string) => postJson(context, 'Telegram', url, { chat_id, text: body });

    let answer = await post(chat);
    const moved = migratedChat(answer);
    if (moved !== undefined) answer = await post(moved);
    checkTelegramAnswer(answer, context.clock.now());
    return { rejected: [] };
  },
};
