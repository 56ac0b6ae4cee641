import type { KubeObject } from '../object.ts';
import type { ServedResource } from '../served-resource.ts';
import { conflict } from '../status-error.ts';
import { timestamp } from './timestamp.ts';
import type { DeleteOptions } from './operation-types.ts';

const orphan = 'orphan';
const foreground = 'foregroundDeletion';

/** What a DELETE does to an object: nothing more, a change that starts its termination, or its removal. */
export type Deletion =
  { action: 'keep' } | { action: 'terminate'; object: KubeObject } | { action: 'remove'; object: KubeObject };

/** Throws the 409 when uid or resource version are not those that were asked for. */
export function checkPreconditions(
  resource: ServedResource,
  { metadata }: KubeObject,
  wanted: DeleteOptions['preconditions'],
): void {
  const group = { group: resource.group, resource: resource.plural };
  const name = metadata.name ?? '';
  if (wanted?.uid !== undefined && wanted.uid !== metadata.uid) {
    throw conflict(
      group,
      name,
      `Precondition failed: UID in precondition: ${wanted.uid}, UID in object meta: ${metadata.uid ?? ''}`,
    );
  }
  if (wanted?.resourceVersion !== undefined && wanted.resourceVersion !== metadata.resourceVersion) {
    throw conflict(
      group,
      name,
      `Precondition failed: ResourceVersion in precondition: ${wanted.resourceVersion}, ResourceVersion in object ` +
        `meta: ${metadata.resourceVersion ?? ''}`,
    );
  }
}

/** Decides what happens to `stored`, following the generic registry store of k8s.io/apiserver. */
export function planDeletion(
  resource: ServedResource,
  stored: KubeObject,
  options: DeleteOptions,
  now: Date,
): Deletion {
  const first = stored.metadata.deletionTimestamp === undefined;
  const live = (first && resource.strategy.prepareForDelete?.(stored, now)) || stored;
  const metadata = live.metadata;
  const finalizers = withPropagation(metadata.finalizers ?? [], options);
  const grace = gracePeriod(resource, live, options);
  const stays = finalizers.length > 0 || grace > 0 || namespaceContent(resource, live);
  if (!stays) return { action: 'remove', object: live };
  const since = metadata.deletionTimestamp;
  const shorter = since !== undefined && grace < (metadata.deletionGracePeriodSeconds ?? 0);
  if (since !== undefined && !shorter && sameFinalizers(finalizers, metadata.finalizers)) {
    return { action: 'keep' };
  }
  const next: KubeObject = { ...live, metadata: { ...metadata } };
  if (finalizers.length > 0) next.metadata.finalizers = finalizers;
  else delete next.metadata.finalizers;
  if (since === undefined || shorter) {
    next.metadata.deletionTimestamp = timestamp(new Date(now.getTime() + grace * 1000));
    if (resource.storageKey !== 'namespaces') next.metadata.deletionGracePeriodSeconds = grace;
    if (since === undefined && metadata.generation) next.metadata.generation = metadata.generation + 1;
  }
  if (resource.storageKey === 'namespaces') {
    next['status'] = { ...(live['status'] as object | undefined), phase: 'Terminating' };
  }
  return { action: 'terminate', object: next };
}

/** True when an update leaves an object that is being deleted with nothing to wait for. */
export function mayGo(resource: ServedResource, { metadata, ...rest }: KubeObject): boolean {
  return (
    metadata.deletionTimestamp !== undefined &&
    (metadata.finalizers ?? []).length === 0 &&
    (metadata.deletionGracePeriodSeconds ?? 0) === 0 &&
    !(resource.storageKey === 'namespaces' && specFinalizers(rest).length > 0)
  );
}

const specFinalizers = (object: Record<string, unknown>): unknown[] =>
  (object['spec'] as { finalizers?: unknown[] } | undefined)?.finalizers ?? [];

/** A namespace's first deletion only marks it, whatever its finalizers; later ones wait for its content. */
const namespaceContent = (resource: ServedResource, live: KubeObject): boolean =>
  resource.storageKey === 'namespaces' &&
  (live.metadata.deletionTimestamp === undefined || specFinalizers(live).length > 0);

function withPropagation(current: readonly string[], options: DeleteOptions): string[] {
  const { propagationPolicy: policy, orphanDependents } = options;
  const decided = policy !== undefined || orphanDependents !== undefined;
  const wantsOrphan = orphanDependents ?? policy === 'Orphan';
  const wantsForeground = orphanDependents === undefined && policy === 'Foreground';
  if (!decided) return [...current];
  return [
    ...current.filter((finalizer) => finalizer !== orphan && finalizer !== foreground),
    ...(wantsOrphan ? [orphan] : []),
    ...(wantsForeground ? [foreground] : []),
  ];
}

const sameFinalizers = (a: readonly string[], b: readonly string[] = []): boolean =>
  a.length === b.length && a.every((finalizer) => b.includes(finalizer));

/** Seconds that the object may take to end. Only pods end gracefully: what runs them confirms with a grace of 0. */
function gracePeriod(resource: ServedResource, live: KubeObject, options: DeleteOptions): number {
  if (resource.storageKey !== 'pods') return 0;
  const spec = live['spec'] as { terminationGracePeriodSeconds?: number; nodeName?: string } | undefined;
  const phase = (live['status'] as { phase?: string } | undefined)?.phase;
  if (!spec?.nodeName || phase === 'Succeeded' || phase === 'Failed') return 0;
  return Math.max(0, options.gracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? 30);
}
