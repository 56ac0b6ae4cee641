import type { ParamValue } from '../api/schema.ts';

/**
 * The values of variables, by the text between `$(` and `)`.
 * A name with several spellings (`params.x`, `params["x"]`, `params['x']`) is stored under each of them.
 */
export interface Replacements {
  strings: Map<string, string>;
  arrays: Map<string, readonly string[]>;
  objects: Map<string, Readonly<Record<string, string>>>;
}

/** No variables at all. */
export function noReplacements(): Replacements {
  return { strings: new Map(), arrays: new Map(), objects: new Map() };
}

/** A copy that can be changed without changing the original. */
export function copyReplacements(from: Replacements): Replacements {
  return { strings: new Map(from.strings), arrays: new Map(from.arrays), objects: new Map(from.objects) };
}

/** The three spellings of a name under a prefix: dotted, double-quoted, single-quoted. */
export function spellings(prefix: string, name: string): [string, string, string] {
  return [`${prefix}.${name}`, `${prefix}["${name}"]`, `${prefix}['${name}']`];
}

/** Records a variable of any type under all of its spellings; the keys of an object become variables too. */
export function setVariable(to: Replacements, prefix: string, name: string, value: ParamValue): void {
  for (const key of spellings(prefix, name)) {
    if (typeof value === 'string') to.strings.set(key, value);
    else if (Array.isArray(value)) to.arrays.set(key, value);
    else {
      to.objects.set(key, value);
      for (const [field, text] of Object.entries(value)) to.strings.set(`${key}.${field}`, text);
    }
  }
}

// A variable has no spaces or nested parentheses outside quotes, so that shell's $(command arg) is not one.
const variable = /\$\(((?:[\w.-]|\[(?:\d+|\*|"[^"]*"|'[^']*')\])+)\)/g;
const wholeVariable = /^\$\(((?:[\w.-]|\[(?:\d+|\*|"[^"]*"|'[^']*')\])+)\)$/;
const indexed = /^(.*)\[(\d+|\*)\]$/;

/** The names of all variables in a text, in order. */
export function variablesIn(text: string): string[] {
  return [...text.matchAll(variable)].map((match) => match[1] ?? '');
}

/**
 * Replaces the known variables of a text in one pass: values are never searched for variables again, and unknown
 * variables stay as they are, as in Tekton.
 */
export function replaceText(text: string, by: Replacements): string {
  if (!text.includes('$(')) return text;
  return text.replace(variable, (whole, name: string) => lookUp(name, by) ?? whole);
}

/** Replaces the variables of a list; an item that is exactly an array variable becomes the array's items. */
export function replaceList(items: readonly string[], by: Replacements): string[] {
  return items.flatMap((item) => arrayNamed(item, by) ?? [replaceText(item, by)]);
}

/** Replaces the variables of a parameter's value; `$(params.xs[*])` alone becomes the whole array or object. */
export function replaceValue(value: ParamValue, by: Replacements): ParamValue {
  if (Array.isArray(value)) return replaceList(value, by);
  if (typeof value === 'string') {
    const array = arrayNamed(value, by);
    if (array !== undefined) return [...array];
    const object = objectNamed(value, by);
    return object === undefined ? replaceText(value, by) : { ...object };
  }
  return Object.fromEntries(Object.entries(value).map(([key, text]) => [key, replaceText(text, by)]));
}

function lookUp(name: string, by: Replacements): string | undefined {
  const text = by.strings.get(name);
  if (text !== undefined) return text;
  const [, base = '', index = ''] = indexed.exec(name) ?? [];
  return index === '' || index === '*' ? undefined : by.arrays.get(base)?.[Number(index)];
}

function arrayNamed(text: string, by: Replacements): readonly string[] | undefined {
  const name = wholeVariable.exec(text)?.[1];
  return name === undefined ? undefined : by.arrays.get(name.replace(/\[\*\]$/, ''));
}

function objectNamed(text: string, by: Replacements): Readonly<Record<string, string>> | undefined {
  const name = wholeVariable.exec(text)?.[1];
  return name?.endsWith('[*]') === true ? by.objects.get(name.slice(0, -3)) : undefined;
}
