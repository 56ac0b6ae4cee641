import type { ReceiverChannelSpec } from '../receiver.ts';
import { characters } from '../../splitting/measure.ts';
import type { Channel, ChannelContext } from '../channel.ts';
import { credentialIdentity, digest } from '../credential-identity.ts';
import { DeliveryError } from '../../delivery-error.ts';
import { postJson } from '../http-outcome.ts';
import { messageTexts } from '../message-texts.ts';
import { shortened } from '../shortened.ts';
import { templateName, titleTemplateName } from '../template-name.ts';
import { checkPushoverAnswer } from './pushover-answer.ts';

/** Longest message and title in characters (Pushover, "Limitations" of messages). */
const longest = { message: 1024, title: 250 };

/** A message and its title, which may be empty. */
export interface PushoverMessage {
  readonly title: string;
  readonly message: string;
}

type Profile = ReceiverChannelSpec<'pushover'>['profiles'][number];

/** Pushover users, by the application whose token the Config has; each profile is a destination. */
export const pushoverChannel: Channel<'pushover', PushoverMessage> = {
  type: 'pushover',

  needsConfig: () => true,

  destinations({ profiles, ...shared }) {
    const byAddress = new Map(profiles.map((profile) => [addressOf(profile), profile]));
    return [...byAddress].map(([address, profile]) => ({
      address,
      shown: `pushover ${profile.userKey.slice(0, 4)}…`,
      spec: { ...shared, profiles: [profile] },
    }));
  },

  /** "No more than 2 concurrent HTTP requests" of an application (Pushover, "Being friendly to our API"). */
  limits({ config }) {
    const application = config ? credentialIdentity(config.spec.pushoverTokenSecret) : '';
    return [{ key: application, count: 2, windowMs: 1000 }];
  },

  messages(notice, context) {
    const { spec } = notice.receiver;
    const parts = messageTexts(notice, context, {
      template: templateName('pushover', spec, context.options, 'nm.default.text'),
      limit: longest.message,
      measure: characters,
    });
    return parts.map(({ alerts, about, text }) => ({
      alerts,
      body: { message: text, title: shortened(titleOf(spec, about, context), longest.title, characters) },
    }));
  },

  async send({ body }, { receiver, config }, context) {
    const [profile] = receiver.spec.profiles;
    if (!config || !profile) {
      throw new DeliveryError('permanent', 'the receiver has no profile, or there is no Config with a token');
    }
    const token = (await context.credential(config.spec.pushoverTokenSecret)).trim();
    const { devices = [], sound, userKey } = profile;
    const answer = await postJson(
      context,
      'Pushover',
      `${context.apiUrl ?? 'https://api.pushover.net'}/1/messages.json`,
      {
        token,
        user: userKey,
        message: body.message,
        ...(body.title === '' ? {} : { title: body.title }),
        ...(devices.length === 0 ? {} : { device: devices.join(',') }),
        ...(sound ? { sound } : {}),
      },
    );
    checkPushoverAnswer(answer, context.clock.now());
    return { rejected: [] };
  },
};

/** User keys let anybody with an application send to a person: they are stored as a digest. */
function addressOf({ userKey, devices = [] }: Profile): string {
  return digest(JSON.stringify([userKey, ...devices.toSorted()]));
}

/** The title of a template, or the one that a profile has by the deprecated field. */
function titleOf(
  spec: ReceiverChannelSpec<'pushover'>,
  about: Parameters<ChannelContext['render']>[1],
  context: ChannelContext,
): string {
  const template = titleTemplateName('pushover', spec, context.options, '');
  const [profile] = spec.profiles;
  if (template === '' && profile?.title) return profile.title;
  return context.render(template || 'nm.default.subject', about);
}
