import { quote } from '../format/quote.ts';
import { parseString } from './constant.ts';
import { ExpressionParser, maxNesting } from './expression-parser.ts';
import type { Names } from './lexer.ts';
import { isEmptyBody, type BranchNode, type Source, type StatementNode, type TemplateTree } from './node.ts';
import { Scope } from './scope.ts';
import type { Token } from './token.ts';
import { TokenStream } from './token-stream.ts';

/** What ended a list of statements. */
interface ListEnd {
  readonly type: 'end' | 'else';
  /** After `else`: the keyword of an `else if` or `else with`, whose condition comes next. */
  readonly next?: 'if' | 'with';
}

/** A source being read: its tokens, the templates found so far, and what may be called. */
interface Reading {
  readonly tokens: TokenStream;
  readonly trees: Map<string, TemplateTree>;
  readonly isFunction: Names;
  depth: number;
}

/**
 * Reads a source: the template of its own name, and those that its `define` and `block` actions make.
 *
 * @throws TemplateError with code `parse` and Go's message.
 */
export function parseSource(source: Source, isFunction: Names): ReadonlyMap<string, TemplateTree> {
  const reading: Reading = {
    tokens: new TokenStream(source, isFunction),
    trees: new Map(),
    isFunction,
    depth: 0,
  };
  new TemplateParser(reading).source();
  return reading.trees;
}

/** Reads one template: each has variables of its own. */
class TemplateParser {
  readonly #reading: Reading;
  readonly #tokens: TokenStream;
  readonly #scope = new Scope();
  readonly #expressions: ExpressionParser;
  #ranges = 0;

  constructor(reading: Reading) {
    this.#reading = reading;
    this.#tokens = reading.tokens;
    this.#expressions = new ExpressionParser(reading.tokens, this.#scope, reading.isFunction);
  }

  /** All of the source; definitions stand only here, outside of other actions. */
  source(): void {
    const body: StatementNode[] = [];
    while (this.#tokens.peek().type !== 'end of file') {
      if (this.#definitionFollows()) {
        new TemplateParser(this.#reading).#definition();
        continue;
      }
      const node = this.#textOrAction();
      if (isListEnd(node)) this.#tokens.fail(`unexpected {{${node.type}}}`);
      body.push(node);
    }
    this.#add(this.#tokens.source.name, body);
  }

  #definitionFollows(): boolean {
    if (this.#tokens.peek().type !== 'left delimiter') return false;
    return this.#tokens.peek(this.#tokens.peek(1).type === 'space' ? 2 : 1).type === 'define';
  }

  #definition(): void {
    this.#tokens.next();
    this.#tokens.nextNonSpace();
    const name = this.#templateName('define clause');
    this.#tokens.expect('right delimiter', 'define clause');
    this.#add(name, this.#closedList('define clause'));
  }

  #add(name: string, body: readonly StatementNode[]): void {
    const { trees } = this.#reading;
    const known = trees.get(name);
    if (known && !isEmptyBody(known.body)) {
      if (isEmptyBody(body)) return;
      this.#tokens.fail(`template: multiple definition of template ${quote(name)}`);
    }
    trees.set(name, { name, source: this.#tokens.source, body, slots: this.#scope.slots });
  }

  /** Statements up to an `end`. */
  #closedList(context: string): StatementNode[] {
    const { list, end } = this.#list();
    if (end.type !== 'end') this.#tokens.fail(`unexpected {{${end.type}}} in ${context}`);
    return list;
  }

