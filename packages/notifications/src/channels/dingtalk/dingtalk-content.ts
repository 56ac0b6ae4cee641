import type { ReceiverOptions } from '../../kinds/notification-manager.ts';
import type { ReceiverChannelSpec } from '../receiver.ts';
import { characters, utf8Bytes } from '../../splitting/measure.ts';
import type { Measure } from '../../splitting/measure.ts';
import type { ChannelContext, Message, Notice } from '../channel.ts';
import { messageTexts } from '../message-texts.ts';
import { shortened } from '../shortened.ts';
import { templateName, titleTemplateName } from '../template-name.ts';

/** What a DingTalk message says, as its API wants it. */
export type DingtalkContent =
  | { readonly msgtype: 'text'; readonly text: { readonly content: string } }
  | { readonly msgtype: 'markdown'; readonly markdown: { readonly title: string; readonly text: string } };

/** Most characters of a title (DingTalk: error 34016). */
const longestTitle = 64;

/** What holds for the contents of one kind of recipient. */
export interface ContentRules {
  /** Most that text and `suffix` may measure together. */
  readonly limit: number;
  readonly measure: Measure;
  /** Put at the end of every text. */
  readonly suffix: string;
}

/** Whether a receiver gets `text` or `markdown`: it says, or the options do; text when neither does. */
export function contentType(
  spec: ReceiverChannelSpec<'dingtalk'>,
  options: ReceiverOptions | undefined,
): DingtalkContent['msgtype'] {
  return (spec.tmplType || options?.dingtalk?.tmplType) === 'markdown' ? 'markdown' : 'text';
}

/** The messages that tell a notice, each with the title of its own alerts. */
export function contentMessages(
  notice: Notice<'dingtalk'>,
  context: ChannelContext,
  { limit, measure, suffix }: ContentRules,
): Message<DingtalkContent>[] {
  const { spec } = notice.receiver;
  const { options } = context;
  const type = contentType(spec, options);
  const template = templateName('dingtalk', spec, options, `nm.default.${type}`);
  const rules = { template, limit: limit - measure(suffix), measure };
  return messageTexts(notice, context, rules).map(({ text, alerts, about }) => {
    if (type === 'text') return { alerts, body: { msgtype: type, text: { content: text + suffix } } };
    const titleTemplate = titleTemplateName('dingtalk', spec, options, 'nm.default.subject');
    // A markdown message without a title is refused.
    const title = shortened(context.render(titleTemplate, about) || text, longestTitle, characters);
    return { alerts, body: { msgtype: type, markdown: { title, text: text + suffix } } };
  });
}

/** Bytes of a whole request body that are left for the text, when it may have `limit`; measured by `jsonBytes`. */
export function bytesForText(limit: number, bodyWithoutText: object): number {
  // No character takes more than six bytes in JSON: \u and four digits.
  return limit - utf8Bytes(JSON.stringify(bodyWithoutText)) - 6 * longestTitle;
}
