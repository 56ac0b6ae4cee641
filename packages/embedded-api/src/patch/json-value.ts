/** A JSON object. Values are whatever `JSON.parse` gives; objects and lists are never changed in place. */
export type JsonObject = Record<string, unknown>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads an own field, so that `constructor` or `__proto__` never answer from the prototype. */
export const field = (object: JsonObject, key: string): unknown =>
  Object.hasOwn(object, key) ? object[key] : undefined;

/** A field's text; empty when it is absent or no text. */
export const textOf = (object: JsonObject, key: string): string => {
  const value = field(object, key);
  return typeof value === 'string' ? value : '';
};

/** Sets a field of an object under construction. `__proto__` is data like any other key, as in `JSON.parse`. */
export const setField = (target: JsonObject, key: string, value: unknown): void => {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  else target[key] = value;
};

/** Whether two JSON values are the same, whatever the order of their keys. */
export const equal = (a: unknown, b: unknown): boolean => {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, index) => equal(item, b[index]));
  }
  const left = a as JsonObject;
  const right = b as JsonObject;
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => Object.hasOwn(right, key) && equal(left[key], right[key]));
};
