import { characters } from '../../splitting/measure.ts';
import type { Channel } from '../channel.ts';
import { credentialIdentity } from '../credential-identity.ts';
import { DeliveryError } from '../../delivery-error.ts';
import { postJson } from '../http-outcome.ts';
import { messageTexts } from '../message-texts.ts';
import { templateName } from '../template-name.ts';
import { checkSlackAnswer } from './slack-answer.ts';
import { escapedForSlack } from './slack-text.ts';

/** Slack advises at most 4,000 characters and cuts a text off at 40,000. */
const longestText = 4000;

/** Slack channels, by the bot or user whose token the Config has: `chat.postMessage`, one call per channel. */
export const slackChannel: Channel<'slack', string> = {
  type: 'slack',

  needsConfig: () => true,

  destinations({ channels, ...shared }) {
    const names = new Map(channels.map((channel) => [canonical(channel), channel]));
    return [...names].map(([address, channel]) => ({
      address,
      shown: `slack ${channel}`,
      spec: { ...shared, channels: [channel] },
    }));
  },

  /** "One message per second per channel" (Slack, rate limits). */
  limits({ receiver, config }) {
    const account = config ? credentialIdentity(config.spec.slackTokenSecret) : '';
    const channel = canonical(receiver.spec.channels[0] ?? '');
    return [{ key: `${account}/${channel}`, count: 1, windowMs: 1000 }];
  },

  messages(notice, context) {
    const template = templateName('slack', notice.receiver.spec, context.options, 'nm.default.text');
    const rules = { template, limit: longestText, measure: characters };
    return messageTexts(escapedForSlack(notice), context, rules).map((part) => ({
      alerts: part.alerts,
      body: part.text,
    }));
  },

  async send({ body }, { receiver, config }, context) {
    const [channel] = receiver.spec.channels;
    if (!config || channel === undefined) {
      throw new DeliveryError(
        'permanent',
        'the receiver names no Slack channel, or there is no Config with a token',
      );
    }
    const token = (await context.credential(config.spec.slackTokenSecret)).trim();
    const url = `${context.apiUrl ?? 'https://slack.com/api'}/chat.postMessage`;
    const answer = await postJson(
      context,
      'Slack',
      url,
      { channel, text: body },
      { authorization: `Bearer ${token}` },
    );
    checkSlackAnswer(answer, context.clock.now());
    return { rejected: [] };
  },
};

/** `#ops`, `ops` and `OPS` are one channel; ids, such as C024BE91L, are told apart by their capitals. */
function canonical(channel: string): string {
  const name = channel.trim().replace(/^#/u, '');
  return /^[CDGUW][A-Z0-9]{7,}$/u.test(name) ? name : name.toLowerCase();
}
