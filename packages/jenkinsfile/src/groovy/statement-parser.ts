import type { Expression } from '../expression.ts';
import type { ExpressionParser } from './expression-parser.ts';
import type { Statement } from './statement.ts';
import { GroovySyntaxError } from './syntax-error.ts';
import type { TokenStream } from './token-stream.ts';

/** Words that begin a statement which is no expression. */
const STATEMENT_WORDS = new Set(
  'def if else for while do try catch finally switch case default return throw assert import class interface enum final static public private protected synchronized break continue'.split(
    ' ',
  ),
);
const ASSIGNMENTS = ['=', '+=', '-=', '*=', '/=', '%=', '**=', '<<=', '>>=', '&=', '|=', '^='];
const LITERALS = new Set(['string', 'gstring', 'number', 'boolean', 'null']);

/** Parses the statements of one block. Throws GroovySyntaxError. */
export function parseStatements(parser: ExpressionParser, stream: TokenStream): Statement[] {
  skipClosureParameters(stream);
  const statements: Statement[] = [];
  for (;;) {
    while (stream.peek().kind === 'newline' || stream.at(';')) stream.next();
    if (stream.peek().kind === 'end') return statements;
    statements.push(parseStatement(parser, stream));
    if (!stream.atStatementEnd) throw stream.unexpected();
  }
}

function skipClosureParameters(stream: TokenStream): void {
  let ahead = 0;
  for (;;) {
    const token = stream.peek(ahead);
    if (stream.at('->', ahead)) {
      stream.index += ahead + 1;
      return;
    }
    if (token.kind !== 'identifier' && token.kind !== 'newline' && !stream.at(',', ahead)) return;
    ahead++;
  }
}

function parseStatement(parser: ExpressionParser, stream: TokenStream): Statement {
  const first = stream.peek();
  const start = first.span;
  if ((first.kind === 'identifier' && STATEMENT_WORDS.has(first.text)) || stream.at('@')) {
    // `def = 5` is no declaration: a keyword cannot be assigned to.
    if (stream.at('=', 1)) throw stream.unexpected();
    return skipStatement(parser, stream);
  }
  const expression = parseCommand(parser, stream);
  if (!ASSIGNMENTS.some((operator) => stream.at(operator))) {
    return { kind: 'expression', expression, span: stream.since(start) };
  }
  if (LITERALS.has(expression.kind)) {
    throw new GroovySyntaxError('a constant stands where a variable is expected', stream.peek().span);
  }
  // `String x = …` reads as a command up to here.
  if (expression.kind === 'call') return { ...skipStatement(parser, stream), span: stream.since(start) };
  stream.next();
  stream.skipNewlines();
  const value = parseCommand(parser, stream);
  return { kind: 'assignment', target: expression, value, span: stream.since(start) };
}

/** An expression, or calls without parentheses: `echo 'x'`, and chained `a 1 b 2`. */
function parseCommand(parser: ExpressionParser, stream: TokenStream): Expression {
  let expression = parser.parse(stream);
  while (!stream.atStatementEnd && startsArgument(stream)) {
    const token = stream.peek();
    if (expression.kind === 'name' || expression.kind === 'property') {
      expression = parser.commandCall(stream, expression);
    } else if (expression.kind === 'call' && token.kind === 'identifier') {
      stream.next();
      const span = stream.since(expression.span);
      const link: Expression = { kind: 'property', object: expression, name: token.text, safe: false, span };
      expression = stream.at('{') || stream.at('(') ? parser.extend(stream, link) : link;
      if (expression.kind === 'property' && stream.atStatementEnd) return expression;
    } else break;
  }
  return expression;
}

function startsArgument(stream: TokenStream): boolean {
  const token = stream.peek();
  return (
    token.kind === 'identifier' ||
    token.kind === 'string' ||
    token.kind === 'number' ||
    stream.at('!') ||
    stream.at('[')
  );
}

function skipStatement(parser: ExpressionParser, stream: TokenStream): Statement {
  const start = stream.peek().span;
  while (!stream.atStatementEnd) {
    if (stream.at('{') || stream.at('(') || stream.at('[')) stream.index = parser.partnerOf(stream.index) + 1;
    else stream.next();
  }
  return { kind: 'other', span: stream.since(start) };
}
