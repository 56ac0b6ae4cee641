/** A mailbox as a header names it. */
export interface Mailbox {
  /** Empty when it has none. */
  readonly name: string;
  readonly address: string;
}

/** The longest address that a mail server takes, RFC 5321. */
const maxAddress = 254;
/** The longest text that is looked at. */
const maxText = 1_000;
const address = /^[^\s@<>(),;:\\"[\]]{1,64}@(?:[^\s@<>(),;:\\"[\]]+|\[[\d.A-Fa-f:IPv]+\])$/u;
const named = /^(?:"(?<quoted>(?:[^"\\]|\\.)*)"|(?<name>[^"<>@,;:\\]*))\s*<(?<address>[^<>]+)>$/u;

/**
 * Reads one mailbox, `Ann <ann@example.com>` or `ann@example.com`; undefined when the text is none, or several.
 * Stricter than parsers of mail are: these find an address in nearly anything, and not always the one that was meant.
 */
export function parseMailbox(text: string): Mailbox | undefined {
  // What would end a header line is no part of a mailbox, wherever it stands.
  if (text.length > maxText || /\p{Cc}/u.test(text)) return undefined;
  const parts = named.exec(text.trim())?.groups;
  const found = parts?.['address'] ?? text.trim();
  if (found.length > maxAddress || !address.test(found)) return undefined;
  const name = parts?.['quoted']?.replaceAll(/\\(.)/gu, '$1') ?? parts?.['name']?.trim() ?? '';
  return { name, address: found };
}

/**
 * The mailboxes of an entry of `to`, each as it is written: upstream takes lists there, such as
 * `ann@example.com, "Ops, all" <ops@example.com>`.
 */
export function mailboxTexts(entry: string): string[] {
  const texts: string[] = [];
  let start = 0;
  let quoted = false;
  for (let at = 0; at < entry.length; at++) {
    const character = entry[at];
    if (quoted && character === '\\') at++;
    else if (character === '"') quoted = !quoted;
    else if (character === ',' && !quoted) {
      texts.push(entry.slice(start, at));
      start = at + 1;
    }
  }
  return [...texts, entry.slice(start)].map((text) => text.trim()).filter((text) => text !== '');
}
