import { randomUUID } from 'node:crypto';
import type { KubeObject } from '../../object.ts';
import type { Store } from '../../storage/store.ts';

/** An object to store, as short as tests want it. */
export type Draft = { metadata: KubeObject['metadata'] } & Record<string, unknown>;

/** Stores an object past all verbs, creating or replacing it, and returns it with its uid. */
export const putObject = async (store: Store, storageKey: string, draft: Draft): Promise<KubeObject> => {
  const { namespace = '', name = '' } = draft.metadata;
  const current = store.get(storageKey, namespace, name);
  const object: KubeObject = {
    apiVersion: 'v1',
    kind: 'Any',
    ...draft,
    metadata: { uid: current?.metadata.uid ?? randomUUID(), ...draft.metadata },
  };
  const expected = current?.metadata.resourceVersion;
  return store.write({
    storageKey,
    namespace,
    name,
    object,
    ...(expected === undefined ? { type: 'create' } : { type: 'update', expected }),
  });
};

/** Removes an object past all verbs. */
export const dropObject = async (
  store: Store,
  storageKey: string,
  namespace: string,
  name: string,
): Promise<void> => {
  const object = store.get(storageKey, namespace, name);
  if (!object) throw new Error(`there is no ${storageKey} ${namespace}/${name}`);
  const expected = object.metadata.resourceVersion ?? '';
  await store.write({ storageKey, namespace, name, object, type: 'delete', expected });
};
