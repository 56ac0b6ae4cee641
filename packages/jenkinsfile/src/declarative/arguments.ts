import type { ArgumentType, Signature } from '../catalogue.ts';
import { didYouMean } from '../closest-name.ts';
import type { Argument, Expression } from '../expression.ts';
import type { Span } from '../position.ts';
import type { Context } from './context.ts';

/** Checks a call's arguments against what the step or directive takes, as far as they are literals. */
export function checkArguments(
  context: Context,
  name: string,
  span: Span,
  args: readonly Argument[],
  signature: Signature,
): void {
  const error = (at: Span, message: string): void =>
    context.report.error('invalid-argument', name, at, message);
  const named = args.filter((argument) => argument.name !== undefined);
  if (args.length > 1 && named.length < args.length) {
    error(span, `Arguments to "${name}" must be explicitly named.`);
    return;
  }
  const given = new Set<string>();
  for (const argument of args) {
    // A whole map may stand for named arguments: step([name: value]).
    if (argument.name === undefined && argument.value.kind === 'map') return;
    const parameter = argument.name ?? signature.required[0] ?? Object.keys(signature.parameters)[0] ?? '';
    given.add(parameter);
    const type = Object.hasOwn(signature.parameters, parameter) ? signature.parameters[parameter] : undefined;
    if (type === undefined) {
      error(
        argument.span,
        `Invalid parameter "${parameter}" of "${name}".${didYouMean(parameter, Object.keys(signature.parameters))}`,
      );
      continue;
    }
    const expected = mismatch(argument.value, type);
    if (expected !== undefined) {
      error(
        argument.value.span,
        `Expecting ${expected} for parameter "${parameter}" of "${name}" but got ${context.source(argument.value.span)} instead.`,
      );
    }
  }
  for (const parameter of signature.required) {
    if (!given.has(parameter)) error(span, `Missing required parameter "${parameter}" of "${name}".`);
  }
}

function mismatch(value: Expression, type: ArgumentType): string | undefined {
  if (type === 'string') return value.kind === 'number' || value.kind === 'boolean' ? 'a string' : undefined;
  if (type === 'int') {
    const wrong = value.kind === 'boolean' || (value.kind === 'string' && !/^-?\d+$/.test(value.value));
    return wrong ? 'a whole number' : undefined;
  }
  if (typeof type === 'object') {
    return value.kind === 'string' && !type.includes(value.value) ? `one of ${type.join(', ')}` : undefined;
  }
  return undefined;
}
