import { invalid, required, type Cause } from '@armillary/resource';
import type { ChannelType } from '../channels/channel-type.ts';
import { mailboxTexts } from '../channels/email/mailbox.ts';
import type { LabelSelector } from '../kinds/label-selector.ts';
import type { ReceiverChannelSpec } from '../channels/receiver.ts';
import { selectorCauses } from '../selector/selector.ts';
import { serverCauses } from './address.ts';
import { credentialCauses, webhookCauses } from './credential.ts';
import { httpClientCauses } from './http-client-config.ts';
import { mailboxCauses } from './mailbox.ts';
import { profileCauses } from './pushover.ts';
import { choiceCauses, recipientCauses, templateCauses } from './text.ts';

type Checks = { readonly [T in ChannelType]: (spec: ReceiverChannelSpec<T>, field: string) => Cause[] };

/** Digits with what people put between them. */
const phoneNumber = /^\+?[\d\s().-]{3,30}$/u;

/** What is wrong with each channel of a receiver, beside what all have alike. */
const checks: Checks = {
  dingtalk: ({ chatbot, conversation, titleTemplate, tmplType }, field) => [
    ...someOf({ chatbot, conversation }, field),
    ...(chatbot ? webhookCauses(chatbot.webhook, `${field}.chatbot.webhook`) : []),
    ...credentialCauses(chatbot?.secret, `${field}.chatbot.secret`),
    ...(conversation ? recipientCauses(conversation.chatids, `${field}.conversation.chatids`) : []),
    ...templateCauses({ titleTemplate }, field),
    ...choiceCauses(tmplType, `${field}.tmplType`, ['text', 'markdown']),
  ],
  discord: ({ webhook, type }, field) => [
    ...webhookCauses(webhook, `${field}.webhook`),
    ...choiceCauses(type, `${field}.type`, ['content', 'embed']),
  ],
  email: ({ to, subjectTemplate, tmplType }, field) => [
    ...(to.length === 0 ? [required(`${field}.to`, 'must be specified')] : []),
    ...to.flatMap((entry, index) => entryCauses(entry, `${field}.to[${index}]`)),
    ...templateCauses({ subjectTemplate }, field),
    ...choiceCauses(tmplType, `${field}.tmplType`, ['text', 'html']),
  ],
  feishu: ({ user, department, chatbot, tmplType }, field) => [
    ...someOf({ user, department, chatbot }, field),
    ...(user?.length ? recipientCauses(user, `${field}.user`) : []),
    ...(department?.length ? recipientCauses(department, `${field}.department`) : []),
    ...(chatbot ? webhookCauses(chatbot.webhook, `${field}.chatbot.webhook`) : []),
    ...credentialCauses(chatbot?.secret, `${field}.chatbot.secret`),
    ...choiceCauses(tmplType, `${field}.tmplType`, ['text', 'post']),
  ],
  pushover: ({ profiles, titleTemplate }, field) => [
    ...(profiles.length === 0 ? [required(`${field}.profiles`, 'must be specified')] : []),
    ...profiles.flatMap((profile, index) => profileCauses(profile, `${field}.profiles[${index}]`)),
    ...templateCauses({ titleTemplate }, field),
  ],
  slack: ({ channels }, field) => recipientCauses(channels, `${field}.channels`),
  sms: ({ phoneNumbers }, field) => [
    ...(phoneNumbers.length === 0 ? [required(`${field}.phoneNumbers`, 'must be specified')] : []),
    ...phoneNumbers.flatMap((number, index) =>
      phoneNumber.test(number)
        ? []
        : [invalid(`${field}.phoneNumbers[${index}]`, number, 'must be a number such as +8613800000000')],
    ),
  ],
  teams: ({ webhook, titleTemplate, type }, field) => [
    ...webhookCauses(webhook, `${field}.webhook`),
    ...templateCauses({ titleTemplate }, field),
    ...choiceCauses(type, `${field}.type`, ['card', 'text']),
  ],
  telegram: ({ channels }, field) => recipientCauses(channels, `${field}.channels`),
  webhook: (spec, field) => [
    ...serverCauses(spec, field, 'httpConfig.basicAuth'),
    ...httpClientCauses(spec.httpConfig, `${field}.httpConfig`),
  ],
  wechat: ({ toUser, toParty, toTag, chatbot, tmplType }, field) => [
    ...someOf({ toUser, toParty, toTag, chatbot }, field),
    ...Object.entries({ toUser, toParty, toTag }).flatMap(([name, list]) =>
      list?.length ? recipientCauses(list, `${field}.${name}`) : [],
    ),
    ...(chatbot ? webhookCauses(chatbot.webhook, `${field}.chatbot.webhook`) : []),
    ...choiceCauses(tmplType, `${field}.tmplType`, ['text', 'markdown']),
  ],
};

/** What is wrong with one channel of a receiver that stands in `field`; its types must be right. */
export function receiverChannelCauses<T extends ChannelType>(
  type: T,
  spec: ReceiverChannelSpec<T>,
  field: string,
): Cause[] {
  const { alertSelector, template, tmplText } = spec;
  const configSelector = `${type}ConfigSelector`;
  return [
    ...checks[type](spec, field),
    ...optionalSelector(alertSelector, `${field}.alertSelector`),
    // Every channel has one but those that need no config.
    ...optionalSelector(
      (spec as Record<string, LabelSelector | undefined>)[configSelector],
      `${field}.${configSelector}`,
    ),
    ...templateCauses({ template }, field),
    ...(tmplText?.name === '' ? [required(`${field}.tmplText.name`)] : []),
  ];
}

function entryCauses(entry: string, field: string): Cause[] {
  const mailboxes = mailboxTexts(entry);
  return mailboxes.length === 0
    ? mailboxCauses(entry, field)
    : mailboxes.flatMap((mailbox) => mailboxCauses(mailbox, field));
}

const optionalSelector = (selector: LabelSelector | undefined, field: string): Cause[] =>
  selector ? selectorCauses(selector, field) : [];

/** At least one of the parts must be there, and no empty list. */
function someOf(parts: Readonly<Record<string, unknown>>, field: string): Cause[] {
  const given = Object.values(parts).filter((part) =>
    Array.isArray(part) ? part.length > 0 : part !== undefined,
  );
  if (given.length > 0) return [];
  const names = Object.keys(parts).map((name) => `\`${name}\``);
  return [required(field, `must specify one of: ${names.slice(0, -1).join(', ')} or ${names.at(-1)}`)];
}
