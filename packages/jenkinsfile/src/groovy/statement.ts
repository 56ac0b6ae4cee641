import type { Call, Expression } from '../expression.ts';
import type { Span } from '../position.ts';

/** One statement of a block. `other` is Groovy beyond expressions and plain assignments: declarations, loops, conditions. */
export type Statement =
  | { readonly kind: 'expression'; readonly expression: Expression; readonly span: Span }
  | {
      readonly kind: 'assignment';
      readonly target: Expression;
      readonly value: Expression;
      readonly span: Span;
    }
  | { readonly kind: 'other'; readonly span: Span };

/** The call that a statement consists of, unless it has a receiver (`a.b()`) or is no call. */
export function plainCall(statement: Statement): Call | undefined {
  if (statement.kind !== 'expression' || statement.expression.kind !== 'call') return undefined;
  return statement.expression.receiver === undefined ? statement.expression : undefined;
}
