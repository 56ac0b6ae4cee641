/** JSON that tells which of its properties are read: as a list of names, with `[]` for each entry of a list. */
export function watched(
  value: unknown,
  read: (path: readonly string[]) => void,
  at: readonly string[] = [],
): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return new Proxy(value, {
    get(target, key) {
      const found: unknown = Reflect.get(target, key);
      if (typeof key !== 'string' || key in Object.prototype || key === 'then') return found;
      if (Array.isArray(target)) return /^\d+$/.test(key) ? watched(found, read, [...at, '[]']) : found;
      const path = [...at, key];
      read(path);
      return watched(found, read, path);
    },
  });
}
