import { invalid, type Cause } from '@armillary/resource';
import { parseMailbox } from '../channels/email/mailbox.ts';
import { lineCauses } from './text.ts';

/** What is wrong with a mailbox. */
export function mailboxCauses(text: string, field: string): Cause[] {
  const causes = lineCauses(text, field);
  if (causes.length > 0 || parseMailbox(text)) return causes;
  return [invalid(field, text, 'must be one mail address such as ann@example.com or Ann <ann@example.com>')];
}
