import type { KubeObject } from '@armillary/kube';
import type { SyncAnnotations, SyncStatus } from './metadata.ts';

/** What an object tells about its copy in Jenkins. */
export interface SyncNote {
  readonly status: SyncStatus;
  /** Why the copy is not as it should be. */
  readonly message?: string;
  /** Further annotations; null takes one away. */
  readonly annotations?: Readonly<Record<string, string | null>>;
}

/**
 * The annotations that tell it, as part of a merge patch, or undefined when the object tells it already. The time
 * alone is no news: it is when the status was found out, not when it was last confirmed. `now` is RFC 3339.
 */
export function syncAnnotationsPatch(
  object: KubeObject,
  names: SyncAnnotations,
  note: SyncNote,
  now: string,
): Record<string, string | null> | undefined {
  const present = object.metadata.annotations ?? {};
  const wanted: Record<string, string | null> = {
    ...note.annotations,
    [names.status]: note.status,
    [names.message]: note.message ?? null,
  };
  const told = Object.entries(wanted).every(([name, value]) => (present[name] ?? null) === value);
  return told ? undefined : { ...wanted, [names.time]: now };
}
