import type { Argument, Call, Closure, Expression } from '../expression.ts';
import type { Span } from '../position.ts';
import { pairBrackets } from './brackets.ts';
import { GroovySyntaxError } from './syntax-error.ts';
import { TokenStream } from './token-stream.ts';
import type { StringPart, Token } from './token.ts';

/** Binary operators by how tightly they bind; all of one level associate to the left. */
const BINDING: Record<string, number> = Object.fromEntries(
  [
    ['||'],
    ['&&'],
    ['|'],
    ['^'],
    ['&'],
    ['==', '!=', '<=>', '=~', '==~', '===', '!=='],
    ['<', '>', '<=', '>=', 'in', 'instanceof', 'as'],
    ['<<', '>>', '>>>', '..', '..<'],
    ['+', '-'],
    ['*', '/', '%'],
    ['**'],
  ].flatMap((operators, level) => operators.map((operator) => [operator, level + 1])),
);
const PREFIXES = new Set(['!', '-', '+', '~', '++', '--']);
const MAX_DEPTH = 250;
/** Keeps the left-leaning trees of `a + b + c …` and `a.b.c …` within what a recursive reader can walk. */
const MAX_CHAIN = 1000;

/** Parses the expressions of one token list. Closures are not entered: `blockOf` gives their content. */
export class ExpressionParser {
  readonly tokens: readonly Token[];
  readonly #pairs: Map<number, number>;
  readonly #blocks = new WeakMap<Closure, { from: number; limit: number }>();
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
    this.#pairs = pairBrackets(tokens);
  }

  /** The tokens between the braces of a closure that this parser made. */
  blockOf(closure: Closure): TokenStream {
    const block = this.#blocks.get(closure);
    if (block === undefined) throw new RangeError('the closure was made by another parser');
    return new TokenStream(this.tokens, block.from, block.limit);
  }

  /** The index of the bracket that closes the one at `index`. */
  partnerOf(index: number): number {
    return this.#pairs.get(index) ?? this.tokens.length - 1;
  }

  /** Parses one expression. Throws GroovySyntaxError. */
  parse(stream: TokenStream): Expression {
    if (++this.#depth > MAX_DEPTH) {
      throw new GroovySyntaxError(
        `the expression is nested more than ${MAX_DEPTH} levels deep`,
        stream.peek().span,
        'too-deep',
      );
    }
    try {
      return this.#ternary(stream);
    } finally {
      this.#depth--;
    }
  }

  #ternary(stream: TokenStream): Expression {
    const condition = this.#binary(stream, 1);
    const operator = this.#operatorAhead(stream, ['?', '?:']);
    if (operator === undefined) return condition;
    stream.skipNewlines();
    stream.next();
    stream.skipNewlines();
    const second = this.parse(stream);
    const operands = [condition, second];
    if (operator === '?') {
      stream.skipNewlines();
      if (!stream.accept(':')) throw stream.unexpected();
      stream.skipNewlines();
      operands.push(this.parse(stream));
    }
    return { kind: 'operation', operator: '?:', operands, span: stream.since(condition.span) };
  }

  #operatorAhead(stream: TokenStream, operators: string[]): string | undefined {
    let ahead = 0;
    while (stream.peek(ahead).kind === 'newline') ahead++;
    return operators.find((operator) => stream.at(operator, ahead));
  }

  #binary(stream: TokenStream, level: number): Expression {
    let left = this.#prefix(stream);
    for (let chain = 0; ; chain++) {
      const token = stream.peek();
      const operator = token.kind === 'punctuation' || token.kind === 'identifier' ? token.text : '';
      const binding = Object.hasOwn(BINDING, operator) ? (BINDING[operator] ?? 0) : 0;
      if (binding < level) return left;
      if (chain === MAX_CHAIN)
        throw new GroovySyntaxError(
          `the expression has more than ${MAX_CHAIN} operators`,
          token.span,
          'too-deep',
        );
      stream.next();
      stream.skipNewlines();
      const right = this.#binary(stream, binding + 1);
      left = { kind: 'operation', operator, operands: [left, right], span: stream.since(left.span) };
    }
  }

  #prefix(stream: TokenStream): Expression {
    const token = stream.peek();
    if (token.kind !== 'punctuation' || !PREFIXES.has(token.text))
      return this.extend(stream, this.#primary(stream));
    if (++this.#depth > MAX_DEPTH)
      throw new GroovySyntaxError('too many operators in a row', token.span, 'too-deep');
    stream.next();
    const operand = this.#prefix(stream);
    this.#depth--;
    return { kind: 'operation', operator: token.text, operands: [operand], span: stream.since(token.span) };
  }

  /** Takes the calls, indexes and properties that follow a value. */
  extend(stream: TokenStream, head: Expression): Expression {
    let value = head;
    for (let chain = 0; ; chain++) {
      if (chain === MAX_CHAIN)
        throw new GroovySyntaxError(`the expression has more than ${MAX_CHAIN} parts`, head.span, 'too-deep');
      const dot = this.#operatorAhead(stream, ['.', '?.', '*.', '.&', '.@']);
      if (dot !== undefined) {
        stream.skipNewlines();
        stream.next();
        stream.skipNewlines();
        const name = stream.next();
        const span = stream.since(value.span);
        if (name.kind === 'identifier')
          value = { kind: 'property', object: value, name: name.text, safe: dot === '?.', span };
        else if (name.kind === 'string' || (name.kind === 'punctuation' && name.text === '(')) {
          if (name.kind === 'punctuation') stream.index = this.partnerOf(stream.index - 1) + 1;
          value = { kind: 'opaque', span: stream.since(value.span) };
        } else throw new GroovySyntaxError('expected a name behind the dot', name.span);
      } else if (stream.at('(')) {
        value = this.#call(stream, value, this.#parenthesised(stream));
      } else if (stream.at('{')) {
        const closure = this.closure(stream);
        value = this.#call(stream, value, [{ value: closure, span: closure.span }]);
      } else if (stream.at('[')) {
        const index = this.#list(stream);
        value = {
          kind: 'operation',
          operator: '[]',
          operands: [value, index],
          span: stream.since(value.span),
        };
      } else if (stream.at('++') || stream.at('--')) {
        stream.next();
        value = { kind: 'opaque', span: stream.since(value.span) };
      } else return value;
    }
  }

  /** Makes a call of a callee with more arguments; a closure behind a call with parentheses joins its arguments. */
  #call(stream: TokenStream, callee: Expression, args: readonly Argument[]): Expression {
    const span = stream.since(callee.span);
    if (callee.kind === 'name')
      return { kind: 'call', name: callee.name, nameSpan: callee.span, arguments: args, span };
    if (callee.kind === 'property') {
      return {
        kind: 'call',
        receiver: callee.object,
        name: callee.name,
        nameSpan: callee.span,
        arguments: args,
        span,
      };
    }
    if (callee.kind === 'call' && args.length === 1 && args[0]?.value.kind === 'closure') {
      return { ...callee, arguments: [...callee.arguments, ...args], span };
    }
    return { kind: 'call', receiver: callee, name: 'call', nameSpan: callee.span, arguments: args, span };
  }

  /** Makes the call of a command without parentheses (`echo 'x'`), its callee already read. */
  commandCall(stream: TokenStream, callee: Expression): Call {
    const args = this.#arguments(stream, () => stream.atStatementEnd);
    const call = this.#call(stream, callee, args);
    if (call.kind !== 'call') throw stream.unexpected();
    return call;
  }

  #parenthesised(stream: TokenStream): Argument[] {
    const inner = new TokenStream(this.tokens, stream.index + 1, this.partnerOf(stream.index));
    inner.skipNewlines();
    const args = this.#arguments(inner, () => (inner.skipNewlines(), inner.peek().kind === 'end'));
    if (inner.peek().kind !== 'end') throw inner.unexpected();
    stream.index = inner.index + 1;
    return args;
  }

  #arguments(stream: TokenStream, ended: () => boolean): Argument[] {
    const args: Argument[] = [];
    while (!ended()) {
      const start = stream.peek().span;
      const name = this.#label(stream);
      const value = this.#argument(stream);
      args.push({ ...(name === undefined ? {} : { name }), value, span: stream.since(start) });
      if (ended()) break;
      if (!stream.accept(',')) {
        if (args.length > 0 && stream.peek().kind === 'identifier') break;
        throw stream.unexpected();
      }
      stream.skipNewlines();
    }
    return args;
  }

  /** One argument or item; a spread `*list` and a pair with a computed key are kept as their source. */
  #argument(stream: TokenStream): Expression {
    const start = stream.peek().span;
    const spread = stream.accept('*');
    const value = this.parse(stream);
    const pair = stream.accept(':');
    if (!spread && !pair) return value;
    if (pair) {
      stream.skipNewlines();
      this.parse(stream);
    }
    return { kind: 'opaque', span: stream.since(start) };
  }

  /** Takes `name:` in front of an argument or of a map's value. */
  #label(stream: TokenStream): string | undefined {
    const token = stream.peek();
    if (!stream.at(':', 1)) return undefined;
    let name: string | undefined;
    if (token.kind === 'identifier' || token.kind === 'number') name = token.text;
    if (token.kind === 'string' && token.parts.every((part) => part.kind === 'text')) {
      name = token.parts.map((part) => (part.kind === 'text' ? part.value : '')).join('');
    }
    if (name === undefined) return undefined;
    stream.next();
    stream.next();
    stream.skipNewlines();
    return name;
  }

  #primary(stream: TokenStream): Expression {
    const token = stream.peek();
    const { span } = token;
    if (token.kind === 'string') {
      stream.next();
      return this.#string(token.parts, span);
    }
    if (token.kind === 'number') {
      stream.next();
      return { kind: 'number', text: token.text, span };
    }
    if (token.kind === 'identifier') return this.#word(stream, token.text, span);
    if (stream.at('[')) return this.#list(stream);
    if (stream.at('{')) return this.closure(stream);
    if (stream.at('(')) {
      const inner = new TokenStream(this.tokens, stream.index + 1, this.partnerOf(stream.index));
      inner.skipNewlines();
      const value = this.parse(inner);
      inner.skipNewlines();
      if (inner.peek().kind !== 'end') throw inner.unexpected();
      stream.index = inner.index + 1;
      if (!this.#isCast(stream, value)) return { ...value, span: stream.since(span) };
      this.#prefix(stream);
      return { kind: 'opaque', span: stream.since(span) };
    }
    throw stream.unexpected();
  }

  /** Whether a parenthesised type was read, as in `(String) x`: only then a value may follow directly. */
  #isCast(stream: TokenStream, value: Expression): boolean {
    if (value.kind !== 'name' && value.kind !== 'property') return false;
    const next = stream.peek();
    if (next.kind === 'identifier') return !Object.hasOwn(BINDING, next.text);
    return next.kind === 'string' || next.kind === 'number';
  }

  #word(stream: TokenStream, text: string, span: Span): Expression {
    if (text === 'def' || text === 'in' || text === 'instanceof') throw stream.unexpected();
    stream.next();
    if (text === 'true' || text === 'false') return { kind: 'boolean', value: text === 'true', span };
    if (text === 'null') return { kind: 'null', span };
    if (text !== 'new') return { kind: 'name', name: text, span };
    const type = this.extend(stream, this.#primary(stream));
    return { kind: 'opaque', span: { start: span.start, end: type.span.end } };
  }

  #string(parts: readonly StringPart[], span: Span): Expression {
    if (parts.every((part) => part.kind === 'text')) {
      return { kind: 'string', value: parts.map((part) => part.value).join(''), span };
    }
    return {
      kind: 'gstring',
      parts: parts.map((part) =>
        part.kind === 'text' ? part.value : this.#interpolated(part.tokens, part.span),
      ),
      span,
    };
  }

  #interpolated(tokens: readonly Token[], span: Span): Expression {
    const inner = new ExpressionParser(tokens);
    inner.#depth = this.#depth;
    const stream = new TokenStream(tokens, 0, tokens.length - 1);
    stream.skipNewlines();
    try {
      const value = inner.parse(stream);
      stream.skipNewlines();
      if (stream.peek().kind === 'end') return value;
    } catch (error) {
      if (!(error instanceof GroovySyntaxError) || error.code === 'too-deep') throw error;
    }
    // Statements and closures with parameters may stand here too; they are kept as they are written.
    return { kind: 'opaque', span };
  }

  #list(stream: TokenStream): Expression {
    const start = stream.peek().span;
    const inner = new TokenStream(this.tokens, stream.index + 1, this.partnerOf(stream.index));
    inner.skipNewlines();
    const items: Argument[] = [];
    const close = (): Span => {
      stream.index = inner.index + 1;
      return stream.since(start);
    };
    if (inner.at(':')) {
      inner.next();
      return { kind: 'map', entries: [], span: close() };
    }
    items.push(...this.#arguments(inner, () => (inner.skipNewlines(), inner.peek().kind === 'end')));
    if (inner.peek().kind !== 'end') throw inner.unexpected();
    if (items.length > 0 && items.every((item) => item.name !== undefined)) {
      return {
        kind: 'map',
        entries: items.map((item) => ({ key: item.name ?? '', value: item.value })),
        span: close(),
      };
    }
    if (items.some((item) => item.name !== undefined)) return { kind: 'opaque', span: close() };
    return { kind: 'list', items: items.map((item) => item.value), span: close() };
  }

  /** Takes a closure without entering it. */
  closure(stream: TokenStream): Closure {
    const from = stream.index + 1;
    const limit = this.partnerOf(stream.index);
    const start = stream.peek().span;
    stream.index = limit + 1;
    const closure: Closure = { kind: 'closure', span: stream.since(start) };
    this.#blocks.set(closure, { from, limit });
    return closure;
  }
}
