import { compareText, formatInstant, GoValue, time, type Instant } from '@armillary/go-template';

/** Characters that Go does not write as they are, so that the text may stand within HTML or a script. */
const unsafe = /[<>&\u2028\u2029]/g;

/** A value as Go's `json.Marshal` writes it: keys in order, times in RFC 3339, fields named as in webhooks. */
export function goJson(value: unknown): string {
  return JSON.stringify(plainOf(value)).replaceAll(
    unsafe,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Upstream's pairs are the one struct whose fields keep their capitals. */
const capitals = ['Name', 'Value'];
const jsonName = (field: string): string =>
  capitals.includes(field)
    ? field
    : field.replace(/^[A-Z]+?(?=[A-Z]?[a-z]|$)/, (start) => start.toLowerCase());

function plainOf(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(plainOf);
  if (value instanceof GoValue) return plainOfTyped(value);
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).sort(([one], [other]) => compareText(one, other));
    return Object.fromEntries(entries.map(([key, element]) => [key, plainOf(element)]));
  }
  return value ?? null;
}

function plainOfTyped({ type, value }: GoValue): unknown {
  if (type === time) return formatInstant(value as Instant, '2006-01-02T15:04:05.999999999Z07:00');
  if (type.kind !== 'struct') return plainOf(value);
  const fields = value as Readonly<Record<string, unknown>>;
  return Object.fromEntries(type.fields.map((field) => [jsonName(field), plainOf(fields[field])]));
}
