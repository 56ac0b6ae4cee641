/** A specification without its settings that are undefined: they count as absent, and must not cover what is stored. */
export function given<T extends object>(spec: T): T {
  return Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== undefined)) as T;
}
