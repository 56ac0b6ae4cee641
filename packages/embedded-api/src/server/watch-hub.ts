import type { KubeObject } from '../object.ts';
import type { ServedResource } from '../served-resource.ts';
import type { StoreEvent, StoreReader } from '../storage/store-event.ts';
import { watchLine, watchedChange } from './event-form.ts';
import type { ObjectForm } from './event-form.ts';
import type { ObjectMatcher } from './label-selector.ts';
import { apiVersionOf } from './served-object.ts';

/** One client that has caught up with the store and gets changes as they are committed. */
export interface Watcher {
  resource: ServedResource;
  /** Empty for all namespaces. */
  namespace: string;
  matches: ObjectMatcher | undefined;
  form: ObjectForm;
  /** Changes up to this version were sent already, or are not wanted. */
  after: number;
  bookmarks: boolean;
  /** Must not block and must not throw. */
  send(line: Buffer): void;
  /** Ends the stream, as when the server stops. */
  end(): void;
}

const bookmarkIntervalMs = 45_000;

/**
 * Hands committed changes to watchers, in resource-version order. The bytes of a change are made once for each
 * version, form and type, whatever the number of watchers. Bookmarks follow at least once a minute.
 */
export class WatchHub {
  readonly #store: StoreReader;
  readonly #onError: (error: unknown) => void;
  readonly #watchers = new Map<string, Set<Watcher>>();
  readonly #unsubscribe: () => void;
  readonly #timer: NodeJS.Timeout;

  /** `onError` is told of changes that could not be shown to a watcher, whose stream is then ended. */
  constructor(store: StoreReader, onError: (error: unknown) => void) {
    this.#store = store;
    this.#onError = onError;
    this.#unsubscribe = store.subscribe((events) => this.#publish(events));
    this.#timer = setInterval(() => this.bookmark(), bookmarkIntervalMs).unref();
  }

  /** How many watchers there are. */
  get size(): number {
    let size = 0;
    for (const watchers of this.#watchers.values()) size += watchers.size;
    return size;
  }

  /** Adds a watcher that has got everything up to the present; returns the function that removes it. */
  add(watcher: Watcher): () => void {
    const { storageKey } = watcher.resource;
    let watchers = this.#watchers.get(storageKey);
    if (!watchers) this.#watchers.set(storageKey, (watchers = new Set()));
    watchers.add(watcher);
    return () => {
      watchers.delete(watcher);
      if (watchers.size === 0 && this.#watchers.get(storageKey) === watchers)
        this.#watchers.delete(storageKey);
    };
  }

  /** Tells every watcher that wants to know how far it has come. */
  bookmark(): void {
    const lines = new Map<string, Buffer>();
    for (const watchers of this.#watchers.values()) {
      for (const watcher of watchers) {
        if (!watcher.bookmarks) continue;
        const key = `${apiVersionOf(watcher.resource)} ${watcher.resource.kind} ${watcher.form.key}`;
        this.#guard(watcher, () => {
          let line = lines.get(key);
          if (!line) lines.set(key, (line = bookmarkLine(watcher, this.#store.resourceVersion)));
          watcher.send(line);
        });
      }
    }
  }

  /** Ends the streams of resources that are served no more, or differently: clients look again at what there is. */
  endUnserved(isServed: (resource: ServedResource) => boolean): void {
    for (const watchers of this.#watchers.values()) {
      for (const watcher of watchers) if (!isServed(watcher.resource)) watcher.end();
    }
  }

  /** Ends all streams. */
  close(): void {
    clearInterval(this.#timer);
    this.#unsubscribe();
    for (const watchers of this.#watchers.values()) for (const watcher of watchers) watcher.end();
  }

  #publish(events: readonly StoreEvent[]): void {
    for (const event of events) {
      const watchers = this.#watchers.get(event.storageKey);
      if (!watchers) continue;
      const lines = new Map<string, Buffer>();
      for (const watcher of watchers) this.#guard(watcher, () => deliver(event, watcher, lines));
    }
  }

  /** What goes wrong for one watcher must not cost the others a change, nor end the process. */
  #guard(watcher: Watcher, send: () => void): void {
    try {
      send();
    } catch (error) {
      this.#onError(error);
      watcher.end();
    }
  }
}

/** Sends a change to a watcher if it is to see it. `lines` shares what was made for others. */
export function deliver(event: StoreEvent, watcher: Watcher, lines: Map<string, Buffer>): void {
  const { resource, namespace } = watcher;
  if (event.resourceVersion <= watcher.after) return;
  if (namespace !== '' && event.namespace !== namespace) return;
  const change = watchedChange(event, resource, watcher.matches);
  if (!change) return;
  const key = `${change.type} ${apiVersionOf(resource)} ${watcher.form.key}`;
  let line = lines.get(key);
  if (!line) lines.set(key, (line = watchLine(change.type, watcher.form.text(change.object))));
  watcher.send(line);
}

/** A bookmark at `version`; `initialEnd` marks the end of the initial events of a watch-list. */
export function bookmarkLine({ resource, form }: Watcher, version: number, initialEnd = false): Buffer {
  const object: KubeObject = {
    kind: resource.kind,
    apiVersion: apiVersionOf(resource),
    metadata: {
      resourceVersion: String(version),
      creationTimestamp: null,
      ...(initialEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}),
    },
  };
  return watchLine('BOOKMARK', form.text(object));
}
