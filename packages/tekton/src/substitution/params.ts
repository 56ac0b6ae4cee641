import type { Param, ParamSpec, ParamValue } from '../api/schema.ts';
import { noReplacements, type Replacements, setVariable } from './replacements.ts';

/**
 * The variables that parameters bring: declared defaults first, then given values.
 * @param objects whether the keys of a given object are merged over those of the default: a task does that, a
 * pipeline takes the given object alone
 */
export function paramReplacements(
  declared: readonly ParamSpec[] = [],
  given: readonly Param[] = [],
  objects: 'merged' | 'replaced' = 'merged',
): Replacements {
  const replacements = noReplacements();
  const overridden = new Set(given.map(({ name }) => name));
  const defaults = new Map<string, ParamValue>();
  for (const { name, default: value } of declared) {
    if (value === undefined || (objects === 'replaced' && overridden.has(name))) continue;
    defaults.set(name, value);
    setVariable(replacements, 'params', name, value);
  }
  for (const { name, value } of given) {
    setVariable(replacements, 'params', name, mergedOver(defaults.get(name), value));
  }
  return replacements;
}

function mergedOver(base: ParamValue | undefined, value: ParamValue): ParamValue {
  return isObject(base) && isObject(value) ? { ...base, ...value } : value;
}

function isObject(value: ParamValue | undefined): value is Record<string, string> {
  return typeof value === 'object' && !Array.isArray(value);
}

/** Puts the variables of `context` into a set: `context.<kind>.<field>`. */
export function setContext(to: Replacements, context: Record<string, Record<string, string>>): void {
  for (const [kind, fields] of Object.entries(context)) {
    for (const [field, value] of Object.entries(fields)) to.strings.set(`context.${kind}.${field}`, value);
  }
}

/** The type of a value, in the words of a parameter's `type`. */
export function typeOfValue(value: ParamValue): 'string' | 'array' | 'object' {
  return typeof value === 'string' ? 'string' : Array.isArray(value) ? 'array' : 'object';
}
