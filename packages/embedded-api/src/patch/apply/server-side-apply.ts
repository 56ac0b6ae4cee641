import type { KubeObject } from '../../object.ts';
import { badRequest, StatusError } from '../../status-error.ts';
import { equal, isObject, textOf } from '../json-value.ts';
import type { JsonObject } from '../json-value.ts';
import { compare } from './compare.ts';
import { applyConflict } from './conflict.ts';
import { extractSet } from './extract.ts';
import { difference, emptySet, intersection, isEmpty, leaf, union } from './field-set.ts';
import type { FieldSet } from './field-set.ts';
import { objectType } from './field-type.ts';
import type { FieldType } from './field-type.ts';
import { identityOfWriter } from './field-writer.ts';
import type { FieldWriter } from './field-writer.ts';
import { kubectlMayTake, withLastApplied } from './last-applied.ts';
import { encodeManagers, identityOf, storedManagers, timestamp } from './managed-fields.ts';
import type { Manager } from './managed-fields.ts';
import { mergeValues } from './merge.ts';
import { afterChange, overlaps } from './ownership.ts';
import { reconcile } from './reconcile.ts';
import { removeItems, withParents } from './remove.ts';
import { trackedFields } from './tracked-fields.ts';
import { trackUpdate, withManagedFields } from './track-update.ts';
import { typeProblems } from './validate.ts';

/** A PATCH of type `application/apply-patch+yaml`. */
export interface ApplyRequest extends FieldWriter {
  /** The stored object in the requested version; undefined when there is none yet. */
  live: KubeObject | undefined;
  /** The applied configuration. */
  config: unknown;
  kind: string;
  /** Takes over fields of others instead of failing. */
  force: boolean;
}

/** The configuration as far as the request reaches. */
const checkedConfig = (request: ApplyRequest, type: FieldType): KubeObject => {
  const { config, apiVersion, kind } = request;
  if (!isObject(config) || !isObject(config['metadata'] ?? {}))
    throw badRequest('error decoding YAML: the applied configuration is not an object with metadata');
  if (config['apiVersion'] !== apiVersion)
    throw badRequest(
      `Incorrect version specified in apply patch. Specified patch version: ${textOf(config, 'apiVersion')}, expected: ${apiVersion}`,
    );
  if (config['kind'] !== kind)
    throw badRequest(`invalid object type: ${apiVersion}, Kind=${textOf(config, 'kind')}`);
  const metadata = (config['metadata'] ?? {}) as JsonObject;
  if (metadata['managedFields'] !== undefined && metadata['managedFields'] !== null)
    throw badRequest('metadata.managedFields must be nil');
  const problems = typeProblems(type, config);
  if (problems.length > 0) throw untypedConfig(metadata, apiVersion, kind, problems);
  return withinReach({ ...config, metadata } as unknown as KubeObject, request);
};

const untypedConfig = (
  metadata: JsonObject,
  apiVersion: string,
  kind: string,
  problems: readonly string[],
): StatusError => {
  const text = problems.length === 1 ? problems[0] : `errors:\n${problems.map((p) => `  ${p}`).join('\n')}`;
  const name = `${textOf(metadata, 'namespace')}/${textOf(metadata, 'name')}`;
  return new StatusError({
    code: 500,
    message: `failed to create typed patch object (${name}; ${apiVersion}, Kind=${kind}): ${text}`,
  });
};

/** Status is applied through its subresource when there is one, and only status is. */
const withinReach = (config: KubeObject, request: ApplyRequest): KubeObject => {
  const { status, ...rest } = config;
  if (request.subresource === '' && request.statusSubresource) return rest;
  if (request.subresource !== 'status') return config;
  const { name, namespace, uid, resourceVersion } = config.metadata;
  const identity = Object.entries({ name, namespace, uid, resourceVersion }).filter(
    ([, v]) => v !== undefined,
  );
  return {
    apiVersion: config.apiVersion,
    kind: config.kind,
    metadata: Object.fromEntries(identity),
    ...(status === undefined ? {} : { status }),
  };
};

