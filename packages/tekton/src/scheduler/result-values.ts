import type { ParamValue } from '../api/schema.ts';
import { noReplacements, type Replacements } from '../substitution/replacements.ts';
import type { ResultRef } from '../substitution/results.ts';

/** What a reference resolves to. */
export type Resolved =
  | { kind: 'value' }
  | { kind: 'missing'; ref: ResultRef }
  | { kind: 'outOfBounds'; ref: ResultRef; size: number };

/**
 * Adds the value that a reference names to a set of variables. A missing key of an object is no error: Tekton
 * leaves such a variable in place.
 */
export function resolveResult(ref: ResultRef, value: ParamValue | undefined, into: Replacements): Resolved {
  if (value === undefined) return { kind: 'missing', ref };
  if (typeof value === 'string') {
    into.strings.set(ref.variable, value);
  } else if (Array.isArray(value)) {
    if (ref.index !== undefined && ref.index >= value.length) {
      return { kind: 'outOfBounds', ref, size: value.length };
    }
    into.arrays.set(ref.variable.replace(/\[(?:\d+|\*)\]$/, ''), value);
  } else {
    into.objects.set(ref.variable.replace(/\[\*\]$/, ''), value);
    const field = ref.key === undefined ? undefined : value[ref.key];
    if (field !== undefined) into.strings.set(ref.variable, field);
  }
  return { kind: 'value' };
}

/** Results inside an embedded task: Tekton replaces strings, whole arrays and keys there, but no array items. */
export function embeddedResults(
  refs: readonly ResultRef[],
  valueOf: (ref: ResultRef) => ParamValue | undefined,
): Replacements {
  const replacements = noReplacements();
  for (const ref of refs) {
    if (ref.index === undefined) resolveResult(ref, valueOf(ref), replacements);
  }
  const withItems = refs.filter((ref) => ref.index !== undefined);
  // An item next to its whole array would be found through the array; spell it out so that it stays.
  for (const ref of withItems) replacements.strings.set(ref.variable, `$(${ref.variable})`);
  return replacements;
}
