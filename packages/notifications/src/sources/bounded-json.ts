/** Deepest nesting of an answer: a Receiver in a batch needs 9. */
const maxDepth = 20;

/**
 * Parses JSON of a stranger. Throws a `SyntaxError` when it is none, is nested deeper than `maxDepth`, or is no UTF-8.
 * Keys named `__proto__` are left out: copied into another object they would replace its prototype.
 */
export function parseBoundedJson(bytes: Uint8Array): unknown {
  if (isDeeper(bytes, maxDepth)) throw new SyntaxError(`it is nested deeper than ${maxDepth}`);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new SyntaxError('it is no UTF-8', { cause: error });
  }
  try {
    return JSON.parse(text, (key, value: unknown) => (key === '__proto__' ? undefined : value));
  } catch {
    // The engine's own error quotes the text, which may hold a secret: it is not kept as the cause either.
    throw new SyntaxError('it is no JSON');
  }
}

const [quote, backslash] = [0x22, 0x5c];
const opening = new Set([0x5b, 0x7b]);
const closing = new Set([0x5d, 0x7d]);

/** Counts brackets outside strings, in one pass and before anything is made of them. */
function isDeeper(bytes: Uint8Array, limit: number): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (inString) {
      if (byte === backslash) at++;
      else if (byte === quote) inString = false;
    } else if (byte === quote) inString = true;
    else if (opening.has(byte) && ++depth > limit) return true;
    else if (closing.has(byte)) depth--;
  }
  return false;
}
