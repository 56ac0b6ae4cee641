import { invalid, type Cause } from '@armillary/resource';
import addressparser from 'nodemailer/lib/addressparser';
import { lineCauses } from './text.ts';

/** A mailbox as a header names it. */
export interface Mailbox {
  /** Empty when it has none. */
  readonly name: string;
  readonly address: string;
}

/** The longest address that a mail server takes, RFC 5321. */
const maxAddress = 254;
const addressPattern = /^[^\s@<>(),;:\\"[\]]{1,64}@(?:[^\s@<>(),;:\\"[\]]+|\[[\d.A-Fa-f:IPv]+\])$/u;

/** Reads one mailbox, `Ann <ann@example.com>` or `ann@example.com`; undefined when the text is none, or several. */
export function parseMailbox(text: string): Mailbox | undefined {
  // What would end a header line is no part of an address, wherever it stands.
  if (lineCauses(text, '').length > 0) return undefined;
  const [mailbox, ...more] = addressparser(text, { flatten: true });
  if (!mailbox || more.length > 0) return undefined;
  const { name, address } = mailbox;
  // The parser finds an address in nearly anything.
  if (!text.includes('<') && text.trim() !== address) return undefined;
  return address.length <= maxAddress && addressPattern.test(address) ? { name, address } : undefined;
}

/** What is wrong with a mailbox. */
export function mailboxCauses(text: string, field: string): Cause[] {
  const causes = lineCauses(text, field);
  if (causes.length > 0 || parseMailbox(text)) return causes;
  return [invalid(field, text, 'must be one mail address such as ann@example.com or Ann <ann@example.com>')];
}
