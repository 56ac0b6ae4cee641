import type { ReceiverOptions } from '../../kinds/notification-manager.ts';
import type { ReceiverChannelSpec } from '../receiver.ts';
import { jsonBytes } from '../../splitting/measure.ts';
import type { ChannelContext, Message, Notice, RateLimit } from '../channel.ts';
import { credentialIdentity } from '../credential-identity.ts';
import { postJson } from '../http-outcome.ts';
import { dingtalkAnswer } from './dingtalk-codes.ts';
import { bytesForText, contentMessages, contentType } from './dingtalk-content.ts';
import type { DingtalkContent } from './dingtalk-content.ts';
import { signedAddress } from './dingtalk-sign.ts';
import { throttled } from './throttle.ts';

/** Settings of a robot of a group. */
export type DingtalkChatbot = NonNullable<ReceiverChannelSpec<'dingtalk'>['chatbot']>;

/** Longest request body that a robot takes, in bytes (DingTalk: error 460101). */
const longestBody = 20_000;

/** At most 20 messages a minute per robot (DingTalk), or what `chatBotThrottle` says. */
export function chatbotLimit(bot: DingtalkChatbot, options: ReceiverOptions | undefined): RateLimit {
  const key = `chatbot/${credentialIdentity(bot.webhook)}`;
  return throttled({ key, count: 20, windowMs: 60_000 }, options?.dingtalk?.chatBotThrottle);
}

/** The messages of a notice for a robot. `chatbotMessageMaxSize` may make them shorter, not longer. */
export function chatbotMessages(
  bot: DingtalkChatbot,
  notice: Notice<'dingtalk'>,
  context: ChannelContext,
): Message<DingtalkContent>[] {
  const asked = context.options?.dingtalk?.chatbotMessageMaxSize;
  const markdown = contentType(notice.receiver.spec, context.options) === 'markdown';
  const envelope = { msgtype: 'markdown', markdown: { title: '', text: '' }, at: mentions(bot) };
  return contentMessages(notice, context, {
    limit: bytesForText(asked ? Math.min(asked, longestBody) : longestBody, envelope),
    measure: jsonBytes,
    suffix: keywordLine(bot) + (markdown ? mentionLine(bot) : ''),
  });
}

/** Sends one message. Throws `DeliveryError`. */
export async function sendToChatbot(
  bot: DingtalkChatbot,
  content: DingtalkContent,
  context: ChannelContext,
): Promise<void> {
  const webhook = await context.credential(bot.webhook);
  const secret = bot.secret && (await context.credential(bot.secret));
  const now = context.clock.now();
  const url = secret ? signedAddress(webhook, secret, now) : webhook;
  const answer = await postJson(context, 'DingTalk', url, { ...content, at: mentions(bot) });
  dingtalkAnswer(answer, context.clock.now());
}

/** A robot with keywords takes only texts that have one of them. */
function keywordLine({ keywords = [] }: DingtalkChatbot): string {
  return keywords.length === 0 ? '' : `\n\n[Keywords] ${keywords.join(', ')}`;
}

/** In markdown somebody is mentioned only when the text has them too (DingTalk). */
function mentionLine({ atMobiles = [], atUsers = [] }: DingtalkChatbot): string {
  const mentioned = [...atMobiles, ...atUsers];
  return mentioned.length === 0 ? '' : `\n\n${mentioned.map((name) => `@${name}`).join(' ')}`;
}

function mentions({ atMobiles = [], atUsers = [], atAll = false }: DingtalkChatbot): object {
  return { atMobiles, atUserIds: atUsers, isAtAll: atAll };
}
