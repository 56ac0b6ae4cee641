import type { KubeObject } from '../object.ts';
import type { ServedResource } from '../served-resource.ts';
import { objectText } from '../storage/object-text.ts';
import type { StoreEvent } from '../storage/store-event.ts';
import type { ObjectMatcher } from './label-selector.ts';
import { servedObject } from './served-object.ts';

/** What one watcher is told about a stored change. */
export interface WatchedChange {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** In the version of the watched resource. */
  object: KubeObject;
}

/**
 * Translates a stored change for a watcher that sees only part of the objects: an object that begins to match its
 * selectors is ADDED, one that ceases to is DELETED with its last matching state. Undefined when it is told nothing.
 */
export function watchedChange(
  event: StoreEvent,
  resource: ServedResource,
  matches: ObjectMatcher | undefined,
): WatchedChange | undefined {
  const object = servedObject(event.object, resource);
  if (!matches) return { type: event.type, object };
  const before = event.previous !== undefined && matches(servedObject(event.previous, resource));
  if (event.type === 'DELETED') return before ? { type: 'DELETED', object } : undefined;
  if (matches(object)) return { type: before ? 'MODIFIED' : 'ADDED', object };
  return before ? { type: 'DELETED', object: lastMatching(event, resource) } : undefined;
}

const departed = new WeakMap<StoreEvent, WeakMap<ServedResource, KubeObject>>();

/** The previous state with the version of the change; made once, so that its text is shared too. */
function lastMatching(event: StoreEvent, resource: ServedResource): KubeObject {
  let versions = departed.get(event);
  if (!versions) departed.set(event, (versions = new WeakMap()));
  let object = versions.get(resource);
  if (!object) {
    const previous = servedObject(event.previous!, resource);
    object = {
      ...previous,
      metadata: { ...previous.metadata, resourceVersion: String(event.resourceVersion) },
    };
    versions.set(resource, object);
  }
  return object;
}

/** One line of a watch stream. `text` is the JSON of the object. */
export const watchLine = (type: string, text: string): Buffer =>
  Buffer.from(`{"type":"${type}","object":${text}}\n`);

/** Makes the JSON text of an object in the form that clients asked for; clients with equal keys share the bytes. */
export interface ObjectForm {
  key: string;
  text(object: KubeObject): string;
}

/** Objects as they are. */
export const objectForm: ObjectForm = { key: 'object', text: objectText };
