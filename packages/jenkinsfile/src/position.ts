/** One place in the text. Lines and columns count from 1, a tab is one column, offsets count UTF-16 units from 0. */
export interface Position {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}

/** A piece of the text: `text.slice(start.offset, end.offset)` is its exact source. */
export interface Span {
  readonly start: Position;
  readonly end: Position;
}
