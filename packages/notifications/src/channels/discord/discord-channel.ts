import type { ReceiverChannelSpec } from '../receiver.ts';
import { utf16Units } from '../../splitting/measure.ts';
import type { Channel } from '../channel.ts';
import { credentialIdentity } from '../credential-identity.ts';
import { postJson } from '../http-outcome.ts';
import { messageTexts } from '../message-texts.ts';
import { templateName } from '../template-name.ts';
import { checkDiscordAnswer } from './discord-answer.ts';

/** Longest `content` of a message and longest description of an embed (Discord, "Message" and "Embed limits"). */
const longest = { content: 2000, embed: 4096 };

/** A message as Discord's webhooks take it. */
export interface DiscordMessage {
  readonly content?: string;
  readonly embeds?: readonly { readonly description: string }[];
  readonly allowed_mentions: object;
}

/**
 * A webhook of Discord. Only those are called who the receiver names, whatever the text says. Mentions are in the
 * content also beside an embed: in an embed, where upstream writes them, they call nobody.
 */
export const discordChannel: Channel<'discord', DiscordMessage> = {
  type: 'discord',

  needsConfig: () => false,

  destinations(spec) {
    return [{ address: credentialIdentity(spec.webhook), shown: 'Discord webhook', spec }];
  },

  /** Per webhook; Discord does not publish the numbers: they are those of the headers that it answers with. */
  limits({ receiver }) {
    const key = credentialIdentity(receiver.spec.webhook);
    return [
      { key: `${key}/burst`, count: 5, windowMs: 2000 },
      { key: `${key}/minute`, count: 30, windowMs: 60_000 },
    ];
  },

  messages(notice, context) {
    const { spec } = notice.receiver;
    const embed = spec.type === 'embed';
    const mentions = mentionLine(spec);
    const parts = messageTexts(notice, context, {
      template: templateName('discord', spec, context.options, 'nm.default.text'),
      limit: embed ? longest.embed : longest.content - (mentions === '' ? 0 : mentions.length + 1),
      measure: utf16Units,
    });
    return parts.map(({ alerts, text }) => {
      const content = embed ? mentions : [text, mentions].filter(Boolean).join('\n');
      return {
        alerts,
        body: {
          ...(content === '' ? {} : { content }),
          ...(embed ? { embeds: [{ description: text }] } : {}),
          allowed_mentions: allowedMentions(spec),
        },
      };
    });
  },

  async send({ body }, notice, context) {
    const url = await context.credential(notice.receiver.spec.webhook);
    const answer = await postJson(context, 'Discord', confirmed(url.trim()), body);
    checkDiscordAnswer(answer, context.clock.now());
    return { rejected: [] };
  },
};

/** Without `wait` Discord answers before it has stored the message, and does not say when it could not. */
function confirmed(address: string): string {
  const url = URL.parse(address);
  if (!url) return address;
  url.searchParams.set('wait', 'true');
  return url.href;
}

function mentionLine({ mentionedUsers = [], mentionedRoles = [] }: ReceiverChannelSpec<'discord'>): string {
  const users = mentionedUsers.map((user) => (user === 'everyone' ? '@everyone' : `<@${user}>`));
  return [...users, ...mentionedRoles.map((role) => `<@&${role}>`)].join('');
}

/** Who the text may call. Ids are numbers ("snowflakes"); Discord refuses a message for any other, or more than 100. */
function allowedMentions({
  mentionedUsers = [],
  mentionedRoles = [],
}: ReceiverChannelSpec<'discord'>): object {
  const ids = (names: readonly string[]): string[] =>
    [...new Set(names)].filter((name) => /^\d{1,20}$/u.test(name)).slice(0, 100);
  return {
    parse: mentionedUsers.includes('everyone') ? ['everyone'] : [],
    users: ids(mentionedUsers),
    roles: ids(mentionedRoles),
  };
}
