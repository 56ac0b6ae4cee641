import { RE2JS } from 're2js';
import { NotificationError } from '../errors.ts';

/** Longest expression in characters: far above what people write, far below what takes long to compile. */
const maxLength = 10_000;

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
 * A test whether an expression is found anywhere in a text, in time linear in the text.
 *
 * @throws {NotificationError} `Invalid` with RE2's own words.
 */
export function compileExpression(text: string): (value: string) => boolean {
  if (text.length > maxLength) {
    throw new NotificationError('Invalid', `the regular expression is longer than ${maxLength} characters`);
  }
  try {
    const expression = RE2JS.compile(text);
    return (value) => expression.test(value);
  } catch (error) {
    throw new NotificationError('Invalid', error instanceof Error ? error.message : String(error), {
      cause: error,
    });
  }
}
