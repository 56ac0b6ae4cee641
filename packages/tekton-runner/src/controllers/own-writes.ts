import type { KubeObject } from '@armillary/kube';

interface Written<T> {
  latest: T;
  /** Versions that our writes replaced; a cache that shows one of them is behind. */
  replaced: Set<string | undefined>;
}

/**
 * Remembers what this controller wrote until its cache shows it: a reconcile that starts from a version the
 * controller itself has replaced would only meet a conflict.
 */
export class OwnWrites<T extends KubeObject> {
  readonly #written = new Map<string, Written<T>>();

  /** The newer of what the cache shows and what was written. */
  newest(cached: T): T {
    const { uid = '', resourceVersion } = cached.metadata;
    const written = this.#written.get(uid);
    if (written === undefined) return cached;
    if (written.replaced.has(resourceVersion)) return written.latest;
    this.#written.delete(uid);
    return cached;
  }

  /** Takes note of a write. */
  note(before: T, after: T): void {
    const { uid = '', resourceVersion } = before.metadata;
    if (resourceVersion === after.metadata.resourceVersion) return;
    const replaced = this.#written.get(uid)?.replaced ?? new Set();
    replaced.add(resourceVersion);
    this.#written.set(uid, { latest: after, replaced });
  }

  /** Forgets an object that is gone. */
  forget(uid: string): void {
    this.#written.delete(uid);
  }
}
