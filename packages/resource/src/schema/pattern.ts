import { RE2JS } from 're2js';

// Each distinct pattern of the stored CRDs compiles once. Rules may take patterns from objects too, and a short
// pattern may be a large program, so that the programs' instructions are what is bounded: about 100 MB.
const maxInstructions = 1_000_000;
const compiled = new Map<string, RE2JS>();
let instructions = 0;

/**
 * A regular expression with Go's syntax and meaning. Matching takes time linear in the input.
 *
 * @throws {Error} RE2's own error when the pattern has no such meaning (back-references, look-around).
 */
export function compilePattern(pattern: string): RE2JS {
  let expression = compiled.get(pattern);
  if (expression === undefined) {
    expression = RE2JS.compile(pattern);
    instructions += expression.programSize();
    if (instructions > maxInstructions) {
      compiled.clear();
      instructions = expression.programSize();
    }
    compiled.set(pattern, expression);
  }
  return expression;
}

/** True when the pattern matches anywhere in the text. */
export const matchesPattern = (pattern: string, text: string): boolean =>
  compilePattern(pattern).matcher(text).find();

/** Why the pattern does not compile, or undefined when it does. */
export function patternError(pattern: string): string | undefined {
  try {
    compilePattern(pattern);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
