/** References to control characters, which XML 1.0 has no place for. */
const CONTROL = /&#(?:x0*(?:[1-8bcef]|1[\da-f])|0*(?:[1-8]|1[124-9]|2\d|3[01]));/i;

/** What must stay as it is, and the characters that a strict reader of XML 1.1 refuses or takes for line ends. */
const RAW = /<!--[^]*?-->|<!\[CDATA\[[^]*?\]\]>|<\?[^]*?\?>|[\u007f-\u009f\u2028]/g;

/**
 * A configuration as a strict reader understands it. Jenkins stores and loads its files with one that takes raw control
 * characters and says nothing of the XML version, but what is posted goes through the JDK's: there, a file of an old
 * Jenkins (XML 1.0) with a control character fails, and a raw U+2028 turns into a line feed.
 */
export function transportable(text: string): string {
  const safe = text.replace(RAW, (found) =>
    found.length === 1 ? `&#x${found.charCodeAt(0).toString(16)};` : found,
  );
  if (!CONTROL.test(safe)) return safe;
  if (!/^\s*<\?xml\s/.test(safe)) return `<?xml version='1.1' encoding='UTF-8'?>\n${safe}`;
  return safe.replace(/^(?<before>\s*<\?xml\s+version\s*=\s*["'])1\.0/, '$<before>1.1');
}
