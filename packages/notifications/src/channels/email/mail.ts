import { utf8Bytes } from '../../splitting/measure.ts';
import type { ChannelContext, Message, Notice } from '../channel.ts';
import { digest } from '../credential-identity.ts';
import { isOverBudget, messageTexts } from '../message-texts.ts';
import { shortened } from '../shortened.ts';
import { templateName } from '../template-name.ts';

/** One mail without its addresses. */
export interface Mail {
  readonly subject: string;
  /** Empty for a page that goes without. */
  readonly text: string;
  /** The same as a page; absent for a mail that is plain text. */
  readonly html?: string;
  /** What is unique in its Message-ID: the same for every attempt at the delivery, so that copies are recognised. */
  readonly id?: string;
}

/** A mail of 1,000 alerts is no use to anybody, and templates may write 1 MiB at most. */
const longestBody = 400_000;
const longestSubject = 200;

/**
 * The mails that tell the alerts. Alert texts are escaped in pages and not escaped in plain text. A page comes with the
 * plain text of the default template, for programs that show none.
 */
export function mailsOf(notice: Notice<'email'>, context: ChannelContext): Message<Mail>[] {
  const { spec } = notice.receiver;
  const options = context.options?.email;
  const html = (spec.tmplType || options?.tmplType || 'html') !== 'text';
  const template = templateName('email', spec, context.options, html ? 'nm.default.html' : 'nm.default.text');
  const subjectTemplate = spec.subjectTemplate || options?.subjectTemplate || 'nm.default.subject';
  const parts = messageTexts(notice, context, {
    template,
    html,
    limit: longestBody,
    measure: utf8Bytes,
    // One alert that is longer goes as it is: servers take more, and half a page is none.
    cut: (text) => [text],
  });
  return parts.map(({ alerts, about, text }) => {
    const subject = shortened(context.render(subjectTemplate, about), longestSubject, utf8Bytes);
    const body = html ? { html: text, text: plainText(about, context) } : { text };
    const id = idOf(notice, about);
    return { alerts, body: { subject, ...body, ...(id === undefined ? {} : { id }) } };
  });
}

/** The text beside a page, or none where it would be too much: the page may say little about alerts that are long. */
function plainText(about: Notice['alerts'], context: ChannelContext): string {
  try {
    return context.render('nm.default.text', about);
  } catch (error) {
    if (isOverBudget(error)) return '';
    throw error;
  }
}

function idOf({ delivery, receiver }: Notice<'email'>, about: Notice['alerts']): string | undefined {
  if (delivery === undefined) return undefined;
  const alerts = about.map(({ fingerprint, startsAt, status }) => [fingerprint, startsAt, status]);
  return digest(JSON.stringify([delivery, receiver.spec.to, alerts]));
}
