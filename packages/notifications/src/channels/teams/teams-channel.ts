import { characters, jsonBytes } from '../../splitting/measure.ts';
import type { Channel } from '../channel.ts';
import { credentialIdentity } from '../credential-identity.ts';
import { postJson } from '../http-outcome.ts';
import { messageTexts } from '../message-texts.ts';
import { shortened } from '../shortened.ts';
import { templateName, titleTemplateName } from '../template-name.ts';
import { checkTeamsAnswer } from './teams-answer.ts';
import { cardBytes, cardMessage, textMessage } from './teams-card.ts';
import type { TeamsMessage } from './teams-card.ts';

/** Teams takes 28 KB (Microsoft, "Create Incoming Webhooks"); the rest is for the title and what Teams adds. */
const longestText = 24 * 1024;

const longestTitle = 250;

/** A chat or channel of Microsoft Teams, by the address of a workflow or of an old incoming webhook. */
export const teamsChannel: Channel<'teams', TeamsMessage> = {
  type: 'teams',

  needsConfig: () => false,

  destinations(spec) {
    return [{ address: credentialIdentity(spec.webhook), shown: 'Teams webhook', spec }];
  },

  /** Microsoft, "Transactions per second thresholds": the two windows that a burst of alerts runs into. */
  limits({ receiver }) {
    const key = credentialIdentity(receiver.spec.webhook);
    return [
      { key: `${key}/second`, count: 4, windowMs: 1000 },
      { key: `${key}/half-minute`, count: 60, windowMs: 30_000 },
    ];
  },

  messages(notice, context) {
    const { spec } = notice.receiver;
    const plain = spec.type === 'text';
    const titleTemplate = titleTemplateName('teams', spec, context.options, 'nm.default.subject');
    const parts = messageTexts(notice, context, {
      template: templateName('teams', spec, context.options, 'nm.default.text'),
      limit: longestText,
      measure: plain ? jsonBytes : cardBytes,
    });
    return parts.map(({ alerts, about, text }) => {
      const title = shortened(context.render(titleTemplate, about), longestTitle, characters);
      const firing = about.some(({ status }) => status === 'firing');
      return { alerts, body: plain ? textMessage(title, text) : cardMessage(title, text, firing) };
    });
  },

  async send({ body }, notice, context) {
    const url = (await context.credential(notice.receiver.spec.webhook)).trim();
    checkTeamsAnswer(await postJson(context, 'Teams', url, body), context.clock.now());
    return { rejected: [] };
  },
};
