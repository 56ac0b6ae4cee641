import type { ServedResource } from '../served-resource.ts';

const plural = (group: string, version: string, name: string): string => `${group}/${version}/${name}`;

/**
 * The resources that are served at this moment: the built-in ones, and those of established custom resource
 * definitions. Router, discovery, OpenAPI and the garbage collector all read it.
 */
export class Registry {
  readonly #builtin: readonly ServedResource[];
  readonly #custom = new Map<string, readonly ServedResource[]>();
  readonly #listeners = new Set<() => void>();
  #byPlural = new Map<string, ServedResource>();
  #byKind = new Map<string, ServedResource>();
  #all: ServedResource[] = [];
  #generation = 0;

  constructor(builtin: readonly ServedResource[]) {
    this.#builtin = builtin;
    this.#index();
  }

  /** Grows with every change; caches of what is served are keyed by it. */
  get generation(): number {
    return this.#generation;
  }

  /** Everything served: built-in resources first, then custom ones in the order their definitions came. */
  all(): readonly ServedResource[] {
    return this.#all;
  }

  find(group: string, version: string, name: string): ServedResource | undefined {
    return this.#byPlural.get(plural(group, version, name));
  }

  findKind(group: string, version: string, kind: string): ServedResource | undefined {
    return this.#byKind.get(plural(group, version, kind));
  }

  /** Serves `resources` for the definition `crdName` in place of what it served before; none when empty. */
  replaceCustom(crdName: string, resources: readonly ServedResource[]): void {
    if (resources.length > 0) this.#custom.set(crdName, resources);
    else if (!this.#custom.delete(crdName)) return;
    this.#index();
    for (const listener of this.#listeners) listener();
  }

  /** Calls `listener` after each change until the returned function is called. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #index(): void {
    this.#generation++;
    this.#all = [...this.#builtin, ...[...this.#custom.values()].flat()];
    this.#byPlural = new Map();
    this.#byKind = new Map();
    for (const resource of this.#all) {
      const byPlural = plural(resource.group, resource.version, resource.plural);
      if (!this.#byPlural.has(byPlural)) this.#byPlural.set(byPlural, resource);
      const byKind = plural(resource.group, resource.version, resource.kind);
      if (!this.#byKind.has(byKind)) this.#byKind.set(byKind, resource);
    }
  }
}
