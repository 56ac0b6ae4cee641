import type { Report } from '../diagnostic.ts';
import type { Argument, Call, Closure } from '../expression.ts';
import type { ExpressionParser } from '../groovy/expression-parser.ts';
import { parseStatements } from '../groovy/statement-parser.ts';
import type { Statement } from '../groovy/statement.ts';
import type { SourceBlock } from '../model.ts';
import type { Span } from '../position.ts';

/** What the readers of all sections share. */
export class Context {
  readonly text: string;
  readonly report: Report;
  readonly #parser: ExpressionParser;

  constructor(text: string, parser: ExpressionParser, report: Report) {
    this.text = text;
    this.report = report;
    this.#parser = parser;
  }

  /** The statements of a block. Throws GroovySyntaxError. */
  statements(block: Closure): Statement[] {
    return parseStatements(this.#parser, this.#parser.blockOf(block));
  }

  /** The exact source of a span. */
  source(span: Span): string {
    return this.text.slice(span.start.offset, span.end.offset);
  }

  /** The content of a block as raw source from its first to its last token; undefined when there is none. */
  sourceBlock(block: Closure): SourceBlock | undefined {
    const stream = this.#parser.blockOf(block);
    stream.skipNewlines();
    const first = stream.next();
    if (first.kind === 'end') return undefined;
    let last = first;
    for (let token = stream.next(); token.kind !== 'end'; token = stream.next())
      if (token.kind !== 'newline') last = token;
    const span = { start: first.span.start, end: last.span.end };
    return { text: this.source(span), span };
  }
}

/** A call's block, which is a closure at the end of its arguments, apart from the other arguments. */
export function splitBlock(call: Call): {
  readonly arguments: readonly Argument[];
  readonly block?: Closure;
} {
  const last = call.arguments.at(-1);
  if (last === undefined || last.name !== undefined || last.value.kind !== 'closure')
    return { arguments: call.arguments };
  return { arguments: call.arguments.slice(0, -1), block: last.value };
}
