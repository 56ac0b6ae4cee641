import type { Budget } from '../budget.ts';
import type { Node } from '../syntax/node.ts';
import { nodeText } from '../syntax/node-text.ts';
import { TemplateError } from '../template-error.ts';
import { utf8Length } from '../values/utf8.ts';
import { quote } from '../format/quote.ts';
import type { CompiledTemplate } from './compile-template.ts';
import type { Output } from './output.ts';

/** Characters of an action that an error shows. */
const maxQuoted = 500;

/** What the closures of a compiled template need to know of the set they belong to. */
export interface RunSettings {
  readonly templates: ReadonlyMap<string, CompiledTemplate>;
  readonly missingKey: 'default' | 'zero' | 'error';
  readonly html: boolean;
}

/** One execution: where it is, and what is left of its budget. */
export class Run {
  readonly settings: RunSettings;
  readonly output: Output;
  /** The name of the template that is being executed. */
  template: string;
  readonly #budget: Budget;
  readonly #deadline: number;
  #node: Node | undefined;
  #depth = 0;
  #steps = 0;
  #nextLook = 1_000;

  constructor(template: string, settings: RunSettings, output: Output, budget: Budget) {
    this.template = template;
    this.settings = settings;
    this.output = output;
    this.#budget = budget;
    this.#deadline = performance.now() + budget.milliseconds;
  }

  /** Notes where the execution is; errors are reported for the last place noted. */
  at(node: Node): void {
    this.#node = node;
    this.spend(1);
  }

  /** Takes steps from the budget. */
  spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > this.#budget.steps) this.exhausted(`more than ${this.#budget.steps} steps`);
    if (this.#steps < this.#nextLook) return;
    this.#nextLook = this.#steps + 1_000;
    this.checkTime();
  }

  /** To be called after anything of which one step can take long. */
  checkTime(): void {
    if (performance.now() > this.#deadline) this.exhausted(`more than ${this.#budget.milliseconds} ms`);
  }

  /** Takes the cost of a string that was made. */
  made(text: string): void {
    if (text.length > this.#budget.outputBytes) {
      this.exhausted(`a string of more than ${this.#budget.outputBytes} bytes`);
    }
    this.spend(text.length >> 6);
  }

  /** To be called after writing. */
  written(): void {
    if (this.output.bytes > this.#budget.outputBytes) {
      this.exhausted(`a result of more than ${this.#budget.outputBytes} bytes`);
    }
  }

  /** Executes another template. */
  call(template: CompiledTemplate, dot: unknown): void {
    if (this.#depth >= this.#budget.depth)
      this.exhausted(`a template depth of more than ${this.#budget.depth}`);
    const caller = this.template;
    this.template = template.name;
    this.#depth += 1;
    template.execute(this, dot);
    this.#depth -= 1;
    this.template = caller;
  }

  /** Ends the execution as Go does, with the place and what is wrong there. */
  fail(message: string, cause?: unknown): never {
    throw this.#error('execute', message, cause);
  }

  /** Ends the execution for want of budget. */
  exhausted(what: string, cause?: unknown): never {
    throw this.#error('budget', `exceeded the budget: ${what}`, cause);
  }

  #error(code: 'execute' | 'budget', message: string, cause: unknown): TemplateError {
    const where = this.#node
      ? `${placeText(this.#node)}: executing ${quote(this.template)} at <${shortened(nodeText(this.#node))}>`
      : this.template;
    return new TemplateError(
      code,
      this.template,
      `template: ${where}: ${message}`,
      cause === undefined ? {} : { cause },
    );
  }
}

/** An action may be as long as its template. */
const shortened = (text: string): string =>
  text.length > maxQuoted ? `${text.slice(0, maxQuoted)}...` : text;

/** `name:line:column`; as in Go columns are bytes from 0, lines count from 1. */
function placeText({ source, position }: Node): string {
  const before = source.text.slice(0, position).split('\n');
  return `${source.name}:${before.length}:${utf8Length(before.at(-1) ?? '')}`;
}