  #list(): { list: StatementNode[]; end: ListEnd } {
    this.#reading.depth += 1;
    if (this.#reading.depth > maxNesting) this.#tokens.fail(`actions are more than ${maxNesting} deep`);
    const list: StatementNode[] = [];
    for (;;) {
      if (this.#tokens.peekNonSpace().type === 'end of file') this.#tokens.fail('unexpected EOF');
      const node = this.#textOrAction();
      if (isListEnd(node)) {
        this.#reading.depth -= 1;
        return { list, end: node };
      }
      list.push(node);
    }
  }

  #textOrAction(): StatementNode | ListEnd {
    const token = this.#tokens.nextNonSpace();
    if (token.type === 'text') {
      return { type: 'text', ...this.#place(token), text: token.value };
    }
    if (token.type !== 'left delimiter') this.#tokens.unexpected(token, 'input');
    this.#tokens.actionLine = token.line;
    const node = this.#action();
    this.#tokens.actionLine = 0;
    return node;
  }

  #action(): StatementNode | ListEnd {
    const token = this.#tokens.peekNonSpace();
    switch (token.type) {
      case 'if':
      case 'with':
      case 'range':
        this.#tokens.next();
        return this.#branch(token.type);
      case 'else':
        this.#tokens.next();
        return this.#else();
      case 'end':
        this.#tokens.next();
        this.#tokens.expect('right delimiter', 'end');
        return { type: 'end' };
      case 'break':
      case 'continue':
        this.#tokens.next();
        return this.#jump(token, token.type);
      case 'template':
        this.#tokens.next();
        return this.#template();
      case 'block':
        this.#tokens.next();
        return this.#block();
      default:
        return { type: 'action', ...this.#place(token), pipe: this.#expressions.pipe('command') };
    }
  }

  #branch(type: BranchNode['type']): BranchNode {
    const mark = this.#scope.enter();
    const pipe = this.#expressions.pipe(type);
    if (type === 'range') this.#ranges += 1;
    const inside = this.#scope.enter();
    const { list, end } = this.#list();
    this.#scope.leaveNames(inside);
    if (type === 'range') this.#ranges -= 1;
    const otherwise = end.type === 'else' ? this.#otherwise(type, end) : undefined;
    this.#scope.leave(mark);
    return { type, source: pipe.source, position: pipe.position, pipe, list, otherwise };
  }

  /** What follows an `else`. An `else if` ends together with its `if`, an `else with` (Go 1.23) with its `with`. */
  #otherwise(type: BranchNode['type'], end: ListEnd): StatementNode[] {
    if (end.next !== undefined && end.next === type) {
      this.#tokens.next();
      this.#reading.depth += 1;
      if (this.#reading.depth > maxNesting) this.#tokens.fail(`actions are more than ${maxNesting} deep`);
      const node = this.#branch(type);
      this.#reading.depth -= 1;
      return [node];
    }
    const { list, end: last } = this.#list();
    if (last.type !== 'end') this.#tokens.fail(`expected end; found {{${last.type}}}`);
    return list;
  }

  #else(): ListEnd {
    const { type } = this.#tokens.peekNonSpace();
    if (type === 'if' || type === 'with') return { type: 'else', next: type };
    this.#tokens.expect('right delimiter', 'else');
    return { type: 'else' };
  }

  #jump(token: Token, type: 'break' | 'continue'): StatementNode {
    this.#tokens.expect('right delimiter', `{{${type}}}`);
    if (this.#ranges === 0) this.#tokens.fail(`{{${type}}} outside {{range}}`);
    return { type, ...this.#place(token) };
  }

  #template(): StatementNode {
    const context = 'template clause';
    const place = this.#place(this.#tokens.peekNonSpace());
    const name = this.#templateName(context);
    const bare = this.#tokens.peekNonSpace().type === 'right delimiter';
    if (bare) this.#tokens.next();
    return { type: 'template', ...place, name, pipe: bare ? undefined : this.#expressions.pipe(context) };
  }

  /** A definition and its invocation in one. */
  #block(): StatementNode {
    const context = 'block clause';
    const place = this.#place(this.#tokens.peekNonSpace());
    const name = this.#templateName(context);
    const pipe = this.#expressions.pipe(context);
    const block = new TemplateParser(this.#reading);
    block.#add(name, block.#closedList(context));
    return { type: 'template', ...place, name, pipe };
  }

  #templateName(context: string): string {
    const token = this.#tokens.nextNonSpace();
    if (token.type !== 'string' && token.type !== 'raw string') this.#tokens.unexpected(token, context);
    try {
      return parseString(token.value);
    } catch (error) {
      return this.#tokens.fail(error instanceof Error ? error.message : String(error));
    }
  }

  #place(token: Token): { source: Source; position: number } {
    return { source: this.#tokens.source, position: token.position };
  }
}

const isListEnd = (node: StatementNode | ListEnd): node is ListEnd =>
  node.type === 'end' || node.type === 'else';
