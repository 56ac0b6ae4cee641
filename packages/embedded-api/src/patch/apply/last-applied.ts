import type { KubeObject } from '../../object.ts';
import { isObject } from '../json-value.ts';
import { compare } from './compare.ts';
import { extractSet } from './extract.ts';
import { difference, isEmpty } from './field-set.ts';
import type { FieldSet } from './field-set.ts';
import type { FieldType } from './field-type.ts';
import type { Overlap } from './ownership.ts';

const annotation = 'kubectl.kubernetes.io/last-applied-configuration';

/** Client-side apply is upgraded for this manager only: whoever wants conflicts names another. */
const upgradedManager = 'kubectl';

/** The fields that kubectl applied from the client side and that are still as it left them. */
const lastAppliedSet = (type: FieldType, live: KubeObject): FieldSet | undefined => {
  const text = live.metadata.annotations?.[annotation];
  if (!text) return undefined;
  try {
    const config: unknown = JSON.parse(text);
    if (!isObject(config) || config['apiVersion'] !== live.apiVersion) return undefined;
    const { added, modified, removed } = compare(type, config, live);
    return [added, modified, removed].reduce(difference, extractSet(type, config));
  } catch {
    // Anybody may have written the annotation; one that cannot be read allows nothing.
    return undefined;
  }
};

/**
 * The conflicts that remain when kubectl switches from client-side to server-side apply: fields it applied before,
 * and nobody changed since, are its own.
 */
export const kubectlMayTake = (
  manager: string,
  type: FieldType,
  live: KubeObject,
  conflicts: readonly Overlap[],
): readonly Overlap[] => {
  const allowed = manager === upgradedManager ? lastAppliedSet(type, live) : undefined;
  if (!allowed) return conflicts;
  return conflicts
    .map((conflict) => ({ ...conflict, set: difference(conflict.set, allowed) }))
    .filter(({ set }) => !isEmpty(set));
};

const sortedKeys = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sortedKeys);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, entry]) => [key, sortedKeys(entry)]),
  );
};

/** Keeps the annotation of client-side apply in step, so that kubectl may go back to it. */
export const withLastApplied = (manager: string, object: KubeObject, config: KubeObject): KubeObject => {
  const annotations = object.metadata.annotations;
  if (manager !== upgradedManager || annotations?.[annotation] === undefined) return object;
  const metadata = { ...config.metadata };
  if (metadata.annotations) {
    const { [annotation]: _, ...others } = metadata.annotations;
    metadata.annotations = others;
  }
  const text = `${JSON.stringify(sortedKeys({ ...config, metadata }))}\n`;
  if (annotations[annotation] === text) return object;
  return {
    ...object,
    metadata: { ...object.metadata, annotations: { ...annotations, [annotation]: text } },
  };
};
