import type { ParamSpec, ParamValue } from '../api/schema.ts';
import { typeOfValue } from '../substitution/params.ts';
import { variablesIn } from '../substitution/replacements.ts';
import { type FieldError, invalidValue } from './field-error.ts';

/** The parameter that a variable names, with what follows its name; `undefined` for other variables. */
export function paramOf(variable: string): { name: string; rest: string } | undefined {
  const match = /^params(?:\.([^.[\]]+)|\["([^"]+)"\]|\['([^']+)'\])(.*)$/.exec(variable);
  if (match === null) return undefined;
  const [, dotted, double, single, rest = ''] = match;
  return { name: dotted ?? double ?? single ?? '', rest };
}

/** Checks the declarations of a pipeline's parameters. */
export function validatePipelineParams(params: readonly ParamSpec[] = []): FieldError[] {
  return params.flatMap(({ name, type, default: value }) => {
    const paths = ['spec.finally', 'spec.tasks'].map((part) => `${part}.params.${name}`);
    if (type !== undefined && !['string', 'array', 'object'].includes(type)) {
      return { message: `invalid value: ${type}`, paths: paths.map((path) => `${path}.type`) };
    }
    if (type === undefined || value === undefined || typeOfValue(value) === type) return [];
    return {
      message: `"${type}" type does not match default value's type: "${typeOfValue(value)}"`,
      paths: paths.flatMap((path) => [`${path}.type`, `${path}.default.type`]),
    };
  });
}

/**
 * Checks the variables of one text against the declared parameters.
 * @param isolated the text may not hold a whole array, because it becomes part of a longer string
 */
export function validateParamVariables(
  text: string,
  declared: ReadonlyMap<string, ParamSpec>,
  path: string,
  isolated: boolean,
): FieldError[] {
  return variablesIn(text).flatMap((variable) => {
    const param = paramOf(variable);
    if (param === undefined) return [];
    const spec = declared.get(param.name);
    const missingKey = spec?.properties !== undefined && /^\.(.+)$/.exec(param.rest)?.[1];
    const isUnknown =
      spec === undefined || (typeof missingKey === 'string' && !(missingKey in (spec.properties ?? {})));
    if (isUnknown) return { message: `non-existent variable in ${quote(text)}`, paths: [path] };
    if (isolated && param.rest === '[*]' && text !== `$(${variable})`) {
      return { message: `variable type invalid in ${quote(text)}`, paths: [path] };
    }
    return [];
  });
}

/** The texts of a value. */
export function textsIn(value: ParamValue): string[] {
  return typeof value === 'string' ? [value] : Object.values(value);
}

/** Names that occur a second time, with their positions. */
export function repeated(names: readonly (string | undefined)[]): { name: string; index: number }[] {
  const seen = new Set<string | undefined>();
  return names.flatMap((name, index) => {
    if (name === undefined || !seen.has(name)) {
      seen.add(name);
      return [];
    }
    return { name, index };
  });
}

/** The value of `onError` is one of the two. */
export function validateOnError(
  value: string | undefined,
  path: string,
  what: string,
  quoted: boolean,
): FieldError[] {
  if (
    value === undefined ||
    value === '' ||
    ['continue', 'stopAndFail'].includes(value) ||
    value.includes('$(')
  ) {
    return [];
  }
  const details = `${what} must be either "continue" or "stopAndFail"`;
  return [invalidValue(quoted ? quote(value) : value, path, details)];
}

/** Quotes like Go's %q. */
function quote(text: string): string {
  return JSON.stringify(text);
}
