import { isObject } from '@armillary/resource';
import { parse } from 'yaml';
import { chineseWords } from './chinese-words.ts';
import type { TemplateText } from './template-text.ts';

/** The language of those who choose none. Its words are fixed, as upstream fixes them. */
export const defaultLanguage = 'English';

const englishWords = new Map([
  ['firing', 'FIRING'],
  ['resolved', 'RESOLVED'],
]);

/** Most words of one pack; the rest is left out. */
const maxWords = 10_000;

/** Words of one language for labels and states. Case does not matter; what has no translation stays as it is. */
export class Dictionary {
  readonly #words: ReadonlyMap<string, string>;

  constructor(words: ReadonlyMap<string, string>) {
    this.#words = words;
  }

  translate(word: string): string {
    return this.#words.get(word.toLowerCase()) ?? word;
  }
}

/**
 * The words for a language, from packs in upstream's format: YAML lists of `{ name, dictionary: { word: translation } }`.
 * Later packs add to earlier ones. Our own words for `zh-cn` hold until a pack of that name is given. What is wrong
 * with a pack is told to `onProblem`; the other packs count.
 */
export function dictionaryOf(
  language: string,
  packs: readonly TemplateText[],
  onProblem: (problem: string) => void,
): Dictionary {
  if (language === defaultLanguage) return new Dictionary(englishWords);
  const words = new Map<string, string>();
  let given = false;
  for (const pack of packs) {
    for (const entry of entriesOf(pack, onProblem)) {
      if (!isObject(entry) || entry['name'] !== language || !isObject(entry['dictionary'])) continue;
      given = true;
      for (const [word, translation] of Object.entries(entry['dictionary']).slice(0, maxWords)) {
        if (typeof translation === 'string') words.set(word.toLowerCase(), translation);
      }
    }
  }
  return new Dictionary(given || language !== 'zh-cn' ? words : chineseWords);
}

function entriesOf(pack: TemplateText, onProblem: (problem: string) => void): readonly unknown[] {
  try {
    const entries: unknown = parse(pack.text, { uniqueKeys: false, logLevel: 'error' });
    if (Array.isArray(entries)) return entries;
    onProblem(
      `language pack ${pack.name} is left out: it must be a list of entries with name and dictionary`,
    );
  } catch (error) {
    onProblem(
      `language pack ${pack.name} is left out: it is no YAML: ${(error as Error).message.split('\n')[0] ?? ''}`,
    );
  }
  return [];
}
