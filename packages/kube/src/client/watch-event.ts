import type { KubeObject } from '../objects/kube-object.ts';

/** A bookmark: nothing changed up to this resource version. */
export interface BookmarkObject {
  apiVersion: string;
  kind: string;
  metadata: { resourceVersion: string; annotations?: Record<string, string> };
}

/**
 * One event of a watch. `ERROR` events are not among them: the watch throws the {@link KubeError} of their
 * `Status`. A DELETED event carries the last state.
 */
export type WatchEvent<T extends KubeObject = KubeObject> =
  { type: 'ADDED' | 'MODIFIED' | 'DELETED'; object: T } | { type: 'BOOKMARK'; object: BookmarkObject };

/** True for the bookmark that ends the initial events of a watch with `sendInitialEvents`. */
export function endsInitialEvents(event: WatchEvent): boolean {
  return (
    event.type === 'BOOKMARK' && event.object.metadata.annotations?.['k8s.io/initial-events-end'] === 'true'
  );
}
