/**
 * How deep objects and lists of a body may be nested. Everything that walks an object does so by recursion, and
 * nothing real comes near this; kube-apiserver stops at 10,000.
 */
export const maxNesting = 500;

/** Whether a decoded value is nested deeper than `maxNesting`. Walks without recursion. */
export function isNestedTooDeep(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > maxNesting) return true;
    const below: unknown[] = [];
    for (const item of level)
      if (typeof item === 'object' && item !== null)
        for (const child of Object.values(item))
          if (typeof child === 'object' && child !== null) below.push(child);
    level = below;
  }
  return false;
}
