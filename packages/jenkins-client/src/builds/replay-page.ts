import { decodeHtml } from '../html-text.ts';

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
  // Taken apart first, so that a page without ends of areas takes no longer than another.
  for (const area of html.split(/<textarea\b/iu).slice(1)) {
    const [, attributes = '', text = ''] = /^([^>]*)>([\s\S]*?)<\/textarea>/iu.exec(area) ?? [];
    const name = /\bname\s*=\s*"_\.([^"]+)"/iu.exec(attributes)?.[1];
    // A browser drops a newline right after the tag, and so does the page's author count on it.
    if (name !== undefined) found.set(decodeHtml(name), decodeHtml(text).replace(/^\r?\n/u, ''));
  }
  const script = found.get('mainScript');
  if (script === undefined) return undefined;
  found.delete('mainScript');
  return { script, scripts: Object.fromEntries(found) };
}
