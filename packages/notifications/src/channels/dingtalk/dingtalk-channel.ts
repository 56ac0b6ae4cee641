import type { Channel, Destination } from '../channel.ts';
import { credentialIdentity } from '../credential-identity.ts';
import { DeliveryError } from '../../delivery-error.ts';
import { chatbotLimit, chatbotMessages, sendToChatbot } from './chatbot.ts';
import { conversationLimits, conversationMessages, sendToConversation } from './conversation.ts';
import type { DingtalkContent } from './dingtalk-content.ts';

/**
 * DingTalk: robots of groups, by their webhook ("custom robots"), and conversations, by an application of the Config
 * ("chat/send"). Text, or markdown with a title. The throttles' `maxWaitTime` has no meaning here: a message waits for
 * its turn and is never dropped, where upstream drops it or sends it in spite of the limit.
 */
export const dingtalkChannel: Channel<'dingtalk', DingtalkContent> = {
  type: 'dingtalk',

  needsConfig: (spec) => spec.chatbot === undefined,

  destinations(spec) {
    const { chatbot, conversation, ...shared } = spec;
    const found: Destination<'dingtalk'>[] = [];
    if (chatbot) {
      const address = `chatbot ${credentialIdentity(chatbot.webhook)}`;
      found.push({ address, shown: 'DingTalk chatbot', spec: { ...shared, chatbot } });
    }
    for (const chatid of new Set(conversation?.chatids)) {
      found.push({
        address: `conversation ${chatid}`,
        shown: `DingTalk conversation ${chatid}`,
        spec: { ...shared, conversation: { chatids: [chatid] } },
      });
    }
    return found;
  },

  limits(notice, options) {
    const { chatbot } = notice.receiver.spec;
    return chatbot ? [chatbotLimit(chatbot, options)] : conversationLimits(notice, options);
  },

  messages(notice, context) {
    const { chatbot } = notice.receiver.spec;
    return chatbot ? chatbotMessages(chatbot, notice, context) : conversationMessages(notice, context);
  },

  async send({ body }, notice, context) {
    const { chatbot, conversation } = notice.receiver.spec;
    const [chatid] = conversation?.chatids ?? [];
    if (chatbot) await sendToChatbot(chatbot, body, context);
    else if (chatid !== undefined) await sendToConversation(chatid, body, notice, context);
    else throw new DeliveryError('permanent', 'the receiver names neither a chatbot nor a conversation');
    return { rejected: [] };
  },
};
