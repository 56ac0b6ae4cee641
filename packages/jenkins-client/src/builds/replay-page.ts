/** The scripts of a Pipeline build. */
export interface ReplayScripts {
  /** The Pipeline itself. */
  readonly script: string;
  /** What it loaded by `load` or from libraries, by the name that `replay` takes. */
  readonly scripts: Readonly<Record<string, string>>;
}

/**
 * Reads the scripts out of the page of workflow-cps, where each is a text area named `_.` and the script's name
 * (ReplayAction/index.jelly, read in source). Undefined when there is no main script in it.
 */
export function parseReplayPage(html: string): ReplayScripts | undefined {
  const found = new Map<string, string>();
  for (const [, attributes = '', text = ''] of html.matchAll(
    /<textarea\b([^>]*)>([\s\S]*?)<\/textarea>/giu,
  )) {
    const name = /\bname\s*=\s*"_\.([^"]+)"/iu.exec(attributes)?.[1];
    // A browser drops a newline right after the tag, and so does the page's author count on it.
    if (name !== undefined) found.set(decode(name), decode(text).replace(/^\r?\n/u, ''));
  }
  const script = found.get('mainScript');
  if (script === undefined) return undefined;
  found.delete('mainScript');
  return { script, scripts: Object.fromEntries(found) };
}

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
};

/** Decodes the entities that Jenkins writes; one that is not known stays as it is. */
function decode(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w+));/giu, (whole, decimal, hex, name) => {
    if (typeof name === 'string') return entities[name] ?? whole;
    const code = typeof decimal === 'string' ? Number(decimal) : Number.parseInt(String(hex), 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
