import { regexSize } from '@armillary/go-template';
import { RE2JS } from 're2js';
import { NotificationError } from '../errors.ts';

/** Longest expression in characters, and in instructions: a list of some hundred names with room to spare. */
const maxLength = 10_000;
const maxSize = 20_000;
/**
 * Most work of one test, instructions times characters: at most a tenth of a second. What is behind the characters that
 * this allows is not looked at; for an expression such as `node-[0-9]+` that is all that a label can have.
 */
const maxWork = 2_000_000;

/** Why a text is no regular expression in RE2's syntax, which is Go's; undefined when it is one. */
export function expressionProblem(text: string): string | undefined {
  try {
    compileExpression(text);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/**
 * A test whether an expression is found anywhere in a text, in time linear in the text. Whoever may write a selector, a
 * tenant or a source, must not hold up everybody else's alerts.
 *
 * @throws {NotificationError} `Invalid` with RE2's own words.
 */
export function compileExpression(text: string): (value: string) => boolean {
  if (text.length > maxLength) {
    throw new NotificationError('Invalid', `the regular expression is longer than ${maxLength} characters`);
  }
  if (regexSize(text) > maxSize) {
    throw new NotificationError('Invalid', 'the regular expression repeats too much: it would be too large');
  }
  try {
    const expression = RE2JS.compile(text);
    const longest = Math.floor(maxWork / expression.programSize());
    return (value) => expression.test(value.slice(0, longest));
  } catch (error) {
    throw new NotificationError('Invalid', error instanceof Error ? error.message : String(error), {
      cause: error,
    });
  }
}
