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

/** An account whose messages are one value of the provider's template. */
export interface TemplateAccount {
  /** Most characters of the value. */
  readonly longest: number;
  /** The code with which the provider refuses a value that its template has no room for, and what always has room. */
  readonly refusal: { readonly code: string; readonly most: number };
  /** Sends one text to one number. Throws `DeliveryError`. */
  readonly call: (text: string, phoneNumber: string, context: ChannelContext) => Promise<void>;
}

/** Sends texts; one that is refused for its length is sent once more, in one short line. */
export function templateSender({ longest, refusal, call }: TemplateAccount): SmsSender {
  return {
    messages: (notice, context) => textMessages(notice, context, longest),
    async send({ values: [text = ''] }, phoneNumber, context) {
      try {
        await call(text, phoneNumber, context);
        return undefined;
      } catch (error) {
        const short = shortened(text, refusal.most, characters);
        if (!(error instanceof DeliveryError && error.code === refusal.code) || short === text) throw error;
        await call(short, phoneNumber, context);
        return `shortened to ${refusal.most} characters: the provider's template takes no more`;
      }
    },
  };
}
