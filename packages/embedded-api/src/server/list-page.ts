import type { ServedResource } from '../served-resource.ts';
import { StatusError, badRequest, expired } from '../status-error.ts';
import { HistoryExpired } from '../storage/history.ts';
import type { KubeObject } from '../object.ts';
import { objectKey } from '../storage/collection.ts';
import type { Store } from '../storage/store.ts';
import { decodeContinue, encodeContinue, expiredContinue } from './continue-token.ts';
import type { ContinueToken } from './continue-token.ts';
import { fieldSelector } from './field-selector.ts';
import type { ObjectMatcher } from './label-selector.ts';
import { labelSelector } from './label-selector.ts';
import type { ListOptions, ListResult } from './operation-types.ts';
import { checkVersionQuery, parseResourceVersion, tooLargeVersion } from './resource-version.ts';
import { servedObject } from './served-object.ts';

// The real server waits about as long for its cache to reach a version.
const freshWaitMs = 3_000;

/**
 * Both selectors in one, over objects in the resource's version; undefined when everything is selected.
 * Throws a 400 for selectors that cannot be parsed.
 */
export function matcher(resource: ServedResource, options: ListOptions): ObjectMatcher | undefined {
  const byLabel = labelSelector(options.labelSelector);
  const byField = fieldSelector(options.fieldSelector, resource)?.matches;
  if (byLabel && byField) return (object) => byLabel(object) && byField(object);
  return byLabel ?? byField;
}

/** Resolves when the store has reached a version; throws the 504 for versions that stay in the future. */
export async function waitForVersion(store: Store, wanted: number, signal?: AbortSignal): Promise<void> {
  if (store.resourceVersion >= wanted) return;
  const reached = Promise.withResolvers<boolean>();
  const unsubscribe = store.subscribe(() => {
    if (store.resourceVersion >= wanted) reached.resolve(true);
  });
  const timer = setTimeout(() => reached.resolve(false), freshWaitMs);
  const abort = (): void => reached.resolve(false);
  signal?.addEventListener('abort', abort, { once: true });
  try {
    if (!(await reached.promise)) throw tooLargeVersion(wanted, store.resourceVersion);
  } finally {
    unsubscribe();
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

/** One page of a list, or all of it. An empty namespace lists all namespaces. */
export async function listPage(
  store: Store,
  resource: ServedResource,
  namespace: string,
  options: ListOptions,
): Promise<ListResult> {
  checkVersionQuery({ watch: false, ...options });
  const matches = matcher(resource, options);
  const limit = options.limit ?? 0;
  if (limit < 0) throw badRequest('limit must not be negative');
  const token = options.continue ? decodeContinue(options.continue) : undefined;
  if (token && options.resourceVersion && options.resourceVersion !== '0') {
    throw badRequest('specifying resource version is not allowed when using continue');
  }
  const asked = token ? undefined : parseResourceVersion(options.resourceVersion);
  if (asked !== undefined) await waitForVersion(store, asked, options.signal);
  const version = token
    ? token.resourceVersion
    : options.resourceVersionMatch === 'Exact'
      ? asked
      : undefined;
  const snapshot = version === undefined || version < 0 ? store.resourceVersion : version;
  const all = objectsAt(store, resource, namespace, snapshot, token);

  const items: KubeObject[] = [];
  let index = 0;
  for (; index < all.length; index++) {
    if (limit > 0 && items.length === limit) break;
    const stored = all[index]!;
    if (token && keyOf(stored) <= token.lastKey) continue;
    const object = servedObject(stored, resource);
    if (!matches || matches(object)) items.push(object);
  }
  const last = items.at(-1);
  if (index === all.length || !last) return { items, resourceVersion: String(snapshot) };
  return {
    items,
    resourceVersion: String(snapshot),
    continue: encodeContinue({ resourceVersion: snapshot, lastKey: keyOf(all[index - 1]!) }),
    // Counting what selectors would still match is not worth a scan; the real server leaves it out too.
    ...(matches ? {} : { remainingItemCount: all.length - index }),
  };
}

const keyOf = ({ metadata }: KubeObject): string => objectKey(metadata.namespace ?? '', metadata.name ?? '');

function objectsAt(
  store: Store,
  resource: ServedResource,
  namespace: string,
  version: number,
  token: ContinueToken | undefined,
): KubeObject[] {
  const within = namespace === '' ? undefined : namespace;
  try {
    if (version > store.resourceVersion) throw tooLargeVersion(version, store.resourceVersion);
    if (version === store.resourceVersion) return store.list(resource.storageKey, within);
    return store.listAt(resource.storageKey, within, version);
  } catch (error) {
    if (error instanceof StatusError || !(error instanceof HistoryExpired)) throw error;
    if (token) throw expiredContinue(token);
    throw expired(`The resourceVersion for the provided list is too old: ${version} (${error.floor + 1}).`);
  }
}
