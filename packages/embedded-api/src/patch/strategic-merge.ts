import type { Schema } from '../served-resource.ts';
import { badRequest } from '../status-error.ts';
import { field, isObject, setField, textOf } from './json-value.ts';
import type { JsonObject } from './json-value.ts';
import { fieldSchema, itemSchema, resolveSchema } from './schema-walk.ts';
import type { SchemaResolver } from './schema-walk.ts';
import {
  inDeclaredOrder,
  inMergedOrder,
  listKindOf,
  positions,
  withoutDuplicates,
} from './strategic-order.ts';
import { isPatchDirective, withoutDirectives } from './strategic-directive.ts';

const setOrderPrefix = '$setElementOrder/';
const deletePrefix = '$deleteFromPrimitiveList/';

/** How a field is merged: `strategy` without `retainKeys`, which needs no handling on this side of the patch. */
interface FieldRule {
  strategy: string;
  mergeKey: string;
  schema: Schema;
}

/** The walk of one patch. Values are copied on the way to each change; the original is not touched. */
class Merge {
  readonly #resolve: SchemaResolver;

  constructor(resolve: SchemaResolver) {
    this.#resolve = resolve;
  }

  #rule(schema: Schema, key: string): FieldRule {
    const declared = resolveSchema(fieldSchema(schema, key) ?? {}, this.#resolve);
    const strategies = textOf(declared, 'x-kubernetes-patch-strategy').split(',');
    return {
      strategy: strategies.find((strategy) => strategy !== 'retainKeys') ?? '',
      mergeKey: textOf(declared, 'x-kubernetes-patch-merge-key'),
      schema: declared,
    };
  }

  map(original: JsonObject, patch: JsonObject, schema: Schema): JsonObject {
    if (Object.hasOwn(patch, '$patch')) return this.#replaced(patch);
    const result = retainKeys(original, patch);
    const done = this.#orderedLists(result, patch, schema);
    for (const [key, value] of Object.entries(patch)) {
      if (key === '$retainKeys' || key.startsWith(setOrderPrefix) || done.has(key)) continue;
      if (key.startsWith(deletePrefix)) deleteItems(result, key.slice(deletePrefix.length), value);
      else this.#field(result, key, value, schema);
    }
    return result;
  }

  #replaced(patch: JsonObject): JsonObject {
    const { $patch: directive, ...rest } = patch;
    if (directive === 'replace') return rest;
    if (directive === 'delete') return {};
    throw badRequest(
      `unknown patch type: ${JSON.stringify(directive)}: an object takes $patch: replace or delete`,
    );
  }

  #field(result: JsonObject, key: string, value: unknown, schema: Schema): void {
    const current = field(result, key);
    if (value === null) {
      delete result[key];
    } else if (isObject(current) && isObject(value)) {
      const rule = this.#rule(schema, key);
      setField(result, key, rule.strategy === 'replace' ? value : this.map(current, value, rule.schema));
    } else if (Array.isArray(current) && Array.isArray(value)) {
      setField(result, key, this.#list(current, value, this.#rule(schema, key)));
    } else {
      setField(result, key, withoutDirectives(value));
    }
  }

  #list(original: unknown[], patch: unknown[], rule: FieldRule): unknown[] {
    if (rule.strategy !== 'merge') return patch;
    if (original.length === 0 && patch.length === 0) return original;
    if (listKindOf(original, patch) !== 'map')
      return inMergedOrder(withoutDuplicates([...original, ...patch]), patch, original, '');
    if (rule.mergeKey === '') throw badRequest('cannot merge lists without merge key');
    const { base, items } = applyItemDirectives(original, patch as JsonObject[], rule.mergeKey);
    const merged = [...base];
    const index = positions(base, rule.mergeKey);
    const element = resolveSchema(itemSchema(rule.schema) ?? {}, this.#resolve);
    for (const item of items) {
      const key = mergeValue(item, rule.mergeKey);
      const at = index.get(key);
      if (at === undefined) index.set(key, merged.push(withoutDirectives(item)) - 1);
      else merged[at] = this.map(merged[at] as JsonObject, item, element);
    }
    return inMergedOrder(merged, items, base, rule.mergeKey);
  }

  /** Merges each list that the patch gives an order for; returns the keys that need no further merging. */
  #orderedLists(result: JsonObject, patch: JsonObject, schema: Schema): Set<string> {
    const done = new Set<string>();
    for (const [directive, order] of Object.entries(patch)) {
      if (!directive.startsWith(setOrderPrefix)) continue;
      if (!Array.isArray(order)) throw badRequest('invalid patch format of setElementOrder list');
      const key = directive.slice(setOrderPrefix.length);
      const current = field(result, key);
      const change = field(patch, key);
      if ((current === undefined || current === null) && (change === undefined || change === null)) continue;
      const original = listOrAbsent(current, key);
      const items = listOrAbsent(change, key);
      const rule = this.#rule(schema, key);
      const merged =
        original && items
          ? this.#list(original, items, rule)
          : (original ?? (withoutDirectives(items) as unknown[]));
      setField(result, key, inDeclaredOrder(merged, order, items ?? [], original ?? [], rule.mergeKey));
      done.add(key);
    }
    return done;
  }
}

