import { GroovySyntaxError } from './syntax-error.ts';
import type { Token } from './token.ts';

/** How deep brackets of all kinds may stand in one another. */
const MAX_NESTING = 200;

const CLOSING: Record<string, string> = { '(': ')', '[': ']', '{': '}' };

/**
 * Pairs every bracket with its partner, as token indexes (opening to closing).
 * Throws GroovySyntaxError for one without a partner and for nesting beyond MAX_NESTING.
 */
export function pairBrackets(tokens: readonly Token[]): Map<number, number> {
  const pairs = new Map<number, number>();
  const open: { index: number; close: string }[] = [];
  for (const [index, token] of tokens.entries()) {
    if (token.kind === 'end' && open.length > 0) {
      throw new GroovySyntaxError(`expected ${open.at(-1)?.close} before the end of the file`, token.span);
    }
    if (token.kind !== 'punctuation') continue;
    const close = CLOSING[token.text];
    if (close !== undefined) {
      if (open.length >= MAX_NESTING) {
        throw new GroovySyntaxError(
          `brackets are nested more than ${MAX_NESTING} levels deep`,
          token.span,
          'too-deep',
        );
      }
      open.push({ index, close });
    } else if (token.text === ')' || token.text === ']' || token.text === '}') {
      const partner = open.pop();
      if (partner?.close !== token.text)
        throw new GroovySyntaxError(`unexpected token: ${token.text}`, token.span);
      pairs.set(partner.index, index);
    }
  }
  return pairs;
}
