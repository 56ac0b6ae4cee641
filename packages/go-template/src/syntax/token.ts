/** A word that the grammar keeps for itself; `break` and `continue` can be taken back by functions of that name. */
const keywordList = [
  'block',
  'break',
  'continue',
  'define',
  'else',
  'end',
  'if',
  'nil',
  'range',
  'template',
  'with',
] as const;

/** A word of the language's own: no function has its name. */
export type Keyword = (typeof keywordList)[number];

const keywords: ReadonlySet<string> = new Set(keywordList);

/** Whether a word is one of the keywords. */
export const isKeyword = (word: string): word is Keyword => keywords.has(word);

/** What a token is. `char` is a printable character that means nothing by itself, such as the comma. */
export type TokenType =
  | Keyword
  | 'assign'
  | 'bool'
  | 'char'
  | 'character'
  | 'complex'
  | 'declare'
  | 'dot'
  | 'end of file'
  | 'error'
  | 'field'
  | 'identifier'
  | 'left delimiter'
  | 'left parenthesis'
  | 'number'
  | 'pipe'
  | 'raw string'
  | 'right delimiter'
  | 'right parenthesis'
  | 'space'
  | 'string'
  | 'text'
  | 'variable';

/** A piece of a template. */
export interface Token {
  readonly type: TokenType;
  /** Its text as written; of an error, what is wrong. */
  readonly value: string;
  /** Where it starts, in UTF-16 units from the start of the template. */
  readonly position: number;
  /** The line where it starts, from 1. */
  readonly line: number;
}
