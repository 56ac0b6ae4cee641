import type { Channel, Destination } from '../channel.ts';
import { credentialIdentity } from '../credential-identity.ts';
import { recipientBatches, shownRecipients } from '../recipient-batches.ts';
import { applicationLimits, applicationMessages, sendAsApplication } from './application.ts';
import { chatbotLimit, chatbotMessages, sendToChatbot } from './chatbot.ts';
import type { WechatContent } from './wechat-content.ts';

/**
 * WeCom (WeChat Work): robots of groups, by their webhook, and users, parties and tags, by the application of a Config
 * ("message/send", 1,000 users, 100 parties and 100 tags at once). Text or markdown.
 */
export const wechatChannel: Channel<'wechat', WechatContent> = {
  type: 'wechat',

  needsConfig: (spec) => spec.chatbot === undefined,

  destinations(spec) {
    const { chatbot, toUser, toParty, toTag, ...shared } = spec;
    const found: Destination<'wechat'>[] = [];
    if (chatbot) {
      const address = `chatbot ${credentialIdentity(chatbot.webhook)}`;
      found.push({ address, shown: 'WeCom chatbot', spec: { ...shared, chatbot } });
    }
    const batches = recipientBatches([
      { recipients: toUser, most: 1000 },
      { recipients: toParty, most: 100 },
      { recipients: toTag, most: 100 },
    ]);
    for (const [users = [], parties = [], tags = []] of batches) {
      found.push({
        address: JSON.stringify([users, parties, tags]),
        shown: `WeCom ${shownRecipients({ user: users, party: parties, tag: tags })}`,
        spec: { ...shared, toUser: users, toParty: parties, toTag: tags },
      });
    }
    return found;
  },

  limits(notice) {
    const { chatbot } = notice.receiver.spec;
    return chatbot ? [chatbotLimit(chatbot)] : applicationLimits(notice);
  },

  messages(notice, context) {
    const { chatbot } = notice.receiver.spec;
    return chatbot ? chatbotMessages(chatbot, notice, context) : applicationMessages(notice, context);
  },

  async send({ body }, notice, context) {
    const { chatbot } = notice.receiver.spec;
    if (!chatbot) return await sendAsApplication(body, notice, context);
    await sendToChatbot(chatbot, body, context);
    return { rejected: [] };
  },
};
