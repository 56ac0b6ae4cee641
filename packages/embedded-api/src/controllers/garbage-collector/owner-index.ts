import type { OwnerReference } from '../../object.ts';

/** Which objects name an object as their owner, by uid. Objects without owners take no room here. */
export class OwnerIndex {
  readonly #dependents = new Map<string, Set<string>>();
  readonly #owners = new Map<string, string[]>();

  /** Records the owners of the object with this key; an empty list forgets it. */
  set(key: string, references: readonly OwnerReference[]): void {
    for (const uid of this.#owners.get(key) ?? []) {
      const dependents = this.#dependents.get(uid);
      dependents?.delete(key);
      if (dependents?.size === 0) this.#dependents.delete(uid);
    }
    if (references.length === 0) {
      this.#owners.delete(key);
      return;
    }
    const uids = references.map(({ uid }) => uid);
    this.#owners.set(key, uids);
    for (const uid of uids) {
      const dependents = this.#dependents.get(uid);
      if (dependents) dependents.add(key);
      else this.#dependents.set(uid, new Set([key]));
    }
  }

  /** Keys of the objects that name this uid. */
  dependents(uid: string): string[] {
    return [...(this.#dependents.get(uid) ?? [])];
  }
}
