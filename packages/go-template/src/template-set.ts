import { defaultBudget, isEngineLimit, type Budget } from './budget.ts';
import { compileTemplate, type CompiledTemplate } from './evaluate/compile-template.ts';
import { HtmlOutput } from './evaluate/html-output.ts';
import { TextOutput } from './evaluate/output.ts';
import { Run } from './evaluate/run.ts';
import { quote } from './format/quote.ts';
import { builtins } from './functions/builtins.ts';
import { escapable, escapeHtml } from './functions/escape.ts';
import { goFunction, type GoFunction } from './functions/go-function.ts';
import { isEmptyBody } from './syntax/node.ts';
import { parseSource } from './syntax/parser.ts';
import { TemplateError } from './template-error.ts';
import { safeHtml } from './values/go-type.ts';
import { compareText } from './values/utf8.ts';

/** How the templates of a set behave. */
export interface TemplateSetOptions {
  /** Functions by name, beside Go's own and before them. */
  readonly functions?: Readonly<Record<string, GoFunction>>;
  /**
   * What `.X` gives on a map without that key, as Go's Option("missingkey=…"): `default` writes `<no value>`, `zero`
   * the zero value of the map's elements, `error` ends the execution. Default: `default`.
   */
  readonly missingKey?: 'default' | 'zero' | 'error';
  /**
   * Whether what actions give is escaped for HTML, unless it is a `safeHtml` value: text and the values of attributes,
   * with addresses checked for their scheme. No analysis of scripts, styles, event handlers and comments is made.
   * Default: false.
   */
  readonly html?: boolean;
}

/** A text that is longer than this is no template. */
const maxSource = 1024 * 1024;

/** In HTML what went through `html` is not escaped once more. */
const htmlBuiltins: Readonly<Record<string, GoFunction>> = {
  html: goFunction(['...any'], (...values) => safeHtml.of(escapeHtml(escapable(values)))),
};

/**
 * Templates that know each other by name, in the language of Go's text/template. Parse once, execute often.
 *
 * Templates are untrusted: they reach only what the data, its types and the functions list, and every execution has a
 * budget.
 *
 * @example
 * const set = new TemplateSet({ functions: { upper: goFunction(['string'], (text) => text.toUpperCase()) } });
 * set.parse('greeting', 'Hello {{ .name | upper }}!');
 * set.execute('greeting', { name: 'Go' }); // Hello GO!
 */
export class TemplateSet {
  readonly #options: TemplateSetOptions;
  readonly #functions: ReadonlyMap<string, GoFunction>;
  readonly #templates = new Map<string, CompiledTemplate>();

  constructor(options: TemplateSetOptions = {}) {
    this.#options = options;
    this.#functions = new Map(
      Object.entries({ ...builtins, ...(options.html ? htmlBuiltins : {}), ...options.functions }),
    );
  }

  /**
   * Adds the template `name` and all that its text defines. A template that is already there is replaced, but not by
   * one that holds only space: as in Go a file of definitions may be parsed under any name.
   *
   * @throws TemplateError with code `parse`; the set is then as it was.
   */
  parse(name: string, text: string): this {
    if (text.length > maxSource) {
      throw new TemplateError(
        'parse',
        name,
        `template: ${name}: the text is longer than ${maxSource} characters`,
      );
    }
    const trees = parseSource({ name, text }, (word) => this.#functions.has(word));
    for (const [key, tree] of trees) {
      if (this.#templates.has(key) && isEmptyBody(tree.body)) continue;
      this.#templates.set(key, compileTemplate(tree, this.#functions));
    }
    return this;
  }

  has(name: string): boolean {
    return this.#templates.has(name);
  }

  /** The names of all templates, in byte order. */
  names(): string[] {
    return [...this.#templates.keys()].sort(compareText);
  }

  /** A set with the same templates, options and functions. What is parsed into one does not show in the other. */
  clone(): TemplateSet {
    const copy = new TemplateSet(this.#options);
    for (const [name, template] of this.#templates) copy.#templates.set(name, template);
    return copy;
  }

  /**
   * What a template makes of its data.
   *
   * @param budget limits that differ from {@link defaultBudget}
   * @throws TemplateError with code `execute` or `budget`; nothing of the text is given then.
   */
  execute(name: string, data: unknown, budget: Partial<Budget> = {}): string {
    const template = this.#templates.get(name);
    if (!template)
      throw new TemplateError('execute', name, `template: no template ${quote(name)} in this set`);
    const { missingKey = 'default', html = false } = this.#options;
    const settings = { templates: this.#templates, missingKey, html };
    const output = html ? new HtmlOutput() : new TextOutput();
    const run = new Run(name, settings, output, { ...defaultBudget, ...budget });
    try {
      template.execute(run, data);
    } catch (error) {
      if (isEngineLimit(error)) run.exhausted('the stack is full or a string too long', error);
      throw error;
    }
    return output.text;
  }
}