const listOrAbsent = (value: unknown, key: string): unknown[] | undefined => {
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) return value;
  throw badRequest(`expected a list in ${key}, because the patch orders its elements`);
};

const mergeValue = (item: JsonObject, mergeKey: string): unknown => {
  if (Object.hasOwn(item, mergeKey)) return item[mergeKey];
  throw badRequest(`map: ${JSON.stringify(item)} does not contain declared merge key: ${mergeKey}`);
};

/** Carries out `$patch` in items: `delete` removes by merge key, `replace` puts the patch in the list's place. */
const applyItemDirectives = (
  original: unknown[],
  patch: JsonObject[],
  mergeKey: string,
): { base: unknown[]; items: JsonObject[] } => {
  const deleted = new Set<unknown>();
  let replace = false;
  const items: JsonObject[] = [];
  for (const item of patch) {
    const directive = field(item, '$patch');
    if (directive === undefined) items.push(item);
    else if (directive === 'replace') replace = true;
    else if (directive === 'delete') deleted.add(mergeValue(item, mergeKey));
    else if (directive === 'merge') throw badRequest('merging lists cannot yet be specified in the patch');
    else throw badRequest(`unknown patch type: ${JSON.stringify(directive)} in map: ${JSON.stringify(item)}`);
  }
  const kept = original.filter((entry) => !isObject(entry) || !deleted.has(field(entry, mergeKey)));
  return { base: replace ? [] : kept, items };
};

const deleteItems = (result: JsonObject, key: string, value: unknown): void => {
  if (!Array.isArray(value)) throw badRequest('invalid patch format of primitive list');
  const current = field(result, key);
  if (!Array.isArray(current)) return;
  if (current.length > 0 && listKindOf(current, value) === 'map')
    throw badRequest('invalid patch format of primitive list');
  const deleted = new Set<unknown>(value);
  setField(
    result,
    key,
    current.filter((item) => !deleted.has(item)),
  );
};

/** A copy of the original, without the keys that `$retainKeys` does not name. */
const retainKeys = (original: JsonObject, patch: JsonObject): JsonObject => {
  const retained = field(patch, '$retainKeys');
  if (retained === undefined) return { ...original };
  if (!Array.isArray(retained)) throw badRequest('invalid patch format of retainKeys');
  const names = new Set<unknown>(retained);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null || isPatchDirective(key) || names.has(key)) continue;
    throw badRequest('invalid patch format of retainKeys');
  }
  return Object.fromEntries(Object.entries(original).filter(([key]) => names.has(key)));
};

/**
 * Applies a strategic merge patch: `x-kubernetes-patch-strategy` and `x-kubernetes-patch-merge-key` of the schema
 * say which lists are merged and by which key; the directives `$patch`, `$retainKeys`, `$setElementOrder/LIST` and
 * `$deleteFromPrimitiveList/LIST` are those of k8s.io/apimachinery's strategicpatch. Returns a new document.
 * @throws StatusError 400 for a malformed patch, 422 for lists of lists.
 */
export const strategicMerge = <T extends object>(
  schema: Schema,
  resolve: SchemaResolver,
  original: T,
  patch: unknown,
): T => {
  if (!isObject(patch)) throw badRequest('invalid JSON document: a strategic merge patch is an object');
  const merge = new Merge(resolve);
  return merge.map(original as JsonObject, patch, resolveSchema(schema, resolve)) as T;
};
