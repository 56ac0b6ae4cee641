/**
 * Looks into JSON that a server sent. Nothing of it is certain, so each of these gives `undefined` (a list: nothing)
 * for what is not of the wanted shape, and the caller decides whether that is an error.
 */
export type JsonObject = Readonly<Record<string, unknown>>;

/** A value as an object; undefined for lists, null and plain values. */
export function objectOf(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined;
}

/** The objects in a list; nothing when it is no list. Jenkins writes `{}` and `null` for entries that it hides. */
export function objectsOf(value: unknown): readonly JsonObject[] {
  if (!Array.isArray(value)) return [];
  return value.map(objectOf).filter((entry) => entry !== undefined);
}

/** A value as a text. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The texts in a list; nothing when it is no list. */
export function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}

/** A value as a whole number. */
export function wholeOf(value: unknown): number | undefined {
  return Number.isSafeInteger(value) ? (value as number) : undefined;
}
