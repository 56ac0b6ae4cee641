import { coreV1, type Clock, type KubeClient } from '@armillary/kube';
import { LRUCache } from 'lru-cache';
import type { ConfigMapReference } from '../kinds/config-map-reference.ts';
import type { TemplateText } from '../templates/template-text.ts';

/** Options of `TemplateTexts`. */
export interface TemplateTextsOptions {
  client: KubeClient;
  clock: Clock;
  /** The namespace of references that name none. */
  defaultNamespace(): string;
  /** Told once for each ConfigMap that cannot be read, until it can. */
  onProblem(message: string): void;
}

interface Kept {
  texts: TemplateText[];
  readAt: number;
  failing: boolean;
}

/** Most ConfigMaps kept; those unused for longest go first. */
const capacity = 500;

/**
 * Texts of ConfigMaps, read again when they are older than the reload cycle. A ConfigMap that cannot be read now
 * keeps its last texts: a message with an older template is better than none.
 */
export class TemplateTexts {
  readonly #options: TemplateTextsOptions;
  readonly #kept = new LRUCache<string, Kept>({ max: capacity });

  constructor(options: TemplateTextsOptions) {
    this.#options = options;
  }

  /** The texts of a ConfigMap: of the key that is named, else of every key, in the order of their names. */
  async read(reference: ConfigMapReference, maxAgeMs: number): Promise<readonly TemplateText[]> {
    const { namespace = this.#options.defaultNamespace(), name, key } = reference;
    const id = `${namespace}/${name}/${key ?? ''}`;
    const now = this.#options.clock.now();
    const known = this.#kept.get(id);
    // A clock that was set back does not make them last longer.
    if (known && Math.abs(now - known.readAt) < maxAgeMs) return known.texts;
    const kept: Kept = { texts: known?.texts ?? [], readAt: now, failing: known?.failing ?? false };
    try {
      kept.texts = await this.#fetch(namespace, name, key);
      kept.failing = false;
    } catch (error) {
      if (!kept.failing) {
        this.#options.onProblem(`ConfigMap ${namespace}/${name} cannot be read: ${(error as Error).message}`);
      }
      kept.failing = true;
    }
    this.#kept.set(id, kept);
    return kept.texts;
  }

  async #fetch(namespace: string, name: string, key: string | undefined): Promise<TemplateText[]> {
    const { data = {} } = await this.#options.client.resource(coreV1.configMaps).get(name, { namespace });
    if (key !== undefined && data[key] === undefined) throw new Error(`it has no key ${key}`);
    const keys = key === undefined ? Object.keys(data).toSorted() : [key];
    return keys.map((key) => ({ name: `${namespace}/${name}/${key}`, text: data[key] ?? '' }));
  }
}
