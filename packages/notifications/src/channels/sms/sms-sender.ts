import { characters } from '../../splitting/measure.ts';
import type { ChannelContext, Message, Notice } from '../channel.ts';
import { DeliveryError } from '../../delivery-error.ts';
import { messageTexts } from '../message-texts.ts';
import { shortened } from '../shortened.ts';
import { templateName } from '../template-name.ts';

/** What one text message says. */
export interface SmsBody {
  /** The values of the provider's template, in its order; the text itself where there is no template. */
  readonly values: readonly string[];
  /** What was left out of the values because they are too long; absent when nothing was. */
  readonly note?: string;
}

/** An account with a provider. */
export interface SmsSender {
  messages(notice: Notice<'sms'>, context: ChannelContext): Message<SmsBody>[];
  /**
   * Sends one message to one number. Gives what had to be left out of it, if anything. Throws `DeliveryError`.
   */
  send(body: SmsBody, phoneNumber: string, context: ChannelContext): Promise<string | undefined>;
}

/** The template of text messages that neither the receiver nor the options name. */
export const defaultTemplate = 'nm.default.text';

/** The template of the receiver's messages. */
export function smsTemplate(notice: Notice<'sms'>, context: ChannelContext): string {
  return templateName('sms', notice.receiver.spec, context.options, defaultTemplate);
}

/** Messages of one value each, of at most `limit` characters. */
export function textMessages(
  notice: Notice<'sms'>,
  context: ChannelContext,
  limit: number,
): Message<SmsBody>[] {
  const rules = { template: smsTemplate(notice, context), limit, measure: characters };
  return messageTexts(notice, context, rules).map(({ text, alerts }) => ({
    alerts,
    body: { values: [text] },
  }));
}

/** Sends a text; when the provider refuses it with a code for its length, once more in one short line. */
export async function sendShorterIfRefused(
  text: string,
  send: (text: string) => Promise<void>,
  { code, most }: { readonly code: string; readonly most: number },
): Promise<string | undefined> {
  try {
    await send(text);
    return undefined;
  } catch (error) {
    const short = shortened(text, most, characters);
    if (!(error instanceof DeliveryError && error.code === code) || short === text) throw error;
    await send(short);
    return `shortened to ${most} characters: the provider's template takes no more`;
  }
}
