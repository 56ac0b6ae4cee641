import { setField } from '../json-value.ts';
import type { JsonObject } from '../json-value.ts';
import type { FieldType, ListType, MapType } from './field-type.ts';
import { fieldTypeIn, granular } from './granular.ts';
import { itemsByElement } from './list-item.ts';

/**
 * The live value with the configuration laid over it: fields of the configuration win, nothing is removed. Lists
 * take the configuration's order; items only the live list has keep their place before the items they preceded.
 * @throws ListItemError
 */
export const mergeValues = (type: FieldType, live: unknown, config: unknown): unknown => {
  if (live === undefined) return config;
  const from = granular(type, live);
  const to = granular(type, config);
  if (from.form === 'map' && to.form === 'map') {
    if (Object.keys(to.value).length === 0) return Object.keys(from.value).length === 0 ? config : live;
    return mergeMaps(to.type, from.value, to.value);
  }
  if (from.form === 'list' && to.form === 'list') {
    if (to.value.length === 0) return from.value.length === 0 ? config : live;
    return mergeLists(to.type, from.value, to.value);
  }
  return config;
};

const mergeMaps = (type: MapType, live: JsonObject, config: JsonObject): JsonObject => {
  const result: JsonObject = { ...live };
  for (const [name, value] of Object.entries(config)) {
    const current = Object.hasOwn(live, name) ? live[name] : undefined;
    setField(result, name, mergeValues(fieldTypeIn(type, name), current, value));
  }
  return result;
};

const mergeLists = (type: ListType, live: readonly unknown[], config: readonly unknown[]): unknown[] => {
  const before = [...itemsByElement(type, live)];
  const liveItems = new Map(before);
  const wanted = itemsByElement(type, config);
  const shared = [...wanted.keys()].filter((element) => liveItems.has(element));
  const result: unknown[] = [];
  let at = 0;
  let next = 0;
  /** Emits live-only items up to the next item that both have, in the configuration's order. */
  const advance = (): void => {
    for (; at < before.length; at++) {
      const [element, items] = before[at] as (typeof before)[number];
      if (!wanted.has(element)) result.push(...items);
      else if (element === shared[next]) return;
    }
  };
  for (const [element, items] of wanted) {
    advance();
    const current = liveItems.get(element);
    result.push(mergeValues(type.element, current?.length === 1 ? current[0] : undefined, items[0]));
    if (element === shared[next]) {
      next++;
      if (before[at]?.[0] === element) at++;
    }
  }
  advance();
  return result;
};
