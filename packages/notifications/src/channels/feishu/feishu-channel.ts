import type { Channel, Destination } from '../channel.ts';
import { credentialIdentity } from '../credential-identity.ts';
import { recipientBatches, shownRecipients } from '../recipient-batches.ts';
import { applicationLimits, applicationMessages, sendAsApplication } from './application.ts';
import { chatbotLimits, chatbotMessages, sendToChatbot } from './chatbot.ts';
import type { FeishuContent } from './feishu-content.ts';

/**
 * Feishu, and Lark with another base address: robots of groups, by their webhook ("custom robots"), and users and
 * departments, by the application of a Config ("batch send messages", 200 of each at once). Rich text ("post") or text.
 */
export const feishuChannel: Channel<'feishu', FeishuContent> = {
  type: 'feishu',

  needsConfig: (spec) => spec.chatbot === undefined,

  destinations(spec) {
    const { chatbot, user, department, ...shared } = spec;
    const found: Destination<'feishu'>[] = [];
    if (chatbot) {
      const address = `chatbot ${credentialIdentity(chatbot.webhook)}`;
      found.push({ address, shown: 'Feishu chatbot', spec: { ...shared, chatbot } });
    }
    const batches = recipientBatches([
      { recipients: user, most: 200 },
      { recipients: department, most: 200 },
    ]);
    for (const [users = [], departments = []] of batches) {
      found.push({
        address: JSON.stringify([users, departments]),
        shown: `Feishu ${shownRecipients({ user: users, department: departments })}`,
        spec: { ...shared, user: users, department: departments },
      });
    }
    return found;
  },

  limits(notice) {
    const { chatbot } = notice.receiver.spec;
    return chatbot ? chatbotLimits(chatbot) : applicationLimits(notice);
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
