import { errorPage } from '../error-pages.ts';

/** What no name may be, with Jenkins' words; the rules are those of Jenkins.checkGoodName. */
const FAULTS: readonly (readonly [pattern: RegExp, words: (found: string) => string])[] = [
  [/^\s*$/, () => 'No name is specified'],
  [/^\s*\.{1,2}\s*$/, (name) => `“${name}” is not an allowed name`],
  [/[?*/\\%!@#$^&|<>[\]:;]/, (mark) => `‘${mark}’ is an unsafe character`],
  [/\p{Cc}/u, () => 'No control code is allowed'],
  [/\.\s*$/, () => 'A name cannot end with ‘.’'],
];

/** Throws the 400 of a name that no item may have. */
export function checkName(name: string): void {
  for (const [pattern, words] of FAULTS) {
    const found = pattern.exec(name);
    if (found) throw errorPage(400, words(found[0]));
  }
}
