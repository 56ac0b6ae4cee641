import type { Span } from './position.ts';

/** A Groovy expression as it is written in a Declarative section. Every one knows its exact source span. */
export type Expression =
  | StringLiteral
  | InterpolatedString
  | NumberLiteral
  | BooleanLiteral
  | NullLiteral
  | Name
  | Property
  | Call
  | ListExpression
  | MapExpression
  | Operation
  | Closure
  | Opaque;

/** A string without interpolation; `value` has its escapes resolved. */
export interface StringLiteral {
  readonly kind: 'string';
  readonly value: string;
  readonly span: Span;
}

/** A GString: its pieces in order, text with escapes resolved and expressions. */
export interface InterpolatedString {
  readonly kind: 'gstring';
  readonly parts: readonly (string | Expression)[];
  readonly span: Span;
}

/** A number as written, with its suffix. */
export interface NumberLiteral {
  readonly kind: 'number';
  readonly text: string;
  readonly span: Span;
}

/** `true` or `false`. */
export interface BooleanLiteral {
  readonly kind: 'boolean';
  readonly value: boolean;
  readonly span: Span;
}

/** `null`. */
export interface NullLiteral {
  readonly kind: 'null';
  readonly span: Span;
}

/** A bare word. */
export interface Name {
  readonly kind: 'name';
  readonly name: string;
  readonly span: Span;
}

/** `object.name`, and `object?.name` when `safe`. */
export interface Property {
  readonly kind: 'property';
  readonly object: Expression;
  readonly name: string;
  readonly safe: boolean;
  readonly span: Span;
}

/** One argument of a call; `name` is there when it was given by name. */
export interface Argument {
  readonly name?: string;
  readonly value: Expression;
  readonly span: Span;
}

/** A call with or without parentheses. A closure behind the call is its last argument. */
export interface Call {
  readonly kind: 'call';
  readonly receiver?: Expression;
  readonly name: string;
  readonly nameSpan: Span;
  readonly arguments: readonly Argument[];
  readonly span: Span;
}

/** `[a, b]`. */
export interface ListExpression {
  readonly kind: 'list';
  readonly items: readonly Expression[];
  readonly span: Span;
}

/** `[key: value]`; a key in parentheses is no plain name and makes the map opaque. */
export interface MapExpression {
  readonly kind: 'map';
  readonly entries: readonly { readonly key: string; readonly value: Expression }[];
  readonly span: Span;
}

/** An operator with its operands: unary, binary, `[]` for an index, `?:` with two operands (Elvis) or three (ternary). */
export interface Operation {
  readonly kind: 'operation';
  readonly operator: string;
  readonly operands: readonly Expression[];
  readonly span: Span;
}

/** `{ … }`. Its content is raw Groovy unless a section says otherwise. */
export interface Closure {
  readonly kind: 'closure';
  readonly span: Span;
}

/** Valid Groovy that is kept as its exact source. */
export interface Opaque {
  readonly kind: 'opaque';
  readonly span: Span;
}
