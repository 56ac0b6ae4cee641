import { goFunction, regexFunctions } from '@armillary/go-template';

const ascii = /^[\0-\x7f]*$/;

/** Go maps character by character: `ß` stays, and a final sigma is none. */
const mapped = (text: string, map: (character: string) => string): string =>
  Array.from(text, (character) => {
    const other = map(character);
    return other.length === String.fromCodePoint(other.codePointAt(0) ?? 0).length ? other : character;
  }).join('');

const upper = (text: string): string =>
  ascii.test(text) ? text.toUpperCase() : mapped(text, (character) => character.toUpperCase());

const lower = (text: string): string =>
  ascii.test(text)
    ? text.toLowerCase()
    : mapped(text, (character) => (character === 'İ' ? 'i' : character.toLowerCase()));

/** Letters whose form at the start of a word is not their capital one. */
const titles: Readonly<Record<string, string>> = {
  ǆ: 'ǅ',
  Ǆ: 'ǅ',
  ǉ: 'ǈ',
  Ǉ: 'ǈ',
  ǌ: 'ǋ',
  Ǌ: 'ǋ',
  ǳ: 'ǲ',
  Ǳ: 'ǲ',
};
const georgian = /\p{Script=Georgian}/u;
const titleCase = (letter: string): string =>
  titles[letter] ?? (georgian.test(letter) ? letter : upper(letter));

/** A letter that begins a word: Go's `strings.Title` looks at what is before it. */
const wordStart = /(?<![\p{L}\p{Nd}_]|[^\0-\x7f\p{White_Space}])\p{L}/gu;

/** What Go's `unicode.IsSpace` calls a blank, at either end. */
const outerBlanks = /^[\p{White_Space}]+|(?<![\p{White_Space}])[\p{White_Space}]+$/gu;

/**
 * Functions on words, with those on regular expressions (RE2). `title` has two meanings: upstream's (`strings.Title`)
 * leaves the rest of a word as it is, Alertmanager's writes it in lower case. Objects of upstream must render as
 * upstream renders them: it is upstream's.
 */
export const textFunctions = {
  ...regexFunctions,
  toUpper: goFunction(['string'], upper),
  toLower: goFunction(['string'], lower),
  title: goFunction(['string'], (text) => text.replaceAll(wordStart, titleCase)),
  trimSpace: goFunction(['string'], (text) => text.replaceAll(outerBlanks, '')),
};
