import { TemplateError, type TemplateSet } from '@armillary/go-template';
import { LRUCache } from 'lru-cache';
import { DeliveryError } from '../delivery-error.ts';
import type { TemplateText } from './template-text.ts';

/** How much of what receivers write is kept compiled beside the named templates: texts, and characters in them. */
const kept = { max: 200, maxSize: 4 * 1024 * 1024 };

/** What errors call a template that has no name. */
const unnamed = 'text';

/** Named templates, and what receivers write themselves, each compiled once. */
export class CompiledTemplates {
  readonly #set: TemplateSet;
  readonly #texts = new LRUCache<string, TemplateSet>({
    ...kept,
    sizeCalculation: (_, text) => text.length,
  });

  constructor(set: TemplateSet) {
    this.#set = set;
  }

  /** A set with more templates, for a receiver that brings its own. Throws `DeliveryError` `permanent`. */
  extended(texts: readonly TemplateText[]): CompiledTemplates {
    const set = this.#set.clone();
    for (const { name, text } of texts) attempt(`template file ${name}`, () => set.parse(name, text));
    return new CompiledTemplates(set);
  }

  /**
   * The text of a template over the data, without blanks and line ends behind it. `template` is a name, or a text with
   * actions, most often `{{ template "nm.default.text" . }}`. It may take so many milliseconds. Throws `DeliveryError`
   * `permanent`.
   */
  execute(template: string, data: unknown, milliseconds: number): string {
    if (template === '') return '';
    if (template.includes('{{')) {
      const text = attempt('the template of the receiver', () =>
        this.#compiled(template).execute(unnamed, data, { milliseconds }),
      );
      return withoutEnd(text);
    }
    if (!this.#set.has(template)) {
      throw new DeliveryError(
        'permanent',
        `there is no template ${JSON.stringify(template)}: define it in the ConfigMap that spec.template.text of the NotificationManager names, or in tmplText of the receiver`,
      );
    }
    return withoutEnd(
      attempt(`template ${template}`, () => this.#set.execute(template, data, { milliseconds })),
    );
  }

  #compiled(text: string): TemplateSet {
    const known = this.#texts.get(text);
    if (known) return known;
    const set = this.#set.clone().parse(unnamed, text);
    this.#texts.set(text, set);
    return set;
  }
}

const hints = {
  parse: 'correct the template',
  execute: 'correct the template',
  budget: 'make the template do less, or tell fewer alerts at once',
};

function attempt<T>(what: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const message = error.message.replace(/^template: /, '');
    throw new DeliveryError('permanent', `${what} failed: ${message}; ${hints[error.code]}`, {
      cause: error,
    });
  }
}

/** Without the blanks, line feeds and carriage returns at the end, as upstream sends it. */
function withoutEnd(text: string): string {
  let end = text.length;
  while (end > 0 && ' \r\n'.includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}
