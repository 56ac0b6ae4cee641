const shortEscapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};
// What Go's unicode.IsPrint refuses: everything but letters, marks, numbers, punctuation, symbols and the space.
const unprintable = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u;
const toEscape = /["\\]|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu;
const beyondAscii = /\P{ASCII}/u;
const hex = (code: number, digits: number): string => code.toString(16).padStart(digits, '0');

/** Whether Go's unicode.IsPrint holds for a character. */
export const isPrintable = (character: string): boolean => !unprintable.test(character);

function escapeOf(character: string): string {
  const short = shortEscapes[character];
  if (short !== undefined) return short;
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) return `\\x${hex(code, 2)}`;
  return code > 0xff_ff ? `\\U${hex(code, 8)}` : `\\u${hex(code, 4)}`;
}

/** A string in double quotes as Go's strconv.Quote writes it; with `ascii`, as QuoteToASCII does. */
export function quote(text: string, ascii = false): string {
  const escaped = text.replace(toEscape, (found) => (found === '"' ? '\\"' : escapeOf(found)));
  return `"${ascii ? escaped.replace(/\P{ASCII}/gu, escapeOf) : escaped}"`;
}

/** A string in backquotes, or undefined where a raw string of Go cannot hold it. */
export const backquote = (text: string): string | undefined =>
  /[`\u007f\ufeff]|[^\P{Cc}\t]/u.test(text) ? undefined : `\`${text}\``;

/** A character in single quotes as Go's strconv.QuoteRune writes it; with `ascii`, as QuoteRuneToASCII does. */
export function quoteCharacter(character: string, ascii = false): string {
  if (character === "'") return "'\\''";
  const escape = character === '\\' || !isPrintable(character) || (ascii && beyondAscii.test(character));
  return `'${escape ? escapeOf(character) : character}'`;
}

/** A character as Go's `%#U` writes it: `U+0040 '@'`. */
export function unicodeName(character: string): string {
  const code = `U+${hex(character.codePointAt(0) ?? 0, 4).toUpperCase()}`;
  return isPrintable(character) ? `${code} '${character}'` : code;
}
