import { defaultBudget, TemplateError, TemplateSet } from '@armillary/go-template';
import type { Clock } from '@armillary/kube';
import { LRUCache } from 'lru-cache';
import type { Alert } from '../alerts/alert.ts';
import { CompiledTemplates } from './compiled-templates.ts';
import { defaultTemplates } from './default-templates.ts';
import { defaultLanguage, dictionaryOf } from './dictionary.ts';
import { templateData } from './template-data.ts';
import { templateFunctions } from './template-functions.ts';
import type { TemplateText } from './template-text.ts';

/** What templates are made of: the texts of ConfigMaps. */
export interface TemplatesSource {
  /** Template files; each may define many templates, and a later one defines those of an earlier one anew. */
  readonly texts: readonly TemplateText[];
  readonly languagePacks: readonly TemplateText[];
  /** English when absent. */
  readonly language?: string | undefined;
}

/** What is rendered beside the alerts themselves. */
export interface RendererOptions {
  readonly groupLabels: Readonly<Record<string, string>>;
  readonly receiverName?: string;
  /** `tmplText` of the receiver: template files for it alone. */
  readonly texts?: readonly TemplateText[];
  /** For all that is rendered, together; five seconds when absent. */
  readonly milliseconds?: number;
}

/** How a template is rendered. */
interface RenderOptions {
  readonly html?: boolean;
  readonly groupLabels?: Readonly<Record<string, string>>;
}

/**
 * Renders a template, by its name or given as text, over alerts. `html` escapes what is inserted; `groupLabels` stand
 * for those of the renderer, for a channel that escapes values in a way of its own. Trailing blanks and line ends are
 * gone. Throws `DeliveryError` `permanent` when the template fails.
 */
export type Render = (template: string, alerts: readonly Alert[], options?: RenderOptions) => string;

/** Milliseconds for all texts of one notice, of which a thousand alerts take some fifty, and for one of them. */
const usualMs = 5_000;
const mostMs = defaultBudget.milliseconds;

/** How many template files of single receivers are kept compiled: sets, and characters in them. */
const kept = { max: 100, maxSize: 8 * 1024 * 1024 };

/**
 * All templates of the program, compiled once where upstream compiles them for every receiver and batch. A file that is
 * no template is left out and told in `problems`; messages go on with the others and with our own.
 */
export class Templates {
  /** What is wrong with the texts, in words for their author. */
  readonly problems: readonly string[];
  readonly #source: TemplatesSource;
  readonly #compiled: Record<'text' | 'html', CompiledTemplates>;
  readonly #own = new LRUCache<string, CompiledTemplates>({
    ...kept,
    sizeCalculation: (_, texts) => texts.length,
  });

  constructor(source: TemplatesSource, clock: Clock) {
    const problems = new Set<string>();
    const onProblem = (problem: string): void => void problems.add(problem);
    const language = source.language || defaultLanguage;
    const dictionary = dictionaryOf(language, source.languagePacks, onProblem);
    const functions = templateFunctions({ language, dictionary, clock });
    const compile = (html: boolean): CompiledTemplates => {
      const set = new TemplateSet({ functions, missingKey: 'zero', html });
      for (const { name, text } of defaultTemplates) set.parse(name, text);
      for (const { name, text } of source.texts) {
        try {
          set.parse(name, text);
        } catch (error) {
          if (!(error instanceof TemplateError)) throw error;
          onProblem(`template file ${name} is left out: ${error.message}`);
        }
      }
      return new CompiledTemplates(set);
    };
    this.#source = source;
    this.#compiled = { text: compile(false), html: compile(true) };
    this.problems = [...problems];
  }

  /** Whether these are the templates of these texts: if not, it is time for new ones. */
  isOf(source: TemplatesSource): boolean {
    return (
      (source.language || defaultLanguage) === (this.#source.language || defaultLanguage) &&
      isSame(source.texts, this.#source.texts) &&
      isSame(source.languagePacks, this.#source.languagePacks)
    );
  }

  /**
   * How to render for one notice to one receiver. The time is for all of it: each of its alerts is rendered by itself,
   * and nothing else happens in the process meanwhile. Throws `DeliveryError` `permanent`, then or when the receiver's
   * own files are no templates.
   */
  renderer(options: RendererOptions): Render {
    const { texts = [], milliseconds = usualMs, ...about } = options;
    let leftMs = milliseconds;
    return (template, alerts, { html = false, groupLabels = about.groupLabels } = {}) => {
      const startedAt = performance.now();
      try {
        const compiled = this.#for(html ? 'html' : 'text', texts);
        const data = templateData({ ...about, groupLabels, alerts });
        return compiled.execute(template, data, Math.max(0, Math.min(leftMs, mostMs)));
      } finally {
        leftMs -= performance.now() - startedAt;
      }
    };
  }

  #for(mode: 'text' | 'html', texts: readonly TemplateText[]): CompiledTemplates {
    const compiled = this.#compiled[mode];
    if (texts.length === 0) return compiled;
    const key = JSON.stringify([mode, ...texts.map(({ text }) => text)]);
    const known = this.#own.get(key);
    if (known) return known;
    const extended = compiled.extended(texts);
    this.#own.set(key, extended);
    return extended;
  }
}

const isSame = (some: readonly TemplateText[], others: readonly TemplateText[]): boolean =>
  some === others ||
  (some.length === others.length &&
    some.every(({ name, text }, index) => name === others[index]?.name && text === others[index].text));
