import { isObject, setField } from './json-value.ts';
import type { JsonObject } from './json-value.ts';

/** Whether a key of a strategic merge patch steers the merge instead of being data. */
export const isPatchDirective = (key: string): boolean =>
  key === '$patch' ||
  key === '$retainKeys' ||
  key.startsWith('$setElementOrder/') ||
  key.startsWith('$deleteFromPrimitiveList/');

/**
 * What a patch value amounts to where the original has nothing: directives are dropped, list items that only say
 * `$patch` vanish, and nulls, which delete, have nothing to delete.
 */
export const withoutDirectives = (value: unknown): unknown => {
  if (Array.isArray(value))
    return value
      .filter((item) => !isObject(item) || !Object.hasOwn(item, '$patch'))
      .map((item: unknown) => withoutDirectives(item));
  if (!isObject(value)) return value;
  if (value['$patch'] === 'delete') return {};
  const result: JsonObject = {};
  for (const [key, entry] of Object.entries(value))
    if (entry !== null && !isPatchDirective(key)) setField(result, key, withoutDirectives(entry));
  return result;
};
