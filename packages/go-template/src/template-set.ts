import type { Budget } from './budget.ts';
import type { GoFunction } from './functions/go-function.ts';
import { TemplateError } from './template-error.ts';

/** How the templates of a set behave. */
export interface TemplateSetOptions {
  /** Functions by name, beside and before Go's own. */
  readonly functions?: Readonly<Record<string, GoFunction>>;
  /** What `.X` gives on a map without it: `<no value>`, the zero value of the map's type, or an error. */
  readonly missingKey?: 'default' | 'zero' | 'error';
  /** Escape what every action writes, for text and quoted attributes of HTML. */
  readonly html?: boolean;
}

/** Templates that know each other by name. Parse once, execute often. */
export class TemplateSet {
  readonly #options: TemplateSetOptions;
  readonly #templates = new Map<string, unknown>();

  constructor(options: TemplateSetOptions = {}) {
    this.#options = options;
  }

  parse(name: string, text: string): this {
    this.#templates.set(name, text);
    return this;
  }

  has(name: string): boolean {
    return this.#templates.has(name);
  }

  names(): string[] {
    return [...this.#templates.keys()].sort();
  }

  clone(): TemplateSet {
    const copy = new TemplateSet(this.#options);
    for (const [name, template] of this.#templates) copy.#templates.set(name, template);
    return copy;
  }

  execute(name: string, _data: unknown, _budget?: Partial<Budget>): string {
    throw new TemplateError('execute', name, `template: ${name}: not yet`);
  }
}
