// Kubernetes' error texts print values the way Go does; clients and people compare them.

const shortEscapes: Record<string, string> = {
  '"': '\\"',
  '\\': '\\\\',
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};
// What Go's strconv.IsPrint refuses: everything but letters, marks, numbers, punctuation, symbols and the space.
const toEscape = /["\\]|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu;
const hex = (value: number, width: number): string => value.toString(16).padStart(width, '0');

/** A string in double quotes, escaped as Go's `%q` does. */
export function goQuote(text: string): string {
  const escaped = text.replace(toEscape, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const short = shortEscapes[character];
    if (short !== undefined) return short;
    if (code < 0x80) return `\\x${hex(code, 2)}`;
    return code > 0xff_ff ? `\\U${hex(code, 8)}` : `\\u${hex(code, 4)}`;
  });
  return `"${escaped}"`;
}

/** A number as Go's `%v` prints it: `1e+21` and `1e-05` where JavaScript would write them out or shorter. */
export function goNumber(value: number): string {
  const text = String(value);
  if (value !== 0 && Math.abs(value) < 1e-4) {
    return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  }
  return text;
}

/** A value as Go's `encoding/json` writes it: sorted keys, `<`, `>` and `&` escaped. */
export function goJson(value: unknown): string {
  const text = JSON.stringify(value, (_key, child: unknown) =>
    typeof child === 'object' && child !== null && !Array.isArray(child)
      ? Object.fromEntries(Object.entries(child).sort(([a], [b]) => (a < b ? -1 : 1)))
      : child,
  );
  return (text ?? 'null').replace(/[<>&\u2028\u2029]/g, (c) => `\\u${hex(c.charCodeAt(0), 4)}`);
}
