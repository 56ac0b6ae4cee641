/** The pairs that all have with the same value, but those whose value is empty: common labels, common annotations. */
export function commonPairs(all: readonly Readonly<Record<string, string>>[]): Record<string, string> {
  const [first = {}, ...others] = all;
  let shared = Object.entries(first).filter(([, value]) => value !== '');
  for (const other of others) {
    if (shared.length === 0) break;
    shared = shared.filter(([name, value]) => Object.hasOwn(other, name) && other[name] === value);
  }
  return Object.fromEntries(shared);
}
