import type { ReceiverOptions } from '../../kinds/notification-manager.ts';
import type { ReceiverChannelSpec } from '../receiver.ts';
import { jsonBytes } from '../../splitting/measure.ts';
import type { ChannelContext, Message, Notice } from '../channel.ts';
import { messageTexts } from '../message-texts.ts';
import { templateName } from '../template-name.ts';
import { cutPost, postBytes, postReader, withParagraph } from './post.ts';
import type { Post } from './post.ts';

/** What a Feishu message says, as its API wants it. */
export type FeishuContent =
  | { readonly msg_type: 'text'; readonly content: { readonly text: string } }
  | { readonly msg_type: 'post'; readonly content: { readonly post: Post } };

/** Whether a receiver gets `text` or `post`: it says, or the options do; post when neither does. */
function contentType(
  spec: ReceiverChannelSpec<'feishu'>,
  options: ReceiverOptions | undefined,
): FeishuContent['msg_type'] {
  return (spec.tmplType || options?.feishu?.tmplType) === 'text' ? 'text' : 'post';
}

/**
 * The messages that tell a notice. The JSON of each content has at most `limit` bytes. `closing` is put at the end of
 * each; nothing when it is empty.
 */
export function contentMessages(
  notice: Notice<'feishu'>,
  context: ChannelContext,
  { limit, closing }: { readonly limit: number; readonly closing: string },
): Message<FeishuContent>[] {
  const { spec } = notice.receiver;
  const type = contentType(spec, context.options);
  const template = templateName('feishu', spec, context.options, `nm.feishu.${type}`);
  if (type === 'text') {
    const suffix = closing && `\n\n${closing}`;
    const rules = { template, limit: limit - jsonBytes(suffix), measure: jsonBytes };
    return messageTexts(notice, context, rules).map(({ text, alerts }) => ({
      alerts,
      body: { msg_type: type, content: { text: text + suffix } },
    }));
  }
  const read = postReader();
  const complete = (text: string): Post => withParagraph(read(text), closing);
  const rules = {
    template,
    limit,
    measure: (text: string) => postBytes(complete(text)),
    cut: (text: string, most: number) => cutPost(read(text), most, closing),
  };
  return messageTexts(notice, context, rules).map(({ text, alerts }) => ({
    alerts,
    body: { msg_type: type, content: { post: complete(text) } },
  }));
}
