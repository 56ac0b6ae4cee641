import { quote } from '../format/quote.ts';
import type { CommandNode, OperandNode, PipeNode, VariableNode } from './node.ts';
import { nodeText } from './node-text.ts';
import { parseCharacter, parseNumber, parseString, type Constant } from './constant.ts';
import type { Names } from './lexer.ts';
import type { Scope } from './scope.ts';
import type { Token, TokenType } from './token.ts';
import type { TokenStream } from './token-stream.ts';

/** How deep parentheses and control actions may nest: the parser and the evaluator recurse. */
export const maxNesting = 100;

const operands: ReadonlySet<TokenType> = new Set<TokenType>([
  'bool',
  'character',
  'complex',
  'dot',
  'field',
  'identifier',
  'left parenthesis',
  'nil',
  'number',
  'raw string',
  'string',
  'variable',
]);
const notExecutable: ReadonlySet<OperandNode['type']> = new Set<OperandNode['type']>([
  'bool',
  'dot',
  'nil',
  'number',
  'string',
]);

/** Reads pipelines: `$x := .A.B 1 | f "s" (g .)`. */
export class ExpressionParser {
  readonly #tokens: TokenStream;
  readonly #scope: Scope;
  readonly #isFunction: Names;
  #depth = 0;

  constructor(tokens: TokenStream, scope: Scope, isFunction: Names) {
    this.#tokens = tokens;
    this.#scope = scope;
    this.#isFunction = isFunction;
  }

  /** A pipeline and the token that ends it; `context` names it in error messages. */
  pipe(context: string, end: TokenType = 'right delimiter'): PipeNode {
    const place = this.#place(this.#tokens.peekNonSpace());
    const { names, assign } = this.#variables(context);
    const mentioned = names.map((token) => this.#scope.mention(token.value));
    const commands: CommandNode[] = [];
    for (;;) {
      const token = this.#tokens.peekNonSpace();
      if (token.type === end) break;
      if (!operands.has(token.type)) this.#tokens.unexpected(this.#tokens.next(), context);
      commands.push(this.#command());
    }
    this.#tokens.next();
    if (commands.length === 0) this.#tokens.fail(`missing value for ${context}`);
    const literal = commands.findIndex(
      (command, index) => index > 0 && notExecutable.has(command.words[0].type),
    );
    if (literal > 0) this.#tokens.fail(`non executable command in pipeline stage ${literal + 1}`);
    // Only now: in `$x := f $x` the second one is that of before.
    const slots = assign ? mentioned : names.map((token) => this.#scope.declare(token.value));
    const variables = names.map((token, index) => this.#variable(token, slots[index] ?? -1));
    return { type: 'pipe', ...place, variables, assign, commands };
  }

  /** `$x :=`, `$x =`, or in a range also `$i, $x :=`. */
  #variables(context: string): { names: readonly Token[]; assign: boolean } {
    const names: Token[] = [];
    while (this.#tokens.peekNonSpace().type === 'variable') {
      // The token after the variable may be a space; what counts is the one after that.
      const spaced = this.#tokens.peek(1).type === 'space';
      const next = this.#tokens.peek(spaced ? 2 : 1);
      const comma = next.type === 'char' && next.value === ',';
      const assign = next.type === 'assign';
      if (!comma && !assign && next.type !== 'declare') break;
      names.push(this.#tokens.next());
      this.#tokens.nextNonSpace();
      if (!comma) return { names, assign };
      if (context !== 'range' || names.length > 1) this.#tokens.fail(`too many declarations in ${context}`);
      const follows = this.#tokens.peekNonSpace().type;
      if (follows !== 'variable' && follows !== 'right delimiter' && follows !== 'right parenthesis') {
        this.#tokens.fail('range can only initialize variables');
      }
    }
    return { names, assign: false };
  }

  #variable(token: Token, slot: number): VariableNode {
    return { type: 'variable', ...this.#place(token), name: token.value, names: [], slot };
  }

  /** Operands up to the pipe sign, which is read, or the end of the pipeline, which is not. */
  #command(): CommandNode {
    const place = this.#place(this.#tokens.peekNonSpace());
    const words: OperandNode[] = [];
    for (;;) {
      this.#tokens.skipSpace();
      const operand = this.#operand();
      if (operand) words.push(operand);
      const { type } = this.#tokens.peek();
      if (type === 'right delimiter' || type === 'right parenthesis') break;
      const token = this.#tokens.next();
      if (token.type === 'pipe') break;
      if (token.type !== 'space') this.#tokens.unexpected(token, 'operand');
    }
    const [first, ...rest] = words;
    if (!first) this.#tokens.fail('empty command');
    return { type: 'command', ...place, words: [first, ...rest] };
  }

  /** A term and the fields taken of it; undefined when something else follows. */
  #operand(): OperandNode | undefined {
    const term = this.#term();
    if (!term || this.#tokens.peek().type !== 'field') return term;
    // As in Go the place of a chain is that of its first further field.
    const place = this.#place(this.#tokens.peek());
    const names: string[] = [];
    while (this.#tokens.peek().type === 'field') names.push(this.#tokens.next().value.slice(1));
    switch (term.type) {
      case 'field':
      case 'variable':
        return { ...term, ...place, names: [...term.names, ...names] };
      case 'bool':
      case 'string':
      case 'number':
      case 'nil':
      case 'dot':
        return this.#tokens.fail(`unexpected . after term ${quote(nodeText(term))}`);
      default:
        return { type: 'chain', ...place, operand: term, names };
    }
  }

  #term(): OperandNode | undefined {
    const token = this.#tokens.peekNonSpace();
    if (!operands.has(token.type)) return undefined;
    this.#tokens.next();
    const place = this.#place(token);
    switch (token.type) {
      case 'identifier':
        if (!this.#isFunction(token.value)) this.#tokens.fail(`function ${quote(token.value)} not defined`);
        return { type: 'identifier', ...place, name: token.value };
      case 'dot':
      case 'nil':
        return { type: token.type, ...place };
      case 'variable':
        return this.#variable(token, this.#slot(token.value));
      case 'field':
        return { type: 'field', ...place, names: [token.value.slice(1)] };
      case 'bool':
        return { type: 'bool', ...place, value: token.value === 'true' };
      case 'character':
        return { type: 'number', ...place, text: token.value, ...this.#constant(parseCharacter, token) };
      case 'left parenthesis':
        return this.#parenthesised();
      case 'string':
      case 'raw string':
        return { type: 'string', ...place, quoted: token.value, value: this.#constant(parseString, token) };
      default:
        return {
          type: 'number',
          ...place,
          text: token.value,
          ...this.#constant<Constant>(parseNumber, token),
        };
    }
  }

  #slot(name: string): number {
    return this.#scope.find(name) ?? this.#tokens.fail(`undefined variable ${quote(name)}`);
  }

  #parenthesised(): PipeNode {
    this.#depth += 1;
    if (this.#depth > maxNesting) this.#tokens.fail(`parentheses are more than ${maxNesting} deep`);
    const pipe = this.pipe('parenthesized pipeline', 'right parenthesis');
    this.#depth -= 1;
    return pipe;
  }

  #constant<T>(parse: (text: string) => T, token: Token): T {
    try {
      return parse(token.value);
    } catch (error) {
      return this.#tokens.fail(error instanceof Error ? error.message : String(error));
    }
  }

  #place(token: Token): { source: TokenStream['source']; position: number } {
    return { source: this.#tokens.source, position: token.position };
  }
}
