import { invalid, notSupported, required, tooLong, type Cause } from '@armillary/resource';

/** Longest name of one recipient, of any channel. */
const maxRecipient = 1_000;
/** Longest template given as text. */
const maxTemplate = 65_536;
const control = /\p{Cc}/u;

/** What is wrong with one line of text that must not be empty: a name, an address. */
export function lineCauses(text: string, field: string, max = maxRecipient): Cause[] {
  if (text.trim() === '') return [required(field, 'must be specified')];
  if (text.length > max) return [tooLong(field, max)];
  return control.test(text) ? [invalid(field, text, 'must be one line without control characters')] : [];
}

/** What is wrong with a list of recipients that must not be empty. */
export function recipientCauses(recipients: readonly string[], field: string): Cause[] {
  if (recipients.length === 0) return [required(field, 'must be specified')];
  return recipients.flatMap((recipient, index) => lineCauses(recipient, `${field}[${index}]`));
}

/** What is wrong with a value that is one of a few; absent and empty mean the default. */
export const choiceCauses = (
  value: string | undefined,
  field: string,
  choices: readonly string[],
): Cause[] => (!value || choices.includes(value) ? [] : [notSupported(field, value, choices)]);

/** What is wrong with templates, which are names or texts, by their field names. */
export const templateCauses = (
  templates: Readonly<Record<string, string | undefined>>,
  field: string,
): Cause[] =>
  Object.entries(templates).flatMap(([name, text]) =>
    text !== undefined && text.length > maxTemplate ? [tooLong(`${field}.${name}`, maxTemplate)] : [],
  );
