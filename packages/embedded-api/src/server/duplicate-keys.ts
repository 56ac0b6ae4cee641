/**
 * The paths of keys that occur twice in one object of a JSON text (`spec.replicas`), which `JSON.parse` does not
 * tell. The text must be valid JSON.
 */
export function duplicateKeys(text: string): string[] {
  const duplicates: string[] = [];
  const stack: { keys: Set<string> | undefined; path: string; index: number; key: string }[] = [];
  let expectKey = false;
  for (let i = 0; i < text.length; i++) {
    const top = stack.at(-1);
    switch (text.charCodeAt(i)) {
      case 0x22: {
        const start = i++;
        while (text.charCodeAt(i) !== 0x22) i += text.charCodeAt(i) === 0x5c ? 2 : 1;
        if (!expectKey || !top?.keys) break;
        expectKey = false;
        const raw = text.slice(start + 1, i);
        top.key = raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw;
        if (top.keys.has(top.key)) duplicates.push(join(top.path, top.key));
        top.keys.add(top.key);
        break;
      }
      case 0x7b:
      case 0x5b: {
        const isObject = text.charCodeAt(i) === 0x7b;
        const path = !top ? '' : top.keys ? join(top.path, top.key) : `${top.path}[${top.index}]`;
        stack.push({ keys: isObject ? new Set() : undefined, path, index: 0, key: '' });
        expectKey = isObject;
        break;
      }
      case 0x7d:
      case 0x5d:
        stack.pop();
        expectKey = false;
        break;
      case 0x2c:
        if (top) top.index++;
        expectKey = top?.keys !== undefined;
        break;
      default:
    }
  }
  return duplicates;
}

const join = (path: string, key: string): string => (path ? `${path}.${key}` : key);
