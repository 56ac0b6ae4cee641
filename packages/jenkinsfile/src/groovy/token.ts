import type { Span } from '../position.ts';

/** A piece of a string: text with its escapes resolved, or the tokens of an interpolated expression. */
export type StringPart =
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'code'; readonly tokens: readonly Token[]; readonly span: Span };

/** How a string was delimited. */
export type Quote = "'" | '"' | "'''" | '"""' | '/' | '$/';

/** One lexical unit of Groovy. Comments and blanks are dropped, line ends are kept because they end statements. */
export type Token =
  | { readonly kind: 'identifier' | 'number' | 'punctuation'; readonly text: string; readonly span: Span }
  | {
      readonly kind: 'string';
      readonly parts: readonly StringPart[];
      readonly quote: Quote;
      readonly span: Span;
    }
  | { readonly kind: 'newline' | 'end'; readonly span: Span };
