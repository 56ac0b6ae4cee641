import { InvalidError } from '../errors.ts';

/** What branch-api escapes in the name of a branch's item, so that URLs with it survive Stapler and proxies. */
const escapes: Readonly<Record<string, string>> = {
  '#': '%23',
  '%': '%25',
  '/': '%2F',
  '?': '%3F',
  '[': '%5B',
  '\\': '%5C',
  ']': '%5D',
};
const unescapes = new Map(Object.entries(escapes).map(([character, escape]) => [escape, character]));

/** Whole names that would mean something else in a path. */
const wholeNames: Readonly<Record<string, string>> = { '': '%00', '.': '%2E', '..': '%2E.' };
const wholeItemNames = new Map(Object.entries(wholeNames).map(([name, itemName]) => [itemName, name]));

/**
 * The name of the item that a multibranch pipeline makes for a branch, a tag or a pull request: `feature/x` becomes
 * `feature%2Fx`. In a URL that name is encoded once more, which `itemUrlPath` does. The rule is NameEncoder's of
 * branch-api 2. Throws InvalidError for text that is not well-formed Unicode, as no URL can carry it.
 */
export function branchItemName(branch: string): string {
  if (!branch.isWellFormed()) {
    throw new InvalidError(
      `"${branch.toWellFormed()}" is no name of a branch: it holds half of a surrogate pair.`,
    );
  }
  return (
    wholeNames[branch] ?? branch.replaceAll(/[#%/?[\\\]]/gu, (character) => escapes[character] ?? character)
  );
}

/** The name of the branch of an item: the way back from `branchItemName`. What is no escape of it is kept. */
export function branchName(itemName: string): string {
  return (
    wholeItemNames.get(itemName) ??
    itemName.replaceAll(/%(?:23|25|2F|3F|5B|5C|5D)/gu, (escape) => unescapes.get(escape) ?? escape)
  );
}
