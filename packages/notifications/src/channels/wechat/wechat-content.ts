import type { ReceiverOptions } from '../../kinds/notification-manager.ts';
import type { ReceiverChannelSpec } from '../receiver.ts';
import { utf8Bytes } from '../../splitting/measure.ts';
import type { ChannelContext, Message, Notice } from '../channel.ts';
import { messageTexts } from '../message-texts.ts';
import { templateName } from '../template-name.ts';

/** What a WeCom message says. */
export interface WechatContent {
  readonly msgtype: 'text' | 'markdown';
  readonly content: string;
}

/** Whether a receiver gets `text` or `markdown`: it says, or the options do; text when neither does. */
export function contentType(
  spec: ReceiverChannelSpec<'wechat'>,
  options: ReceiverOptions | undefined,
): WechatContent['msgtype'] {
  return (spec.tmplType || options?.wechat?.tmplType) === 'markdown' ? 'markdown' : 'text';
}

/**
 * The messages that tell a notice in texts of at most `longest` bytes, or of `messageMaxSize` when that is less: WeCom
 * cuts longer ones off without an error. `suffix` is put at the end of each.
 */
export function contentMessages(
  notice: Notice<'wechat'>,
  context: ChannelContext,
  { longest, suffix }: { readonly longest: number; readonly suffix: string },
): Message<WechatContent>[] {
  const { spec } = notice.receiver;
  const msgtype = contentType(spec, context.options);
  const asked = context.options?.wechat?.messageMaxSize;
  const limit = (asked ? Math.min(asked, longest) : longest) - utf8Bytes(suffix);
  const template = templateName('wechat', spec, context.options, `nm.default.${msgtype}`);
  return messageTexts(notice, context, { template, limit, measure: utf8Bytes }).map(({ text, alerts }) => ({
    alerts,
    body: { msgtype, content: text + suffix },
  }));
}
