type Json = Record<string, unknown>;

/** The value at a dotted path (`spec.template.spec`), `undefined` where the way ends. */
export const at = (object: unknown, path: string): unknown => {
  let value = object;
  for (const name of path.split('.')) {
    if (value === null || typeof value !== 'object') return undefined;
    value = (value as Json)[name];
  }
  return value ?? undefined;
};

/** Text at a path; `otherwise` when there is none or it is empty. Numbers (int-or-string) are taken as text. */
export const textAt = (object: unknown, path: string, otherwise = ''): string => {
  const value = at(object, path);
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : otherwise;
};

/** A number at a path; 0 when there is none. */
export const numberAt = (object: unknown, path: string): number => {
  const value = at(object, path);
  return typeof value === 'number' ? value : 0;
};

/** The entries of a list at a path; none when there is no list. */
export const listAt = (object: unknown, path: string): Json[] => {
  const value = at(object, path);
  return Array.isArray(value) ? (value as Json[]) : [];
};

/** The texts of a list at a path. */
export const textsAt = (object: unknown, path: string): string[] =>
  listAt(object, path).filter((value) => typeof value === 'string');

/** The object at a path; an empty one when there is none. */
export const objectAt = (object: unknown, path: string): Json => {
  const value = at(object, path);
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Json) : {};
};