/** An object nobody tracked so far belongs to one made-up manager, so that applying over it can conflict. */
const tracked = (request: ApplyRequest, live: KubeObject): KubeObject =>
  live.metadata.managedFields?.length
    ? live
    : trackUpdate({
        ...request,
        live: undefined,
        next: live,
        manager: 'before-first-apply',
      });

/** No configuration gives up the object itself. */
const identity: FieldSet = { 'f:metadata': { 'f:name': leaf } };

/**
 * What the applier owned last time and no longer mentions goes, unless another manager owns it too. Lists and
 * structs that hold something of others stay.
 */
const pruned = (type: FieldType, merged: unknown, last: FieldSet, owned: FieldSet): unknown => {
  if (isEmpty(last)) return merged;
  const parents = (set: FieldSet): FieldSet => withParents(type, set);
  const everything = parents(extractSet(type, merged));
  const left = parents(extractSet(type, removeItems(type, merged, parents(last))));
  const withOwned = removeItems(type, merged, difference(everything, union(left, parents(owned))));
  const kept = parents(extractSet(type, withOwned));
  return removeItems(type, merged, intersection(difference(everything, kept), parents(last)));
};

/**
 * Server-side apply (structured-merge-diff): merges the configuration into the live object, removes what this
 * manager applied before and no longer mentions, and records who owns what. Returns the object to be stored, not yet
 * defaulted; `live` itself when nothing changes, the managers included. `metadata.resourceVersion` and `uid` of the
 * configuration are in the result, for the caller to compare with the stored ones.
 * @throws StatusError 409 when the configuration changes fields of others and `force` is off; 400 for the wrong
 * version or kind or for `managedFields` in the configuration; 500, as in the real server, when it does not fit the
 * schema.
 */
export const serverSideApply = (request: ApplyRequest): KubeObject => {
  const type = objectType(request.schema, request.resolve);
  const config = checkedConfig(request, type);
  const { apiVersion, kind } = request;
  const live = request.live
    ? tracked(request, request.live)
    : { metadata: {}, ...request.empty, apiVersion, kind };
  const bare = withManagedFields(live, []);
  const before = storedManagers(live.metadata.managedFields).map((manager) => ({
    ...manager,
    set: reconcile(type, manager.set),
  }));
  const self = identityOfWriter(request, 'Apply');
  const own = identityOf(self);
  const previous = before.find((manager) => identityOf(manager) === own);
  const mentioned = extractSet(type, config);
  const current: Manager = { ...self, set: trackedFields(mentioned, request) };
  const others = before.filter((manager) => manager !== previous);
  const managers = [...others, current];

  const owned = others.reduce((all, { set }) => union(all, set), union(identity, mentioned));
  const merged = mergeValues(type, bare, config);
  const next = pruned(type, merged, previous?.set ?? emptySet, owned) as KubeObject;

  const change = compare(type, bare, next);
  const conflicts = request.force ? [] : overlaps(managers, change, self);
  if (conflicts.length > 0) {
    const remaining = kubectlMayTake(request.manager, type, bare, conflicts);
    if (remaining.length > 0) throw applyConflict(remaining);
  }
  const isSame = equal(bare, next);
  const untouched = isSame && previous?.apiVersion === apiVersion && equal(previous.set, current.set);
  const time = untouched && previous?.time ? previous.time : timestamp(request.now);
  const after = afterChange(managers, change, self).map((manager) =>
    identityOf(manager) === own ? { ...manager, time } : manager,
  );
  const result = withLastApplied(request.manager, isSame ? bare : next, config);
  const entries = encodeManagers(after);
  if (request.live && equal(result, bare) && equal(entries, request.live.metadata.managedFields))
    return request.live;
  return withManagedFields(result, entries);
};
