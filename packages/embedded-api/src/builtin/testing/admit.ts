import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../object.ts';
import type { ServedResource } from '../../served-resource.ts';
import { builtinResources, readBuiltin } from '../resources.ts';

const resources = builtinResources();

/** The built-in resource of a kind. */
export const resourceOf = (kind: string, group = ''): ServedResource => {
  const found = resources.find((r) => r.kind === kind && r.group === group);
  if (!found) throw new Error(`no built-in kind ${kind}`);
  return found;
};

/** A body as a client sends it. */
const body = (kind: string, group: string, fields: Record<string, unknown>, name = 'x'): KubeObject => ({
  apiVersion: group === '' ? 'v1' : `${group}/v1`,
  kind,
  metadata: { name, namespace: 'default' },
  ...structuredClone(fields),
});

/** What becomes of a body on its way to the store, and the causes for refusing it as `field: message`. */
export const create = (
  kind: string,
  group: string,
  fields: Record<string, unknown>,
  name = 'x',
): { object: KubeObject; causes: string[] } => {
  const resource = resourceOf(kind, group);
  const object = readBuiltin(resource, body(kind, group, fields, name)).object as unknown as KubeObject;
  resource.strategy.default?.(object);
  resource.strategy.prepareForCreate?.(object);
  const causes = resource.strategy.validate?.(object) ?? [];
  return { object, causes: causes.map((c) => `${c.field}: ${c.message}`) };
};

/** What becomes of a change of a stored object, and the causes for refusing it. */
export const update = (
  kind: string,
  group: string,
  old: KubeObject,
  change: (object: KubeObject) => void,
): { object: KubeObject; causes: string[] } => {
  const resource = resourceOf(kind, group);
  const before = structuredClone(old);
  const edited = structuredClone(old);
  change(edited);
  const object = readBuiltin(resource, edited).object as unknown as KubeObject;
  resource.strategy.default?.(object);
  resource.strategy.prepareForUpdate?.(object, old);
  const causes = [
    ...(resource.strategy.validate?.(object, old) ?? []),
    ...(resource.strategy.validateUpdate?.(object, old) ?? []),
  ];
  // What is stored is shared: no strategy may touch it.
  if (!isDeepStrictEqual(old, before)) throw new Error('the stored object was changed');
  return { object, causes: causes.map((c) => `${c.field}: ${c.message}`) };
};
