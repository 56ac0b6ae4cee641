import type { ReceiverChannelSpec } from '../receiver.ts';
import type { ChannelContext, Message, Notice, RateLimit } from '../channel.ts';
import { credentialIdentity } from '../credential-identity.ts';
import { postJson } from '../http-outcome.ts';
import { wechatAnswer } from './wechat-codes.ts';
import { contentMessages, contentType } from './wechat-content.ts';
import type { WechatContent } from './wechat-content.ts';

/** Settings of a robot of a group. */
export type WechatChatbot = NonNullable<ReceiverChannelSpec<'wechat'>['chatbot']>;

/** At most 20 messages a minute per robot (WeCom: group robots). */
export function chatbotLimit(bot: WechatChatbot): RateLimit {
  return { key: `chatbot/${credentialIdentity(bot.webhook)}`, count: 20, windowMs: 60_000 };
}

/** The messages of a notice for a robot: texts of 2,048 bytes, or markdown of 4,096. */
export function chatbotMessages(
  bot: WechatChatbot,
  notice: Notice<'wechat'>,
  context: ChannelContext,
): Message<WechatContent>[] {
  const markdown = contentType(notice.receiver.spec, context.options) === 'markdown';
  return contentMessages(notice, context, {
    longest: markdown ? 4096 : 2048,
    suffix: markdown ? mentionLine(bot) : '',
  });
}

/** Sends one message. Throws `DeliveryError`. */
export async function sendToChatbot(
  bot: WechatChatbot,
  { msgtype, content }: WechatContent,
  context: ChannelContext,
): Promise<void> {
  const body =
    msgtype === 'markdown'
      ? { content }
      : {
          content,
          mentioned_list: bot.atUsers ?? [],
          mentioned_mobile_list: bot.atMobiles ?? [],
        };
  const url = await context.credential(bot.webhook);
  const answer = await postJson(context, 'WeCom', url, { msgtype, [msgtype]: body });
  wechatAnswer(answer, context.clock.now());
}

/** In markdown users are mentioned within the text, and phone numbers cannot be (WeCom). */
function mentionLine({ atUsers = [] }: WechatChatbot): string {
  return atUsers.length === 0 ? '' : `\n${atUsers.map((user) => `<@${user}>`).join(' ')}`;
}
