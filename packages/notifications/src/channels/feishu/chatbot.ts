import type { ReceiverChannelSpec } from '../receiver.ts';
import type { ChannelContext, Message, Notice, RateLimit } from '../channel.ts';
import { credentialIdentity } from '../credential-identity.ts';
import { postJson } from '../http-outcome.ts';
import { feishuAnswer } from './feishu-codes.ts';
import { contentMessages } from './feishu-content.ts';
import type { FeishuContent } from './feishu-content.ts';
import { feishuSignature } from './feishu-sign.ts';

/** Settings of a robot of a group. */
export type FeishuChatbot = NonNullable<ReceiverChannelSpec<'feishu'>['chatbot']>;

/** A request of a robot has at most 20 KB (Feishu: custom robots); the signature and the frame take a part of it. */
const longestContent = 20_000 - 250;

/** At most 5 messages a second and 100 a minute per robot (Feishu: custom robots). */
export function chatbotLimits(bot: FeishuChatbot): RateLimit[] {
  const key = `chatbot/${credentialIdentity(bot.webhook)}`;
  return [
    { key, count: 5, windowMs: 1000 },
    { key: `${key}/minute`, count: 100, windowMs: 60_000 },
  ];
}

/** The messages of a notice for a robot. A robot with keywords takes only messages that have one of them. */
export function chatbotMessages(
  { keywords = [] }: FeishuChatbot,
  notice: Notice<'feishu'>,
  context: ChannelContext,
): Message<FeishuContent>[] {
  const closing = keywords.length === 0 ? '' : `[Keywords] ${keywords.join(', ')}`;
  return contentMessages(notice, context, { limit: longestContent, closing });
}

/** Sends one message. Throws `DeliveryError`. */
export async function sendToChatbot(
  bot: FeishuChatbot,
  content: FeishuContent,
  context: ChannelContext,
): Promise<void> {
  const url = await context.credential(bot.webhook);
  const secret = bot.secret && (await context.credential(bot.secret));
  const signature = secret ? feishuSignature(secret, context.clock.now()) : {};
  const answer = await postJson(context, 'Feishu', url, { ...signature, ...content });
  feishuAnswer(answer, context.clock.now());
}
