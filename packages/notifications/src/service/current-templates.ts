import type { Clock } from '@armillary/kube';
import type { ConfigMapReference } from '../kinds/config-map-reference.ts';
import type { NotificationManagerSpec } from '../kinds/notification-manager.ts';
import type { TemplateTexts } from '../objects/template-texts.ts';
import { Templates } from '../templates/templates.ts';
import type { TemplateText } from '../templates/template-text.ts';
import { parseGoDuration } from '../validation/go-duration.ts';

/** Upstream's `reloadCycle`, in milliseconds. */
const usualReloadMs = 60_000;

/** Options of `CurrentTemplates`. */
export interface CurrentTemplatesOptions {
  texts: TemplateTexts;
  clock: Clock;
  /** `spec` of the NotificationManager that counts now. */
  spec(): Partial<NotificationManagerSpec> | undefined;
  /** Told once for each problem of a template file. */
  onProblem(message: string): void;
}

/** The templates that the NotificationManager names, read and compiled anew when a ConfigMap has changed. */
export class CurrentTemplates {
  readonly #options: CurrentTemplatesOptions;
  #templates: Templates | undefined;

  constructor(options: CurrentTemplatesOptions) {
    this.#options = options;
  }

  /** The templates as of now. */
  async get(): Promise<Templates> {
    const { template = {} } = this.#options.spec() ?? {};
    const [texts, languagePacks] = await Promise.all([
      this.read(template.text === undefined ? [] : [template.text]),
      this.read(template.languagePack ?? []),
    ]);
    const source = { texts, languagePacks, language: template.language };
    if (!this.#templates?.isOf(source)) {
      this.#templates = new Templates(source, this.#options.clock);
      for (const problem of this.#templates.problems) this.#options.onProblem(problem);
    }
    return this.#templates;
  }

  /** The texts of ConfigMaps, none older than the reload cycle. */
  async read(references: readonly ConfigMapReference[]): Promise<TemplateText[]> {
    const cycle = this.#options.spec()?.template?.reloadCycle;
    const maxAgeMs = (cycle === undefined ? undefined : parseGoDuration(cycle)) ?? usualReloadMs;
    const texts = await Promise.all(
      references.map((reference) => this.#options.texts.read(reference, maxAgeMs)),
    );
    return texts.flat();
  }
}
