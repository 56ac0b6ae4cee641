import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { KubeObject } from '../object.ts';
import { expired } from '../status-error.ts';
import { HistoryExpired } from '../storage/history.ts';
import type { Store } from '../storage/store.ts';
import { ended } from './ended.ts';
import { watchLine } from './event-form.ts';
import { bookmarkLine, deliver } from './watch-hub.ts';
import type { WatchHub, Watcher } from './watch-hub.ts';
import { servedObject } from './served-object.ts';

/** Where a watch begins, and how it is kept in bounds. */
export interface WatchStart {
  /** Begins after this version; undefined begins with the present state. */
  resourceVersion: number | undefined;
  /** Sends the present state first, as ADDED events. */
  initialEvents: boolean;
  /** Marks the end of the initial events by a bookmark. */
  initialEnd: boolean;
  timeoutMs: number;
}

/** What a watch stream needs of its surroundings. */
export interface WatchSource {
  store: Store;
  hub: WatchHub;
  /** Bytes that may wait for a slow reader before it is dropped. */
  maxBufferedBytes: number;
}

const sliceSize = 200;
const endGraceMs = 10_000;

/**
 * Serves one watch until it times out, the client leaves, or the client cannot follow. The initial state and the
 * history are read slice by slice at the client's pace; only then is it given live changes, of which no more than
 * `maxBufferedBytes` ever wait.
 */
export async function streamWatch(
  source: WatchSource,
  response: ServerResponse,
  watch: Omit<Watcher, 'send' | 'end' | 'after'>,
  start: WatchStart,
): Promise<void> {
  const { store, hub } = source;
  const floor = store.historyFloor;
  const from = start.resourceVersion;
  if (!start.initialEvents && from !== undefined && from < floor) {
    throw expired(`too old resource version: ${from} (${floor + 1})`);
  }
  response.setHeader('content-type', 'application/json');
  response.setHeader('cache-control', 'no-cache, private');
  response.writeHead(200);
  response.flushHeaders();
  const closed = ended(response);
  const end = (): void => endSoon(response, closed);
  const timer = setTimeout(end, start.timeoutMs).unref();
  const watcher: Watcher = {
    ...watch,
    after: 0,
    send: (line) => {
      // Ended, but not yet taken by the client: changes come on until the connection is closed.
      if (!open(response)) return;
      response.write(line);
      if (response.writableLength > source.maxBufferedBytes) response.destroy();
    },
    end,
  };
  let remove: (() => void) | undefined;
  try {
    const begun = await sendInitial(store, response, watcher, start, closed);
    if (await replay(store, response, watcher, begun, closed)) {
      remove = hub.add(watcher);
      // Nothing can be committed between the end of the replay and this line.
      if (start.initialEvents && start.initialEnd) {
        watcher.send(bookmarkLine(watcher, store.resourceVersion, true));
      }
    }
    await closed;
  } finally {
    remove?.();
    clearTimeout(timer);
  }
}

/** Sends the present state if it is wanted; returns the version from which the history goes on. */
async function sendInitial(
  store: Store,
  response: ServerResponse,
  watcher: Watcher,
  start: WatchStart,
  closed: Promise<unknown>,
): Promise<number> {
  const version = store.resourceVersion;
  if (!start.initialEvents) return start.resourceVersion ?? version;
  const { resource, namespace, matches, form } = watcher;
  const objects: KubeObject[] = store.list(resource.storageKey, namespace === '' ? undefined : namespace);
  for (let from = 0; from < objects.length && open(response); from += sliceSize) {
    for (const stored of objects.slice(from, from + sliceSize)) {
      const object = servedObject(stored, resource);
      if (!matches || matches(object)) response.write(watchLine('ADDED', form.text(object)));
    }
    await room(response, closed);
  }
  return version;
}

/** Sends the history after `version`, until the present is reached; false when the stream has ended before. */
async function replay(
  store: Store,
  response: ServerResponse,
  watcher: Watcher,
  version: number,
  closed: Promise<unknown>,
): Promise<boolean> {
  watcher.after = version;
  while (open(response)) {
    try {
      const events = store.eventsSince(watcher.after, watcher.resource.storageKey, sliceSize);
      for (const event of events) deliver(event, watcher, new Map());
      if (events.length < sliceSize) return true;
      watcher.after = events.at(-1)!.resourceVersion;
    } catch (error) {
      if (!(error instanceof HistoryExpired)) throw error;
      const { status } = expired(`too old resource version: ${watcher.after} (${error.floor + 1})`);
      response.end(watchLine('ERROR', JSON.stringify(status)));
      return false;
    }
    await room(response, closed);
  }
  return false;
}

/** Ends the stream in order; a client that does not take the end is cut off. */
function endSoon(response: ServerResponse, closed: Promise<void>): void {
  if (!open(response)) return;
  response.end();
  const timer = setTimeout(() => response.destroy(), endGraceMs).unref();
  void closed.then(() => clearTimeout(timer));
}

const open = (response: ServerResponse): boolean => !response.writableEnded && !response.destroyed;

/** Resolves when the client has taken what was sent, and after other requests had their turn. */
async function room(response: ServerResponse, closed: Promise<unknown>): Promise<void> {
  if (response.writableNeedDrain) await Promise.race([once(response, 'drain'), closed]);
  else await nextTurn();
}
