import { hasCode } from '../client/kube-error.ts';
import { endsInitialEvents } from '../client/watch-event.ts';
import type { WatchEvent } from '../client/watch-event.ts';
import { formatKey, keyOf } from '../objects/kube-object.ts';
import type { KubeObject } from '../objects/kube-object.ts';

/** The server took `sendInitialEvents` and did not keep to it: use a list instead. */
export class WatchListIgnored extends Error {
  constructor() {
    super('the server does not send the initial events of a watch');
    this.name = 'WatchListIgnored';
  }
}

/** Collects the beginning of a watch with `sendInitialEvents`, until the bookmark that ends it. */
export class InitialEvents<T extends KubeObject> {
  readonly #objects = new Map<string, T>();

  /** Answers all objects once the end is there. Throws {@link WatchListIgnored} on a bookmark of another kind. */
  take(event: WatchEvent<T>): T[] | undefined {
    if (event.type === 'BOOKMARK') {
      if (!endsInitialEvents(event)) throw new WatchListIgnored();
      return [...this.#objects.values()];
    }
    const key = formatKey(keyOf(event.object));
    if (event.type === 'DELETED') this.#objects.delete(key);
    else this.#objects.set(key, event.object);
    return undefined;
  }
}

/** True when the server will not begin a watch with the present objects: it refuses the option, or ignores it. */
export function refusesWatchList(error: unknown): boolean {
  // Kubernetes before 1.27, or with the feature off, refuses resourceVersionMatch or sendInitialEvents.
  return error instanceof WatchListIgnored || hasCode(error, 'Invalid', 'BadRequest');
}
