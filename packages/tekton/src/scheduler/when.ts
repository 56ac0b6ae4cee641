import type { WhenExpression } from '../api/schema.ts';

/** True when every expression holds. Comparison is exact; variables must have been replaced before. */
export function allows(expressions: readonly WhenExpression[] = []): boolean {
  return expressions.every(({ input = '', operator, values = [] }) =>
    operator === 'notin' ? !values.includes(input) : values.includes(input),
  );
}
